package test

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A numbered target offers how often it was scraped, so that each scrape can be
// told from all others.
type numbered struct {
	*scripted
	name    string
	scrapes atomic.Int64
}

func startNumbered(t testing.TB, count int) (all []*numbered) {
	t.Helper()
	for i := range count {
		n := &numbered{name: fmt.Sprint("t", i)}
		n.scripted = startScripted(t, func(w http.ResponseWriter, r *http.Request) {
			exposition(fmt.Sprintf("scrapes_total %d\n", n.scrapes.Add(1)))(w, r)
		})
		all = append(all, n)
	}
	return all
}

// outageConfig has all targets in job app, and a store with a spool.
func outageConfig(t testing.TB, url, spool string, targets []*numbered) string {
	t.Helper()
	var list strings.Builder
	for _, n := range targets {
		fmt.Fprintf(&list, "static_config {\n targets = [%q]\n labels = { instance = %q }\n}\n", n.address(), n.name)
	}
	return config(t, `
		global { scrape_interval = "200ms" }
		remote_write "store" {
			url = %q
			%s
			spool { directory = %q }
		}
		job "app" {
			%s
		}
	`, url, soon, spool, list.String())
}

// more waits until each target was scraped that many times more.
func more(t testing.TB, targets []*numbered, scrapes int64) {
	t.Helper()
	before := counts(targets)
	for i, n := range targets {
		eventually(t, "scrapes of "+n.name, func() error {
			if got := n.scrapes.Load() - before[i]; got < scrapes {
				return fmt.Errorf("%d, want %d", got, scrapes)
			}
			return nil
		})
	}
}

// counts are how often each was scraped by now.
func counts(targets []*numbered) (all []int64) {
	for _, n := range targets {
		all = append(all, n.scrapes.Load())
	}
	return all
}

// TestRemoteWriteOutageAndKill: the store is away, promferry is killed meanwhile
// or while it sends what waits, and is started again: each scrape that was taken
// is stored, in order. Nothing is stored twice but what was under way when it
// was killed.
func TestRemoteWriteOutageAndKill(t *testing.T) {
	t.Parallel()
	for name, whileDraining := range map[string]func(*testing.T, *receiver){
		"killed while the store is away": nil,
		"killed while the backlog drains": func(t *testing.T, r *receiver) {
			r.answer.Store(after(50*time.Millisecond, takes))
			r.comeBack()
			before := len(r.series(`up{instance="t0",job="app"}`))
			eventually(t, "a part of the backlog", func() error { return r.atLeast(`up{instance="t0",job="app"}`, before+1) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver, targets := startRecording(t), startNumbered(t, 5)
			file := outageConfig(t, receiver.URL, filepath.Join(t.TempDir(), "spool"), targets)
			ferry := run(t, file)
			more(t, targets, 3)
			receiver.leave()
			more(t, targets, 8)
			drains := time.Now()
			if whileDraining != nil {
				whileDraining(t, receiver)
			}
			ferry.kill9(t)
			cut := counts(targets)
			ferry = run(t, file)
			more(t, targets, 5)
			if whileDraining == nil {
				receiver.comeBack()
			}
			more(t, targets, 3)
			ferry.terminate(t)
			scraped := counts(targets)
			for i, n := range targets {
				of := fmt.Sprintf("{instance=%q,job=\"app\"}", n.name)
				if err := receiver.taken(of).mustBeAll(n.name, scraped[i], cut[i]); err != nil {
					t.Error(err)
				}
			}
			underWay := func(first point) bool { return whileDraining != nil && !first.by.at.Before(drains) }
			if err := receiver.inOrder(underWay); err != nil {
				t.Error(err)
			}
			if t.Failed() {
				t.Log(&ferry.stderr)
			}
		})
	}
}

// TestRemoteWriteOutageOfStores: the same with a real store, which is ended and
// started again.
func TestRemoteWriteOutageOfStores(t *testing.T) {
	t.Parallel()
	for name, command := range map[string]func(testing.TB) func(host, port string) *exec.Cmd{
		"prometheus": receiverCommand, "victoria-metrics": victoriaMetricsCommand,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host, port := freePort(t)
			s := store{prometheus{url: "http://" + net.JoinHostPort(host, port)}, name, "http://" + net.JoinHostPort(host, port) + "/api/v1/write"}
			start := startsAgain(t, s.url, command(t), host, port)
			targets := startNumbered(t, 3)
			p := start()
			file := outageConfig(t, s.write, filepath.Join(t.TempDir(), "spool"), targets)
			ferry := run(t, file)
			more(t, targets, 3)
			p.terminate(t)
			more(t, targets, 5)
			ferry.kill9(t)
			cut := counts(targets)
			ferry = run(t, file)
			more(t, targets, 5)
			start()
			more(t, targets, 3)
			ferry.terminate(t)
			scraped := counts(targets)
			for i, n := range targets {
				eventually(t, "all scrapes of "+n.name, func() error {
					got, err := s.taken(fmt.Sprintf(`{instance=%q}`, n.name))
					if err != nil {
						return err
					}
					return got.mustBeAll(n.name, scraped[i], cut[i])
				})
			}
		})
	}
}

// receiverCommand is victoriaMetricsCommand for Prometheus.
func receiverCommand(t testing.TB) func(host, port string) *exec.Cmd {
	t.Helper()
	program, file, data := part(t, "prometheus"), config(t, "scrape_configs: []\n"), t.TempDir()
	return func(host, port string) *exec.Cmd {
		return exec.Command(program, "--web.enable-remote-write-receiver", "--config.file="+file, "--storage.tsdb.path="+data, "--web.listen-address="+net.JoinHostPort(host, port))
	}
}

// startsAgain starts a part at the same address each time it is called.
func startsAgain(t testing.TB, url string, command func(host, port string) *exec.Cmd, host, port string) func() *process {
	return func() *process {
		t.Helper()
		p := start(t, command(host, port))
		if err := p.answers(url + "/metrics"); err != nil {
			t.Fatalf("%s: %v\n%s%s", p.cmd, err, &p.stdout, &p.stderr)
		}
		return p
	}
}
