package push

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// realBench returns a gateway of the test's own, what pushes to it, and the
// bodies that it refused.
func realBench(t *testing.T, blocked func(*http.Request) bool) (b *bench, refused *[]string) {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	refused = new([]string)
	b = newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if blocked(r) {
			return answer(403, "only pushes pass"), nil
		}
		resp, err := transport.RoundTrip(r)
		if err == nil && resp.StatusCode == 400 && r.GetBody != nil {
			body, _ := r.GetBody()
			text := make([]byte, r.ContentLength)
			n, _ := body.Read(text)
			body.Close()
			*refused = append(*refused, r.URL.Path+" "+string(text[:n]))
		}
		return resp, err
	}))
	b.at(ownGateway(t))
	b.MaxConcurrentPushes = 1 // guards refused
	return b, refused
}

func nothing(*http.Request) bool { return false }

func reading(r *http.Request) bool { return r.Method == http.MethodGet }

// TestRealClashesAreFoundByHalving where a proxy lets only pushes pass: another
// group's type, the gateway's own, and a histogram's lines (contract C35, C37,
// C31).
func TestRealClashesAreFoundByHalving(t *testing.T) {
	b, refused := realBench(t, reading)
	b.run(t)
	if out := b.push(t, "first", "# TYPE f010 counter\nf010 1\n# TYPE f077 histogram\nf077_bucket{le=\"+Inf\"} 1\nf077_sum 1\nf077_count 1\n"); out.Err != nil {
		t.Fatal(out.Err)
	}
	body := gauges(100, 1) + "# TYPE go_goroutines untyped\ngo_goroutines 1\n# TYPE f077_count gauge\nf077_count 1\n"
	body = strings.Replace(body, "# TYPE f077 gauge\nf077 1\n", "", 1)
	want := []string{"f010", "f077_count", "go_goroutines"}
	for _, cycle := range []string{"first", "second"} {
		*refused = nil
		out := b.push(t, "second", body)
		if out.Err != nil || !slices.Equal(slices.Sorted(slices.Values(out.Refused)), want) {
			t.Errorf("%s push: got %v, left out %q, want %q", cycle, out.Err, out.Refused, want)
		}
		group := storedGroups(t, b.URL)[groupOf("second").Key()]
		if n := len(group.families); n != 100-2+2+2 { // gauges, report series, push times
			t.Errorf("%s push: group has %d families", cycle, n)
		}
		if n := len(*refused); cycle == "second" && n != 0 || n > halvingRequests {
			t.Errorf("%s push: %d refused bodies", cycle, n)
		}
		if n := len(slices.Compact(slices.Sorted(slices.Values(*refused)))); n != len(*refused) {
			t.Errorf("%s push: a refused body was sent again", cycle)
		}
	}
	b.wantCount(t, "promferry_families_refused_total", refusedInconsistent, 6)
	for group := range map[string]bool{"first": true, "second": true} {
		if shown, found, err := (&Gateway{URL: b.URL, Transport: http.DefaultTransport, Timeout: b.Timeout}).storedGroup(t.Context(), groupOf(group)); err != nil || !found || !shown.LastPushSuccessful {
			t.Errorf("group %s: got %+v, %v, want the last push successful", group, shown, err)
		}
	}
}

// TestPoisonedRealGateway refuses all pushes, for a group that somebody pushed
// with a value that is not UTF-8; with that gone all works (contract C15).
func TestPoisonedRealGateway(t *testing.T) {
	b, refused := realBench(t, nothing)
	b.run(t)
	const poison = "/metrics/job/poison/instance/%FF"
	if err := b.do(t.Context(), http.MethodPut, poison, bodyOf("# TYPE x gauge\nx 1\n", 1)); err == nil {
		t.Fatal("got success, want a refusal")
	}
	for _, instance := range []string{"a", "b", "a"} {
		*refused = nil
		out := b.push(t, instance, gauges(100, 1))
		if out.Err == nil || !strings.Contains(out.Err.Error(), "the gateway refuses the smallest push, so a group in it breaks it for everybody") ||
			!strings.Contains(out.Err.Error(), "/metrics: status 500") {
			t.Errorf("%s: got %v, want what the gateway suffers from", instance, out.Err)
		}
		if len(*refused) > 2 {
			t.Errorf("%s: got %d pushes, want no search", instance, len(*refused))
		}
	}
	if err := b.do(t.Context(), http.MethodDelete, poison, nil); err != nil {
		t.Fatal(err)
	}
	if out := b.push(t, "a", gauges(100, 1)); out.Err != nil || len(out.Refused) != 0 {
		t.Errorf("got %v, %q left out, want success", out.Err, out.Refused)
	}
}

// TestTypesOfRealStore explain a clash where /metrics cannot be read.
func TestTypesOfRealStore(t *testing.T) {
	b, refused := realBench(t, func(r *http.Request) bool { return r.URL.Path == "/metrics" && r.Method == http.MethodGet })
	b.run(t)
	if out := b.push(t, "first", "# TYPE f counter\nf 1\n"); out.Err != nil {
		t.Fatal(out.Err)
	}
	out := b.push(t, "second", "# TYPE up gauge\nup 1\n# TYPE f gauge\nf 1\n")
	if out.Err != nil || out.Retyped != 1 || len(out.Refused) != 0 || len(*refused) != 1 {
		t.Errorf("got %v, %d retyped, %q left out after %d refusals, want f retyped after 1", out.Err, out.Retyped, out.Refused, len(*refused))
	}
}
