package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// manySeries is a body of that many lines.
func manySeries(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "many{i=\"%d\"} 1\n", i)
	}
	return text.String()
}

// after answers late.
func after(d time.Duration, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		<-time.After(d)
		answer(w, r)
	}
}

// TestLatencyIsNoFault (N3): what is slow on its way, and within the timeouts,
// arrives, and is no error.
func TestLatencyIsNoFault(t *testing.T) {
	t.Parallel()
	count := new(inbox)
	gw := startScripted(t, after(1500*time.Millisecond, count.note))
	target := startScripted(t, after(700*time.Millisecond, exposition(goodText)))
	ferry := run(t, config(t, `
		global { scrape_interval = "6s" }
		gateway "default" {
			url     = %q
			timeout = "10s"
		}
		job "app" { targets = [%q] }
	`, gw.URL, target.address()))
	count.more(t, "pushes", 2)
	for _, series := range []string{"promferry_scrape_errors_total", "promferry_push_errors_total", "promferry_scrapes_skipped_total"} {
		body, err := get(ferry.url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range linesWith(string(body), series+"{") {
			if !strings.HasSuffix(line, "} 0\n") {
				t.Errorf("got %q, want no such series, or 0", line)
			}
		}
	}
	ferry.terminate(t)
}
