package test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestAggregatingGateway is one that adds pushes up (contract V2): `once` fails
// and says what to use.
func TestAggregatingGateway(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var shown strings.Builder
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		labels := strings.Split(r.URL.Path, "/")
		switch {
		case r.URL.Path == "/metrics" && r.Method == http.MethodGet:
			fmt.Fprint(w, shown.String())
		case labels[1] != "metrics" || len(labels) != 6 || r.Method != http.MethodPut:
			http.NotFound(w, r)
		default:
			body, _ := io.ReadAll(r.Body)
			for line := range strings.Lines(string(body)) {
				if name, value, found := strings.Cut(line, " "); found && name != "#" {
					fmt.Fprintf(&shown, "%s{%s=%q,%s=%q} %s", name, labels[4], labels[5], labels[2], labels[3], value)
				}
			}
			w.WriteHeader(http.StatusAccepted)
		}
	})
	target := startScripted(t, exposition("# TYPE x counter\nx 1\n"))
	r := once(t, appConfig(t, gw.URL, target))
	if lines := linesWith(r.stderr, gw.URL+" is an aggregating gateway", "use a Pushgateway"); r.code != 1 || len(lines) == 0 {
		t.Errorf("exit code %d, want 1 and a line that says what it is: %s", r.code, r.stderr)
	}
}
