package test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"
)

// TestOnceUnixSocketAndFiles has two jobs without a TCP port.
func TestOnceUnixSocketAndFiles(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	dir := t.TempDir()
	write(t, dir, "backup.prom", "# TYPE backup_bytes gauge\r\nbackup_bytes{disk=\"a\"} 7\r\nbackup_ok 1\r\n")
	write(t, dir, "cron.prom", "cron_last_run_seconds 12.5") // no last newline
	write(t, dir, "cron.txt", "ignored 1\n")
	socket := serveUnix(t, exposition(goodText))
	file := config(t, `
		global { instance = "cron-host" }
		gateway "default" { url = %q }
		job "files" {
			files = ["%s/*.prom"]
		}
		job "socket" {
			targets = ["unix://%s", "unix://%s:/other"]
			static_config {
				targets = ["unix://%s"]
				labels  = { instance = "by-label" }
			}
		}
	`, gw.url, dir, socket, socket, socket)
	// Two targets of one socket have one key here; that is refused.
	if r := once(t, file); r.code != 2 || !strings.Contains(r.stderr, "socket") {
		t.Errorf("two targets with one grouping key: exit code %d, want 2: %s", r.code, r.stderr)
	}
	file = config(t, `
		global { instance = "cron-host" }
		gateway "default" { url = %q }
		job "files" {
			files = ["%s/*.prom"]
		}
		job "socket" {
			targets = ["unix://%s:/other"]
		}
	`, gw.url, dir, socket)
	once(t, file).mustBeSilent(t)
	for job, want := range map[string]seriesSet{
		"files":  {`backup_bytes{disk="a"}`: 7, "backup_ok": 1, "cron_last_run_seconds": 12.5},
		"socket": {"app_a": 1, `app_b{code="200"}`: 1, "path_other": 1},
	} {
		if err := gw.must(t, job, "cron-host").holds(want, 1); err != nil {
			t.Errorf("job %s: %v", job, err)
		}
	}

	write(t, dir, "broken.prom", "fine 1\nbroken{\n")
	r := once(t, file)
	checkFailedOnce(t, r, "cron-host", "broken.prom")
	if err := gw.must(t, "files", "cron-host").holds(seriesSet{}, 0); err != nil {
		t.Errorf("one bad file: %v", err)
	}
	if up := gw.must(t, "socket", "cron-host")["up"]; up != 1 {
		t.Errorf("the job beside a bad one: up is %v, want 1", up)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serveUnix serves on a unix socket; each answer names the path.
func serveUnix(t *testing.T, answer http.HandlerFunc) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "pf") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(w, r)
		fmt.Fprintf(w, "path_%s 1\n", strings.Trim(r.URL.Path, "/"))
	})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l) // ErrServerClosed
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return socket
}

// TestOnceLockFile: of two runs with one lock file the second fails at once.
func TestOnceLockFile(t *testing.T) {
	t.Parallel()
	target := startScripted(t, hang)
	gw := startScripted(t, status(http.StatusOK, ""))
	file := appConfig(t, gw.URL, target)
	lock := filepath.Join(t.TempDir(), "promferry.lock")

	first := startFerry(t, nil, "once", "--config.file="+file, "--lock.file="+lock)
	eventually(t, "first run scrapes", func() error {
		if target.requests.Load() == 0 {
			return fmt.Errorf("not")
		}
		return nil
	})
	target.answer.Store(exposition(goodText))
	r := once(t, file, "--lock.file="+lock)
	if r.code != 1 || !strings.Contains(r.stderr, lock) || !strings.Contains(r.stderr, "held by another") {
		t.Errorf("second run: exit code %d, want 1 and the lock's name: %s", r.code, r.stderr)
	}
	if n := target.requests.Load(); n != 1 {
		t.Errorf("target has %d requests, want 1: the second run must not scrape", n)
	}
	first.signal(t, os.Kill) // a lock must not outlive its process
	first.exitCode(t)
	once(t, file, "--lock.file="+lock).mustBeSilent(t)

	held := flock.New(lock)
	if ok, err := held.TryLock(); !ok || err != nil {
		t.Fatalf("lock after the run: %v, %v", ok, err)
	}
	defer held.Unlock()
	if r := once(t, file, "--lock.file="+lock); r.code != 1 {
		t.Errorf("held by a stranger: exit code %d, want 1", r.code)
	}
}

// TestOnceTimeout bounds a run that a target, or a gateway, holds up.
func TestOnceTimeout(t *testing.T) {
	t.Parallel()
	good, bad := startScripted(t, exposition(goodText)), startScripted(t, hang)
	gw := startPushgateway(t)
	for name, c := range map[string]struct{ gateway, target, timeout, limit string }{
		"target hangs":  {gw.url, bad.address(), "6s", "scrape_timeout of 3s"}, // half of it: the rest is for telling the gateway
		"gateway hangs": {bad.URL, good.address(), "2s", "--timeout=2s"},
	} {
		r := once(t, config(t, `
			gateway "default" { url = %q }
			job "slow" { targets = [%q] }
		`, c.gateway, c.target), "--timeout="+c.timeout)
		if r.code != 1 || !strings.Contains(r.stderr, "slow") || !strings.Contains(r.stderr, c.limit) {
			t.Errorf("%s: exit code %d, want 1, the job and %s: %s", name, r.code, c.limit, r.stderr)
		}
	}
	samples, _, err := gw.metrics()
	if err != nil {
		t.Fatal(err)
	}
	downs := 0
	for series, value := range setOf(samples) {
		if strings.HasPrefix(series, "up{") && strings.Contains(series, "slow") && value == 0 {
			downs++
		}
	}
	if downs != 1 {
		t.Errorf("the target that hangs is not marked down: %v", setOf(samples))
	}
}

// TestOnceDryRun prints each request and sends none.
func TestOnceDryRun(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	gw := startScripted(t, status(http.StatusOK, ""))
	file := config(t, `
		gateway "default" { url = "%s/prefix" }
		job "app" {
			targets  = [%q]
			instance = "a/b"
		}
		job "other" {
			targets  = [%q]
			instance = "i"
		}
	`, gw.URL, target.address(), target.address())
	r := once(t, file, "--dry-run")
	if r.code != 0 || r.stderr != "" {
		t.Errorf("exit code %d, want 0 and no error: %s", r.code, r.stderr)
	}
	for _, want := range []string{
		"PUT " + gw.URL + "/prefix/metrics/job/app/instance@base64/YS9i\n# 6 series, ",
		"PUT " + gw.URL + "/prefix/metrics/job/other/instance/i\n# 6 series, ",
		"\napp_b{code=\"200\"} 1\n",
		"\nup 1\n",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("stdout has no %q:\n%s", want, r.stdout)
		}
	}
	if n := strings.Count(r.stdout, "PUT "); n != 2 {
		t.Errorf("%d requests printed, want 2", n)
	}
	if n := gw.requests.Load(); n != 0 {
		t.Errorf("gateway has %d requests, want 0", n)
	}

	target.answer.Store(typed("text/html", "<html>"))
	r = once(t, file, "--dry-run")
	if r.code != 1 || !strings.Contains(r.stdout, "\nup 0\n") || !strings.Contains(r.stderr, "fallback_scrape_protocol") {
		t.Errorf("failed scrape: exit code %d, want 1, up 0 and the reason\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
}
