package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/scrape"
)

const (
	put  = "PUT /metrics/job/j/instance/i\n"
	post = "POST /metrics/job/j/instance/i\n"
	del  = "DELETE /metrics/job/j/instance/i\n"
)

// cutOff is an answer whose body breaks off.
func cutOff(body string) sourceFunc {
	return func(context.Context) (*scrape.Exposition, error) {
		e := exposition("")
		e.Body = io.NopCloser(io.MultiReader(strings.NewReader(body),
			iotest.ErrReader(&scrape.Error{Reason: scrape.ReasonRead, Err: errors.New("scrape http://i/metrics: read body: unexpected EOF")})))
		return e, nil
	}
}

// unframed is an answer that may be cut off without a sign (T9).
func unframed(body string) sourceFunc {
	return func(context.Context) (*scrape.Exposition, error) {
		e := exposition(body)
		e.Unframed = true
		return e, nil
	}
}

func openMetrics(body string) sourceFunc {
	return func(context.Context) (*scrape.Exposition, error) {
		e := exposition(body)
		e.MediaType = scrape.MediaTypeOpenMetrics
		return e, nil
	}
}

// dribbles answers with a body that arrives one byte at a time.
func dribbles(body string) sourceFunc {
	return func(context.Context) (*scrape.Exposition, error) {
		e := exposition("")
		e.Body = io.NopCloser(iotest.OneByteReader(strings.NewReader(body)))
		return e, nil
	}
}

// Each source is scraped once, after a scrape that went well, with both ways
// to fail. Whatever fails, and however late, nothing of it is in the push.
func TestCycle(t *testing.T) {
	for name, test := range map[string]struct {
		source sourceFunc
		limits convert.Limits
		want   string // the push, without method; of a failed one its report
		reason string // why it failed; "" where it did not
		err    string
	}{
		"whole": {source: exposes("a 1\nb{x=\"y\"} 2\n"), want: "a 1\nb{x=\"y\"} 2\n" + healthy(2)},
		"slow":  {source: after(2500*time.Millisecond, exposes("a 1\n")), want: "a 1\n" + report(1, 2500*time.Millisecond, 1, 1)},
		"byte by byte": {source: dribbles("# TYPE a gauge\na 1\nb{x=\"y\"} 2\n"),
			want: "a 1\nb{x=\"y\"} 2\n" + healthy(2)},
		"empty (T11)":   {source: exposes(""), want: healthy(0)},
		"comments only": {source: exposes("# hello\n"), want: healthy(0)},
		"forged report": {source: exposes("up 0\nup{x=\"y\"} 0\nscrape_samples_scraped 5\n"),
			want: "up 1\nup{x=\"y\"} 0\nscrape_duration_seconds 0\nscrape_samples_scraped 3\nscrape_samples_post_metric_relabeling 3\n"},
		"duplicates count, and are for the gateway to refuse (T24)": {source: exposes("a 1\na 2\n"), want: "a 1\na 2\n" + healthy(2)},
		"connection refused (T1)": {source: refused, want: report(0, 0, 0, 0), reason: "connect",
			err: "scrape http://i/metrics: connection refused"},
		"timeout (T2)": {source: hangs, want: report(0, 10*time.Second, 0, 0), reason: "timeout",
			err: "scrape: context deadline exceeded"},
		"cut off (T7)": {source: cutOff("a 1\nb 2\n"), want: report(0, 0, 0, 0), reason: "read",
			err: "scrape http://i/metrics: read body: unexpected EOF"},
		"cut in a line (T10)": {source: unframed("a 1\nb 2"), want: report(0, 0, 2, 2), reason: "parse",
			err: "parse http://i/metrics: line 2, column 4: the last line does not end, " +
				"and the connection ended without a length: the body may be cut off"},
		"rubbish in the middle (T23)": {source: exposes("a 1\nb 2\nc{ 3\nd 4\n"), want: report(0, 0, 2, 2), reason: "parse",
			err: `parse http://i/metrics: line 3, column 4: want a label name`},
		"label twice": {source: exposes("a 1\nb{x=\"1\",x=\"2\"} 2\nc 3\n"), want: report(0, 0, 2, 1), reason: "parse",
			err: `parse http://i/metrics: line 2, column 9: label name "x" is not unique`},
		"no EOF (T32)": {source: openMetrics("a 1\n"), want: report(0, 0, 1, 1), reason: "parse",
			err: `parse http://i/metrics: line 2, column 1: the body does not end with # EOF`},
		"sample limit (T20)": {source: exposes("a 1\nb 2\nc 3\n"), limits: convert.Limits{Samples: 2},
			want: report(0, 0, 3, 3), reason: "sample_limit",
			err: "scrape http://i/metrics: sample_limit exceeded: 3 samples, limit 2"},
		"label limit": {source: exposes("a 1\nb{x=\"y\"} 2\nc 3\n"), limits: convert.Limits{Labels: 3},
			want: report(0, 0, 2, 1), reason: "label_limit",
			err: "scrape http://i/metrics: label_limit exceeded: b has 4 labels, limit 3"},
		"sample limit in the last line": {source: exposes(long + "z 1\n"), limits: convert.Limits{Samples: longLines},
			want: report(0, 0, longLines+1, longLines+1), reason: "sample_limit",
			err: fmt.Sprintf("scrape http://i/metrics: sample_limit exceeded: %d samples, limit %d", longLines+1, longLines)},
		"label limit in the last line": {source: exposes(long + "z{x=\"1\",y=\"2\"} 1\n"), limits: convert.Limits{Labels: 4},
			want: report(0, 0, longLines+1, longLines), reason: "label_limit",
			err: "scrape http://i/metrics: label_limit exceeded: z has 5 labels, limit 4"},
		"rubbish in the last line": {source: exposes(long + "z\n"), want: report(0, 0, longLines, longLines), reason: "parse",
			err: fmt.Sprintf("parse http://i/metrics: line %d, column 2: want a value, got \"\"", longLines+1)},
		"other error": {source: func(context.Context) (*scrape.Exposition, error) { return nil, io.ErrShortBuffer },
			want: report(0, 0, 0, 0), reason: "other", err: "short buffer"},
		"no answer at all": {source: func(context.Context) (*scrape.Exposition, error) { return nil, nil },
			want: report(0, 0, 0, 0), reason: "panic",
			err: "scrape http://i/metrics: panic: runtime error: invalid memory address or nil pointer dereference"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, keep := range []bool{false, true} {
				inBubble(t, func(w *world) {
					target := w.target("i", inTurn(exposes("before 1\n"), test.source))
					target.KeepOnFailure = keep
					target.Limits = test.limits
					p := w.pool(target)
					w.once(p)
					w.checkPushed(put + "before 1\n" + healthy(1))

					err := p.Once(w.Context())
					if got := errorText(err); got != test.err {
						t.Errorf("got error\n%v\nwant\n%v", got, test.err)
					}
					method := put
					if keep && test.reason != "" {
						method = post
					}
					w.checkPushed(method + test.want)
					if got := w.metric("promferry_scrape_errors_total"); (got == 1) != (test.reason != "") {
						t.Errorf("%v errors counted", got)
					}
					if got := w.metric("promferry_scrape_errors_total", test.reason); test.reason != "" && got != 1 {
						t.Errorf("%v errors counted with reason %q, want 1", got, test.reason)
					}
				})
			}
		})
	}
}

// long is a body most of which is converted before its end arrives.
var long = func() string {
	var b strings.Builder
	for i := range longLines {
		fmt.Fprintf(&b, "a{x=\"%d\"} 1\n", i)
	}
	return b.String()
}()

const longLines = 20_000

// T7: wherever a body breaks off, nothing of it is pushed.
func TestCycleCutAnywhere(t *testing.T) {
	small := "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\na 1\nh_bucket{x=\"y\",le=\"1\"} 1\n"
	cuts := []string{long[:len(long)/2], long}
	for n := range len(small) + 1 {
		cuts = append(cuts, small[:n])
	}
	inBubble(t, func(w *world) {
		for _, cut := range cuts {
			p := w.pool(w.target("i", cutOff(cut)))
			if err := p.Once(w.Context()); scrape.ReasonOf(err) != scrape.ReasonRead {
				t.Errorf("%.200q: got error %v", cut, err)
			}
			w.checkPushed(put + report(0, 0, 0, 0))
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCycleClosesTheBody(t *testing.T) {
	for _, body := range []string{"a 1\n", "a{\n"} {
		inBubble(t, func(w *world) {
			closed := 0
			p := w.pool(w.target("i", sourceFunc(func(context.Context) (*scrape.Exposition, error) {
				e := exposition(body)
				e.Body = closer{e.Body, &closed}
				return e, nil
			})))
			_ = p.Once(w.Context())
			if closed != 1 {
				t.Errorf("%q: the body was closed %d times, want once", body, closed)
			}
		})
	}
}

type closer struct {
	io.Reader
	closed *int
}

func (c closer) Close() error {
	*c.closed++
	return nil
}

// A panic while the body is read is contained like any other.
func TestCyclePanicInBody(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", sourceFunc(func(context.Context) (*scrape.Exposition, error) {
			e := exposition("")
			e.Body = io.NopCloser(panicReader{})
			return e, nil
		})))
		if err := p.Once(w.Context()); errorText(err) != "scrape http://i/metrics: panic: torn" {
			t.Errorf("got error %v", err)
		}
		w.checkPushed(put + report(0, 0, 0, 0))
	})
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("torn") }

func TestCycleNamesThePlaceInAFile(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", sourceFunc(func(context.Context) (*scrape.Exposition, error) {
			e := exposition("a 1\nb x\n")
			e.Where = func(line int) string { return []string{"", "/m/a.prom:1", "/m/b.prom:1"}[line] }
			return e, nil
		})))
		want := `parse /m/b.prom:1: column 3: want a value, got "x"`
		err := p.Once(w.Context())
		if errorText(err) != want {
			t.Errorf("got error %v, want %v", err, want)
		}
		if !errors.As(err, new(*convert.SyntaxError)) {
			t.Error("the *convert.SyntaxError is not in the chain")
		}
	})
}

// P1: a failed scrape of a target that was never pushed makes its group all the
// same: up 0 is news.
func TestCycleFirstScrapeFails(t *testing.T) {
	for _, keep := range []bool{false, true} {
		inBubble(t, func(w *world) {
			target := w.target("i", sourceFunc(refused))
			target.KeepOnFailure = keep
			_ = w.pool(target).Once(w.Context())
			w.checkPushed(map[bool]string{false: put, true: post}[keep] + report(0, 0, 0, 0))
		})
	}
}

func TestCyclePushesToAllGateways(t *testing.T) {
	inBubble(t, func(w *world) {
		var other recorder
		target := w.target("i", exposes("a 1\n"))
		target.Gateways = append(target.Gateways, push.Shards{w.newGateway("other", &other)})
		w.once(w.pool(target))
		w.checkPushed(put + "a 1\n" + healthy(1))
		w.checkPushedTo(&other, put+"a 1\n"+healthy(1))
	})
}

// TestCyclesOfAGatewayThatIsDown cost no memory but for a probe, and the stop
// reaches one that comes back.
func TestCyclesOfAGatewayThatIsDown(t *testing.T) {
	inBubble(t, func(w *world) {
		var targets []*Target
		for i := range 20 {
			targets = append(targets, w.target(fmt.Sprint(i), exposes("a 1\n")))
		}
		p := w.pool(targets...)
		w.requests.down.Store(true)
		w.runFor(p, 5*time.Minute)
		waiting := 0
		for _, s := range w.gateway.Groups() {
			if s.Waiting {
				waiting++
			} else if s.LastError == nil || !strings.Contains(s.LastError.Error(), "is down") {
				t.Errorf("%v: got %v, want that the gateway is down", s.Group, s.LastError)
			}
		}
		if waiting > 2 {
			t.Errorf("got %d groups that wait, want a probe", waiting)
		}
		if err := p.Retire(w.Context()); err != nil {
			t.Error(err)
		}
		w.requests.down.Store(false)
		w.gateway.Hurry()
		if unsent := w.gateway.Drain(w.Context()); unsent != 0 {
			t.Errorf("got %d unsent, want 0", unsent)
		}
		if got := len(w.requests.take()); got != 20 {
			t.Errorf("got %d pushes, want up 0 of each target", got)
		}
	})
}

// The end of the program is no failure of the target: KeepOnFailure or not,
// nothing of the scrape is pushed.
func TestCancelledScrapePushesNothing(t *testing.T) {
	for _, keep := range []bool{false, true} {
		inBubble(t, func(w *world) {
			target := w.target("i", inTurn(exposes("a 1\n"), hangs))
			target.KeepOnFailure = keep
			p := w.pool(target)
			w.once(p)
			w.checkPushed(put + "a 1\n" + healthy(1))
			ctx, cancel := context.WithTimeout(w.Context(), time.Second)
			defer cancel()
			if err := p.Once(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got error %v", err)
			}
			w.checkPushed()
			if s := p.Status()[0]; !s.Up() {
				t.Errorf("the target is down in the status: %v", s.Error)
			}
		})
	}
}
