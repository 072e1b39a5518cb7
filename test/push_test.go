package test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// pushed runs `promferry push` of a text, as a pipe gives it.
func pushed(t testing.TB, text string, flags ...string) result {
	t.Helper()
	began := time.Now()
	cmd := exec.Command(binary, append([]string{"push"}, flags...)...)
	cmd.Env, cmd.Dir, cmd.Stdin = environment(), t.TempDir(), strings.NewReader(text)
	p := start(t, cmd)
	return result{p.exitCode(t), p.stdout.String(), p.stderr.String(), time.Since(began)}
}

// TestPush has the whole of an exposition in a real gateway, and nothing else.
func TestPush(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	to := "--gateway=" + gw.url
	text, err := os.ReadFile("corpus/captured/node_exporter-1.12.1/scrape1.txt")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parse(text, "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	for i := range samples {
		samples[i].labels = samples[i].labels.WithoutEmpty() // to Prometheus the same
	}
	pushed(t, string(text), to, "--job=node", "--instance=i").mustBeSilent(t)
	if err := same(gw.must(t, "node", "i"), setOf(samples)); err != nil {
		t.Error(err)
	}

	pushed(t, "a 1\n# TYPE b counter\nb 2\n", to, "--job=own", "--instance=i").mustBeSilent(t)
	pushed(t, "# TYPE b counter\nb 3\n", to, "--job=own", "--instance=i", "--method=POST").mustBeSilent(t)
	if err := same(gw.must(t, "own", "i"), seriesSet{"a": 1, "b": 3}); err != nil {
		t.Errorf("POST after PUT: %v", err)
	}
	pushed(t, "c 4\n", to, "--job=own", "--instance=i").mustBeSilent(t)
	if err := same(gw.must(t, "own", "i"), seriesSet{"c": 4}); err != nil {
		t.Errorf("PUT: %v", err)
	}

	pushed(t, "a{instance=\"x\"} 1\na{instance=\"y\"} 2\n", to, "--job=each", "--instance=").mustBeSilent(t)
	if x, y := gw.must(t, "each", "x"), gw.must(t, "each", "y"); x["a"] != 1 || y["a"] != 2 {
		t.Errorf("a group without instance: got %v and %v, want the series' own instances", x, y)
	}
}

// TestPushIsTheSafeForm has all that a gateway refuses, stores wrong, or breaks
// on where curl sends it.
func TestPushIsTheSafeForm(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	check := func(name, text string, want seriesSet, says ...string) {
		t.Helper()
		r := pushed(t, text, "--gateway="+gw.url, "--job="+name, "--instance=i")
		if r.code != 0 {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.stderr)
		}
		for _, line := range says {
			if !strings.Contains(r.stderr, line) {
				t.Errorf("%s: stderr has no %q: %s", name, line, r.stderr)
			}
		}
		if err := same(gw.must(t, name, "i"), want); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("timestamp", "a 1 1700000000000\n", seriesSet{"a": 1}, "1 timestamps stripped")
	check("crlf", "a 1\r\nb 2\r\n", seriesSet{"a": 1, "b": 2})
	check("twice", "a 1\na 2\n", seriesSet{"a": 1}, "1 series left out: duplicate")
	check("same job", "c{job=\"a\"} 1\nc{job=\"b\"} 2\n", seriesSet{`c{exported_job="a"}`: 1, `c{exported_job="b"}`: 2}, "exported_")
	check("clash", "# TYPE go_goroutines counter\ngo_goroutines 1\nd 2\n", seriesSet{"go_goroutines": 1, "d": 2}, "1 families sent with the type that the gateway has")
	check("owned", "push_failure_time_seconds 1\ne 2\n", seriesSet{"e": 2}, "1 series left out: gateway_owned")
	if _, _, err := gw.metrics(); err != nil {
		t.Error(err)
	}
}

// TestPushFailures: what cannot be pushed is said, with exit code 1.
func TestPushFailures(t *testing.T) {
	t.Parallel()
	hanging := startScripted(t, hang)
	refusing := startScripted(t, status(http.StatusUnauthorized, "Unauthorized"))
	for name, c := range map[string]struct{ url, timeout, says string }{
		"hangs":   {hanging.URL, "--timeout=400ms", "--timeout=400ms"},
		"refuses": {refusing.URL, "--timeout=1m", "status 401"},
	} {
		r := pushed(t, "a 1\n", "--gateway="+c.url, "--job=j", "--instance=i", c.timeout)
		if r.code != 1 || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%s: exit code %d after %v, want 1 and a line with %q: %s", name, r.code, r.took, c.says, r.stderr)
		}
	}
}

// TestPushTriesAgain: a gateway that restarts is no failure, one that stays away
// is one after some seconds.
func TestPushTriesAgain(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && tries.Add(1) == 1 {
			status(http.StatusServiceUnavailable, "starting")(w, r)
		}
	})
	pushed(t, "a 1\n", "--gateway="+gw.URL, "--job=j", "--instance=i").mustBeSilent(t)
	if n := tries.Load(); n != 2 {
		t.Errorf("gateway has %d pushes, want 2", n)
	}
	gw.answer.Store(status(http.StatusServiceUnavailable, "away"))
	r := pushed(t, "a 1\n", "--gateway="+gw.URL, "--job=j", "--instance=i", "--timeout=1m")
	if r.code != 1 || r.took > patience || !strings.Contains(r.stderr, "status 503") {
		t.Errorf("exit code %d after %v, want 1 after some seconds: %s", r.code, r.took, r.stderr)
	}
}
