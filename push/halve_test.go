package push

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A picky gateway refuses bodies that have one of its families, and says nothing
// of types. It notes each body that it refused more than once.
type picky struct {
	fake
	bad      []string
	metrics  int // its answer to GET /metrics
	repeated []string
	refused  map[string]bool
	stored   map[string]string // last body by path
}

func newPicky(bad ...string) *picky {
	p := &picky{bad: bad, metrics: 200, refused: make(map[string]bool), stored: make(map[string]string)}
	p.fake.answer = p.take
	return p
}

func (p *picky) take(_ int, s sent) (int, string) {
	if s.method == http.MethodGet {
		return p.metrics, "# TYPE go_goroutines gauge\n"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range p.bad {
		if strings.Contains(s.body, "# TYPE "+name+" ") || name == "*" {
			if p.refused[s.path+s.body] {
				p.repeated = append(p.repeated, s.path+" "+s.body)
			}
			p.refused[s.path+s.body] = true
			return 400, inconsistent + "no"
		}
	}
	p.stored[s.path] = s.body
	return 200, ""
}

// holds returns the families that the last body of a group had.
func (p *picky) holds(instance string) (names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for f := range said(p.stored["/metrics/job/test/instance/"+instance]).blocks() {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// pushes counts the bodies that it got since the last call.
func (p *picky) pushes() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.requests {
		if s.method != http.MethodGet && s.method != http.MethodDelete {
			n++
		}
	}
	p.requests = nil
	return n
}

// gauges returns a body of that many families, f000 and so on, with up.
func gauges(n int, value float64) string {
	text := "# TYPE up gauge\nup 1\n# TYPE scrape_samples_scraped gauge\nscrape_samples_scraped 9\n"
	for i := range n {
		text += fmt.Sprintf("# TYPE f%03d gauge\nf%03d %v\n", i, i, value)
	}
	return text
}

// without returns the names that gauges has, but for some.
func without(n int, but ...string) []string {
	names := []string{"scrape_samples_scraped", "up"}
	for i := range n {
		names = append(names, fmt.Sprintf("f%03d", i))
	}
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(but, name) })
	slices.Sort(names)
	return names
}

func (b *bench) push(t testing.TB, instance, body string) Outcome {
	t.Helper()
	var last Outcome
	b.OnDone = func(out Outcome) { last = out }
	b.offer(&request{group: groupOf(instance), method: http.MethodPut, body: bodyOf(body, strings.Count(body, "# TYPE"))})
	b.drain(t)
	return last
}

// TestCulpritsAreFoundByHalving: the group ends with all that the gateway takes,
// a refused body is never sent again, and what was found is remembered.
func TestCulpritsAreFoundByHalving(t *testing.T) {
	check := func(families, most int, bad ...string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			p := newPicky(bad...)
			b := newBench(t, p)
			b.MaxConcurrentPushes = 1
			b.run(t)
			for cycle := range 3 {
				out := b.push(t, "a", gauges(families, float64(cycle)))
				n := p.pushes()
				if out.Err != nil || !slices.Equal(slices.Sorted(slices.Values(out.Refused)), bad) {
					t.Fatalf("cycle %d: got %v, left out %q, want %q", cycle, out.Err, out.Refused, bad)
				}
				if out.Series != families+2-len(bad) {
					t.Errorf("got %d series, want %d", out.Series, families+2-len(bad))
				}
				if got, want := p.holds("a"), without(families, bad...); !slices.Equal(got, want) {
					t.Errorf("cycle %d: group has %q, want %q", cycle, got, want)
				}
				if cycle == 0 && n > most || cycle > 0 && n != 1 {
					t.Errorf("cycle %d: got %d pushes, want %d at most, and 1 later", cycle, n, most)
				}
			}
			b.wantCount(t, "promferry_families_refused_total", refusedInconsistent, float64(3*len(bad)))
			b.wantCount(t, "promferry_families_refused_total", refusedUndecided, 0)
			if len(p.repeated) > 0 {
				t.Errorf("got bodies again that were refused: %q", p.repeated)
			}
			b.wantLog(t, "\n", 1)
			b.wantLog(t, "left out: "+strings.Join(bad, " "), 1)
			b.push(t, "a", "# TYPE up gauge\nup 0\n") // the target is silent
			p.pushes()
			b.wantLog(t, "\n", 1)
			<-time.After(clashLifetime + clashLifetime/10)
			p.mu.Lock()
			p.bad = nil
			p.mu.Unlock()
			if out := b.push(t, "a", gauges(families, 9)); out.Err != nil || len(out.Refused) != 0 || p.pushes() != 1 {
				t.Errorf("got %v, left out %q, want all tried again", out.Err, out.Refused)
			}
			b.wantLog(t, "gateway takes all families of this group as they are again", 1)
		})
	}
	check(1, 4, "f000")
	check(2, 5, "f001")
	check(8, 8, "f000")
	check(200, 20, "f000")
	check(200, 20, "f077")
	check(200, 20, "f199")
	check(200, 34, "f003", "f150")
	check(3, 7, "f000", "f001", "f002")
}

// TestHalvingIsBounded in one push and for a gateway: what is undecided then is
// left out, and the report series are there in any case.
func TestHalvingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky()
		b := newBench(t, p)
		b.MaxConcurrentPushes = 1
		b.run(t)
		total := 0
		for group := range 10 {
			// families of its own, so that no group spares another the search
			body := strings.ReplaceAll(gauges(200, 1), " f", fmt.Sprintf(" g%d_f", group))
			body = strings.ReplaceAll(body, "\nf", fmt.Sprintf("\ng%d_f", group))
			p.mu.Lock()
			p.bad = nil
			for i := range 200 {
				p.bad = append(p.bad, fmt.Sprintf("g%d_f%03d", group, i))
			}
			p.mu.Unlock()
			out := b.push(t, fmt.Sprint(group), body)
			n := p.pushes()
			if total += n; n > halvingRequests+2 {
				t.Errorf("got %d pushes, want %d at most", n, halvingRequests+2)
			}
			if out.Err != nil || len(out.Refused) != 200 {
				t.Errorf("got %v, %d left out, want 200", out.Err, len(out.Refused))
			}
			if got := p.holds(fmt.Sprint(group)); !slices.Equal(got, []string{"scrape_samples_scraped", "up"}) {
				t.Errorf("got %q, want the report series", got)
			}
			if out := b.push(t, fmt.Sprint(group), body+"# TYPE more gauge\nmore 1\n"); out.Err != nil || p.pushes() != 1 {
				t.Errorf("got %v, want success at once", out.Err)
			}
		}
		// first push and the report series of each group, and a last success
		if most := gatewayHalvingRequests + 10*3; total > most {
			t.Errorf("got %d pushes, want %d at most", total, most)
		}
		if len(p.repeated) > 0 {
			t.Errorf("got bodies again that were refused: %q", p.repeated)
		}
		if b.count(t, "promferry_families_refused_total", refusedUndecided) == 0 || b.count(t, "promferry_families_refused_total", refusedInconsistent) == 0 {
			t.Error("want families that are inconsistent and others that are undecided")
		}
	})
}

// TestSuspectsSpareTheSearch in other groups, and when they are tried again.
func TestSuspectsSpareTheSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky("f150")
		b := newBench(t, p)
		b.run(t)
		b.push(t, "a", gauges(200, 1))
		p.pushes()
		for _, instance := range []string{"b", "a"} {
			out := b.push(t, instance, gauges(200, 2))
			if n := p.pushes(); out.Err != nil || n != 2 || !slices.Equal(p.holds(instance), without(200, "f150")) {
				t.Errorf("%s: got %v after %d pushes, want 2: %q left out", instance, out.Err, n, out.Refused)
			}
			<-time.After(clashLifetime + clashLifetime/10)
		}
		b.wantLog(t, "does not take all families", 2)
		b.wantLog(t, "again", 0)
	})
}

// TestBrokenGatewayIsNotSearched: it refuses whatever it gets, for a group that
// breaks it for everybody (contract C15, C24).
func TestBrokenGatewayIsNotSearched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky("*")
		p.metrics = 500
		b := newBench(t, p)
		b.run(t)
		for i := range 20 {
			out := b.push(t, fmt.Sprint(i), gauges(200, 1))
			want := 1
			if i == 0 {
				want = 2 // the report series alone
			}
			if n := p.pushes(); n != want || out.Err == nil || !strings.Contains(out.Err.Error(), "the gateway refuses the smallest push") || reason(out.Err) != "400" {
				t.Errorf("%d: got %v after %d pushes, want %d", i, out.Err, n, want)
			}
		}
		p.mu.Lock()
		p.bad = nil
		p.mu.Unlock()
		if out := b.push(t, "0", gauges(200, 2)); out.Err != nil || len(out.Refused) != 0 {
			t.Errorf("got %v, %q left out, want all stored once it works", out.Err, out.Refused)
		}
	})
}

// TestReportSeriesMayBeTheCulprits: the gateway works, but another group is in
// the way of up.
func TestReportSeriesMayBeTheCulprits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky("up")
		b := newBench(t, p)
		b.run(t)
		out := b.push(t, "a", gauges(20, 1))
		if reason(out.Err) != "report_series" || !slices.Equal(p.holds("a"), without(20, "up")) {
			t.Errorf("got %v, group has %q, want the report series lost and the rest stored", out.Err, p.holds("a"))
		}
	})
}

// TestHalvingEndsWithOtherErrors: they say nothing of the families.
func TestHalvingEndsWithOtherErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky("f003")
		n := 0
		b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPut {
				if n++; n > 3 {
					return answer(503, "away"), nil
				}
			}
			return p.RoundTrip(r)
		}))
		b.run(t)
		out := b.push(t, "a", gauges(20, 1))
		if reason(out.Err) != "503" || n != 4 {
			t.Errorf("got %v after %d pushes, want the status 503 after 4", out.Err, n)
		}
	})
}

// TestMergeIsHalvedLikewise: with POST, and without report series.
func TestMergeIsHalvedLikewise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky("b")
		b := newBench(t, p)
		b.run(t)
		body := "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE c gauge\nc 1\n"
		b.offer(&request{group: groupOf("a"), method: http.MethodPost, body: bodyOf(body, 3)})
		b.drain(t)
		if got := p.holds("a"); !slices.Equal(got, []string{"a", "c"}) {
			t.Errorf("got %q, want a and c", got)
		}
		for _, s := range p.sent() {
			if !strings.HasPrefix(s, "POST") && !strings.HasPrefix(s, "GET") {
				t.Errorf("got %q, want POST only", s)
			}
		}
	})
}

// TestNothingLeftIsNotSent: an empty PUT would empty the group.
func TestNothingLeftIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky("a")
		b := newBench(t, p)
		b.run(t)
		if out := b.push(t, "a", "# TYPE a gauge\na 1\n"); reason(out.Err) != "400" || p.pushes() != 1 {
			t.Errorf("got %v, want the status 400 after one push", out.Err)
		}
		if out := b.push(t, "a", "# TYPE a gauge\na 2\n"); reason(out.Err) != "nothing_left" || p.pushes() != 0 {
			t.Errorf("got %v, want an error and nothing sent", out.Err)
		}
	})
}

// TestSlowGatewayIsNotSearchedForLong: its other groups would wait.
func TestSlowGatewayIsNotSearchedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPicky("f003", "f050", "f150")
		p.takes = 5 * time.Second
		b := newBench(t, p)
		b.run(t)
		start := time.Now()
		out := b.push(t, "a", gauges(200, 1))
		// the refusal, the reading, the last request and one more than there is time for
		if took, most := time.Since(start), halvingTime+4*p.takes; out.Err != nil || took > most {
			t.Errorf("got %v after %v, want success within %v", out.Err, took, most)
		}
		if n := out.reasons[refusedUndecided]; n == 0 || n == 200 {
			t.Errorf("got %d undecided, want some", n)
		}
	})
}

// TestCauseThatHasGone: one refusal, and nothing refused any more when the
// families are looked at, is no reason to leave one of them out for long.
func TestCauseThatHasGone(t *testing.T) {
	for _, families := range []int{0, 1, 2, 9} {
		synctest.Test(t, func(t *testing.T) {
			p := newPicky("*")
			b := newBench(t, p)
			b.MaxConcurrentPushes = 1
			take := p.fake.answer
			p.fake.answer = func(n int, s sent) (int, string) {
				code, text := take(n, s)
				if code == 400 {
					p.mu.Lock()
					p.bad = nil
					p.mu.Unlock()
				}
				return code, text
			}
			b.run(t)
			if out := b.push(t, "a", gauges(families, 1)); out.Series != families+1 || len(out.Refused) != 1 {
				t.Errorf("%d families: got %d series and %v, left out %q, want one left out", families, out.Series, out.Err, out.Refused)
			}
			if got := p.holds("a"); len(got) != families+1 {
				t.Errorf("%d families: group has %q, want all but one", families, got)
			}
			p.pushes()
			if out := b.push(t, "a", gauges(families, 2)); out.Err != nil || len(out.Refused) != 0 || p.pushes() != 1 {
				t.Errorf("%d families: then got %v, left out %q, want all at once", families, out.Err, out.Refused)
			}
			if len(p.repeated) > 0 {
				t.Errorf("got bodies again that were refused: %q", p.repeated)
			}
		})
	}
}
