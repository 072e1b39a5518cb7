package test

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// A result is how a promferry that ended by itself did.
type result struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

// promferry runs the program to its end.
func promferry(t testing.TB, env []string, args ...string) result {
	t.Helper()
	began := time.Now()
	p := startFerry(t, env, args...)
	return result{p.exitCode(t), p.stdout.String(), p.stderr.String(), time.Since(began)}
}

// once is `promferry once` with a configuration file.
func once(t testing.TB, file string, flags ...string) result {
	t.Helper()
	return promferry(t, nil, append([]string{"once", "--config.file=" + file}, flags...)...)
}

// mustBeSilent checks what cron wants of a success.
func (r result) mustBeSilent(t testing.TB) {
	t.Helper()
	if r.code != 0 || r.stdout != "" || r.stderr != "" {
		t.Fatalf("exit code %d, want 0 and silence\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
}

func startFerry(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = environment(env...)
	cmd.Dir = t.TempDir() // without a promferry.hcl
	return start(t, cmd)
}

// A daemon is a `promferry run` with a web server.
type daemon struct {
	*process
	url string // of its web server
}

// stopsSoon is for a promferry whose last word a gateway does not take: it would
// go on trying for the 10 s of the default.
const stopsSoon = "--shutdown.timeout=1s"

// run starts `promferry run` with a configuration file, on a free port.
func run(t testing.TB, file string, flags ...string) daemon {
	t.Helper()
	return startDaemon(t, nil, append([]string{"run", "--config.file=" + file}, flags...)...)
}

// relaying is a daemon that pushes a good target to the gateway in short
// intervals: job app, instance i.
func relaying(t testing.TB, gw gateway) (*scripted, daemon) {
	t.Helper()
	target := startScripted(t, exposition(goodText))
	return target, run(t, config(t, `
		global { scrape_interval = "300ms" }
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, gw.url, target.address()))
}

func startDaemon(t testing.TB, env []string, args ...string) daemon {
	t.Helper()
	return daemonOf(t, startFerry(t, append(env, "PROMFERRY_WEB_LISTEN_ADDRESS=127.0.0.1:0"), args...))
}

// daemonOf waits until the daemon has a web server.
func daemonOf(t testing.TB, p *process) daemon {
	t.Helper()
	d := daemon{process: p}
	eventually(t, "address of the status page in the log", func() error {
		if m := pageURL.FindStringSubmatch(p.stderr.String()); m != nil {
			d.url = m[1]
			return nil
		}
		return fmt.Errorf("this: %s", &p.stderr)
	})
	return d
}

// ownPages are all that a daemon serves of itself.
var ownPages = []string{"/", "/?format=text", "/api/v1/targets", "/api/v1/gateways", "/api/v1/remote_writes", "/config", "/metrics"}

var pageURL = regexp.MustCompile(`msg="status page" url=(https?://127\.0\.0\.1:\d+)/`)

// lives checks that the process still does its work.
func (d daemon) lives(t testing.TB) {
	t.Helper()
	select {
	case <-d.ended:
		t.Fatalf("promferry ended: %s\n%s", d.cmd.ProcessState, &d.stderr)
	default:
	}
	for _, path := range []string{"/-/healthy", "/-/ready", "/"} {
		if _, err := get(d.url + path); err != nil {
			t.Error(err)
		}
	}
}

// metric returns the value of one of its own series, written as in seriesSet.
func (d daemon) metric(series string) (float64, error) {
	body, err := get(d.url + "/metrics")
	if err != nil {
		return 0, err
	}
	samples, err := parse(body, "text/plain")
	if err != nil {
		return 0, err
	}
	value, found := setOf(samples)[series]
	if !found {
		return 0, errors.New("no series " + series)
	}
	return value, nil
}

func (d daemon) atLeast(series string, want float64) error {
	n, err := d.metric(series)
	if err == nil && n < want {
		err = fmt.Errorf("%v, want at least %v", n, want)
	}
	return err
}
