package push

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// An aggregator answers as prom-aggregation-gateway does (contract V2): PUT and
// POST add to what is there and are 202, /metrics shows the sums some time
// later, DELETE and the API are 404.
type aggregator struct {
	mu    sync.Mutex
	sums  map[string]float64 // by the line up to the value
	since time.Time          // of the first push
	puts  int
	gets  int
}

func (a *aggregator) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	labels := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, "/metrics"), "/"), "/")
	switch {
	case r.URL.Path == "/metrics" && r.Method == http.MethodGet:
		a.gets++
		return answer(200, a.render()), nil
	case !strings.HasPrefix(r.URL.Path, "/metrics"), r.Method != http.MethodPut && r.Method != http.MethodPost:
		return answer(404, "404 page not found"), nil
	case len(labels)%2 != 0:
		return answer(400, "labels must be defined in pairs"), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if a.puts++; a.sums == nil {
		a.sums, a.since = make(map[string]float64), time.Now()
	}
	for line := range strings.Lines(string(body)) {
		var name string
		var value float64
		if n, _ := fmt.Sscanf(line, "%s %g", &name, &value); n == 2 && name != "#" {
			a.sums[fmt.Sprintf("%s{%s=%q,%s=%q}", name, labels[2], labels[3], labels[0], labels[1])] += value
		}
	}
	return answer(202, ""), nil
}

func (a *aggregator) render() (text string) {
	if time.Since(a.since) < time.Second {
		return "" // it shows a copy that it makes now and then
	}
	for series, value := range a.sums {
		text += fmt.Sprintf("%s %v\n", series, value)
	}
	return text
}

// TestAggregatingGatewayIsRefused after the first push, which shows what it is;
// nothing more is sent until another takes its place.
func TestAggregatingGatewayIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a aggregator
		var f fake
		f.stores = func() string { return shownGroupOf("a") }
		replaced := false
		b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if replaced {
				return f.RoundTrip(r)
			}
			return a.RoundTrip(r)
		}))
		b.OnDone = func(out Outcome) {
			if !replaced && (reason(out.Err) != "aggregating" || !strings.Contains(out.Err.Error(), "http://gateway.example:9091 is an aggregating gateway")) {
				t.Errorf("got %v, want the refusal", out.Err)
			}
		}
		b.run(t)
		cycles := func(length time.Duration) {
			for start := time.Now(); time.Since(start) < length; <-time.After(15 * time.Second) {
				b.offer(put("a", gauges(3, 1)))
			}
			synctest.Wait() // for what the gateways note
		}
		cycles(30 * time.Minute)
		if a.puts != 1 || a.gets > 3+6 {
			t.Errorf("got %d pushes and %d readings, want 1, and one each five minutes", a.puts, a.gets)
		}
		b.wantLog(t, "nothing more is sent to it", 2) // of the group, and when the gateway counts as one that takes nothing
		b.wantCount(t, "promferry_pushes_total", "", 0)
		replaced = true
		cycles(2*typesInterval + typesInterval/10) // the distance of tries, and of looks
		if got := b.Group(groupOf("a")); got.LastError != nil || got.LastSuccess.IsZero() {
			t.Errorf("got %+v, want the other gateway used", got)
		}
	})
}

// TestOtherGatewaysAreNotAggregating: whatever they answer.
func TestOtherGatewaysAreNotAggregating(t *testing.T) {
	const ours = `up{instance="a",job="test"} 1` + "\n"
	pushed := ours + `push_time_seconds{instance="a",job="test"} 1.5e+09` + "\n"
	check := func(name string, api, exposition *http.Response, found string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			text, _ := io.ReadAll(exposition.Body)
			apiText, _ := io.ReadAll(api.Body)
			looks := 0
			b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				switch {
				case r.URL.Path == "/api/v1/metrics":
					looks++
					return answer(api.StatusCode, string(apiText)), nil
				case r.Method == http.MethodGet:
					return answer(exposition.StatusCode, string(text)), nil
				}
				return answer(202, ""), nil
			}))
			b.run(t)
			for range 100 {
				if out := b.push(t, "a", gauges(3, 1)); out.Err != nil {
					t.Fatalf("%s: got %v, want success", name, out.Err)
				}
				<-time.After(time.Minute)
			}
			b.wantLog(t, "level=WARN msg=\"gateway answers 202: it does not check", 1)
			b.wantLog(t, found, 1)
			b.wantLog(t, "\n", 1)
			if looks > len(verifyTries) {
				t.Errorf("%s: got %d looks, want %d at most", name, looks, len(verifyTries))
			}
		})
	}
	none := func() *http.Response { return answer(404, "404 page not found") }
	groups := func(all ...string) *http.Response {
		return answer(200, `{"status":"success","data":[`+strings.Join(all, ",")+`]}`)
	}
	check("unchecked", groups(shownGroupOf("b"), shownGroupOf("a")), none(), "found=\"the push is stored\"")
	check("group is not there", groups(shownGroupOf("b")), none(), "the group is not there after the push")
	check("before 1.2.0", none(), answer(200, pushed), "found=\"the group is there\"")
	check("before 1.2.0, not there", none(), answer(200, "pushgateway_build_info 1\n"+ours), "the group is not there")
	check("no reading", none(), none(), "could not be verified: get http://gateway.example:9091/metrics: status 404")
	check("no API", answer(403, ""), answer(200, ours), "could not be verified: get http://gateway.example:9091/api/v1/metrics: status 403")
	check("out of order", answer(500, ""), answer(200, ours), "could not be verified")
	check("another group's", none(), answer(200, strings.Replace(ours, `"a"`, `"b"`, 1)), "the group is not there")
	check("empty", none(), answer(200, ""), "the group is not there")
}

// TestLostPushIsAnError: the gateway itself says that it has not stored it.
func TestLostPushIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(int, sent) (int, string) { return 202, "" }, stores: func() string { return phantomOf("a") }}
		b := newBench(t, &f)
		b.run(t)
		if out := b.push(t, "a", gauges(1, 1)); reason(out.Err) != "not_stored" || !strings.Contains(out.Err.Error(), "has not stored the push") {
			t.Errorf("got %v, want the loss", out.Err)
		}
		<-time.After(typesInterval + typesInterval/10)
		if out := b.push(t, "a", gauges(1, 1)); reason(out.Err) != "not_stored" {
			t.Errorf("got %v, want it looked at again", out.Err)
		}
	})
}

// TestVerifiedAgainAfterErrors: another gateway may be there, but a gateway that
// is away now and then is not read each time.
func TestVerifiedAgainAfterErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{stores: func() string { return shownGroupOf("a") }}
		f.answer = func(n int, _ sent) (int, string) { return []int{202, 503}[n%2], "" }
		b := newBench(t, &f)
		b.run(t)
		for range 120 {
			b.push(t, "a", gauges(1, 1))
			<-time.After(30 * time.Second)
		}
		if f.looked < 10 || f.looked > 13 {
			t.Errorf("got %d looks in an hour, want 10 to 13", f.looked)
		}
		b.wantLog(t, "gateway answers 202", 1)
	})
}

// TestVerificationEndsInTime: a gateway that does not answer the question holds a
// worker no longer than a push may.
func TestVerificationEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return answer(202, ""), nil
		}))
		b.run(t)
		start := time.Now()
		if out := b.push(t, "a", gauges(1, 1)); out.Err != nil || time.Since(start) != b.Timeout {
			t.Errorf("got %v after %v, want success after %v", out.Err, time.Since(start), b.Timeout)
		}
	})
}

// TestRealUncheckedGatewayIsVerified (contract C8).
func TestRealUncheckedGatewayIsVerified(t *testing.T) {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	gateway := ownGateway(t, "--push.disable-consistency-check")
	// A push may wait in its queue for longer than it is looked for: the next one
	// finds it.
	pushUntil := func(instance, body string, found func(*bench, Outcome) bool) *bench {
		t.Helper()
		b := newBench(t, transport)
		b.at(gateway)
		b.run(t)
		for range 10 {
			b.verification.readmit()
			if found(b, b.push(t, instance, body)) {
				return b
			}
		}
		t.Errorf("%s: not found; the log is:\n%s", instance, b.log)
		return b
	}
	stored := pushUntil("unchecked", gauges(3, 1), func(b *bench, out Outcome) bool {
		if out.Err != nil {
			t.Errorf("got %v, want success", out.Err)
		}
		return strings.Contains(b.log.String(), `found="the push is stored"`)
	})
	if out := stored.push(t, "unchecked", gauges(3, 1)); out.Err != nil {
		t.Errorf("got %v, want success", out.Err)
	}
	stored.wantLog(t, `found="the push is stored"`, 1)

	// What it does not store is answered alike.
	pushUntil("lost", "# TYPE up gauge\nup 1 1500000000000\n", func(_ *bench, out Outcome) bool { return reason(out.Err) == "not_stored" })
}
