package test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hangAtTheEnd is a gateway that stores all but what a stopping promferry says.
// The channel tells that this has come.
func hangAtTheEnd() (answer http.HandlerFunc, ending chan struct{}) {
	ending = make(chan struct{}, 10)
	return func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bytes.Contains(body, []byte("\nup 0\n")) {
			ending <- struct{}{}
			<-r.Context().Done()
		}
	}, ending
}

// stopping starts a daemon whose gateway hangs in its end, and begins that.
func stopping(t *testing.T, flags ...string) (ferry daemon, since time.Time) {
	t.Helper()
	target := startScripted(t, exposition(goodText))
	answer, ending := hangAtTheEnd()
	gw := startScripted(t, answer)
	ferry = run(t, config(t, `
		global { scrape_interval = "2s" } # and so is the timeout: no up 0 before the end
		gateway "default" {
			url     = %q
			timeout = "1h"
		}
		job "app" {
			targets  = [%q]
			instance = "i-1"
		}
	`, gw.URL, target.address()), flags...)
	eventually(t, "first push", func() error { return ferry.atLeast(`promferry_pushes_total{gateway="default",method="PUT"}`, 1) })
	since = time.Now()
	ferry.signal(t, syscall.SIGTERM)
	select {
	case <-ending:
	case <-time.After(patience):
		t.Fatalf("no up 0 after SIGTERM\n%s", &ferry.stderr)
	}
	return ferry, since
}

// TestSecondSignalExitsAtOnce: it does not wait for a gateway that hangs, nor for
// the shutdown timeout, which are both longer than exitCode waits.
func TestSecondSignalExitsAtOnce(t *testing.T) {
	t.Parallel()
	ferry, _ := stopping(t, "--shutdown.timeout=1h")
	eventually(t, "end", func() error { // what comes too soon is an echo of the first
		ferry.signal(t, syscall.SIGTERM)
		select {
		case <-ferry.ended:
			return nil
		default:
			return errors.New("it runs")
		}
	})
	if code := ferry.exitCode(t); code != 1 || !strings.Contains(ferry.stderr.String(), "ended at once by a second signal") {
		t.Errorf("exit code %d, want 1 by the second signal: %s", code, &ferry.stderr)
	}
}

// TestShutdownTimeout: the gateway would have an hour for its answer.
func TestShutdownTimeout(t *testing.T) {
	t.Parallel()
	ferry, since := stopping(t, "--shutdown.timeout=1s")
	code := ferry.exitCode(t)
	if took := time.Since(since); took < time.Second {
		t.Errorf("ended %v after SIGTERM, want 1s", took)
	}
	if code < 0 {
		t.Errorf("ended by a signal: %s", ferry.cmd.ProcessState)
	}
	log := ferry.stderr.String()
	if lines := linesWith(log, "level=ERROR", "group not left as on_shutdown says", "not finished before the shutdown timeout", `gateway \"default\"`, "i-1"); len(lines) != 1 {
		t.Errorf("log does not name once what was not pushed:\n%s", log)
	}
}

// TestStopWithAStoreThatHangs: it takes all the time of a stop; its samples wait in
// the spool, the gateway knows, and the state file has its moment still.
func TestStopWithAStoreThatHangs(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	gw, store := startScripted(t, status(200, "")), startScripted(t, hang)
	ferry := run(t, config(t, `
		global { scrape_interval = "300ms" }
		gateway "default" { url = %q }
		remote_write "store" {
			url = %q
			%s
			spool { directory = %q }
		}
		job "app" { targets = [%q] }
	`, gw.URL, store.URL, soon, t.TempDir(), target.address()), stopsSoon, "--state.file="+filepath.Join(t.TempDir(), "state"))
	eventually(t, "push", func() error { return ferry.atLeast(`promferry_pushes_total{gateway="default",method="PUT"}`, 1) })
	ferry.terminate(t)
}

// TestShutdownWithTargetThatHangs: the scrape under way is no reason to wait.
func TestShutdownWithTargetThatHangs(t *testing.T) {
	t.Parallel()
	target := startScripted(t, hang)
	gw := startPushgateway(t)
	ferry := run(t, config(t, `
		global {
			scrape_interval = "1h"
			scrape_timeout  = "1h"
		}
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, gw.url, target.address()))
	eventually(t, "scrape", func() error {
		if target.requests.Load() == 0 {
			return fmt.Errorf("not")
		}
		return nil
	})
	ferry.terminate(t)
}

// TestListenAddressTaken: a second promferry fails before it scrapes.
func TestListenAddressTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	target := startScripted(t, exposition(goodText))
	gw := startScripted(t, status(http.StatusOK, ""))
	r := promferry(t, nil, "run", "--target="+target.address(), "--gateway="+gw.URL, "--web.listen-address="+l.Addr().String())
	if r.code != 1 || !strings.Contains(r.stderr, l.Addr().String()) || !strings.Contains(r.stderr, "--web.listen-address") {
		t.Errorf("exit code %d, want 1, with the address and the flag in: %s", r.code, r.stderr)
	}
	if target.requests.Load() != 0 || gw.requests.Load() != 0 {
		t.Errorf("scraped %d times, pushed %d times, want 0", target.requests.Load(), gw.requests.Load())
	}
}

// TestStopAfterAGatewayWasTakenOut: what a gateway keeps that is down and not in
// the configuration any more is named, and makes the exit code.
func TestStopAfterAGatewayWasTakenOut(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	down := startScripted(t, status(http.StatusOK, ""))
	const office = `
		gateway "office" { url = %q }
	`
	const job = `
		global { scrape_interval = "300ms" }
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`
	file := config(t, job+office, gw.url, target.address(), down.URL)
	ferry := run(t, file, "--shutdown.timeout=5s")
	eventually(t, "push to the gateway that goes", func() error {
		return ferry.atLeast(`promferry_pushes_total{gateway="office",method="PUT"}`, 1)
	})
	down.Close()
	rewrite(t, file, job, gw.url, target.address())
	ferry.reload(t)
	ferry.terminateWith(t, 1)
	if lines := linesWith(ferry.stderr.String(), "level=ERROR", "groups stay at a gateway that was taken out", "gateway=office"); len(lines) != 1 {
		t.Errorf("log does not name once what stays:\n%s", &ferry.stderr)
	}
	if err := gw.groupHolds("app", seriesSet{}, 0)(); err != nil {
		t.Errorf("the other gateway: %v", err)
	}
}
