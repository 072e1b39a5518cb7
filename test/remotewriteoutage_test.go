package test

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/model"
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

// taken is what a store has of a target.
type taken struct {
	values []float64 // of its scrapes, in the order in which they came
	failed int64     // scrapes with up 0
}

// takenOf needs the values of scrapes_total and of up, which ends with the 0 that
// on_shutdown makes.
func takenOf(values, ups []float64) taken {
	got := taken{values: values}
	for _, up := range ups[:max(0, len(ups)-1)] {
		if up == 0 {
			got.failed++
		}
	}
	return got
}

// mustBeAll checks that each scrape of a target is in the values, in its order,
// but for those that failed, as on a machine that is busy, and those that were
// under way when promferry was killed, and at its end.
func (got taken) mustBeAll(name string, scraped, cut int64) error {
	last, missing := int64(0), int64(0)
	for _, v := range got.values {
		if int64(v) <= last {
			return fmt.Errorf("%s: scrape %v is stored after scrape %d", name, v, last)
		}
		missing += int64(v) - last - 1
		if last < cut && cut < int64(v) {
			missing--
		}
		last = int64(v)
	}
	if ending := max(0, scraped-last); missing > got.failed || missing+ending > got.failed+1 {
		return fmt.Errorf("%s: of %d scrapes %d are not stored, and %d failed: %v", name, scraped, missing+ending, got.failed, got.values)
	}
	return nil
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

// taken returns what is stored of the target with these labels, without what
// came again.
func (r *receiver) taken(labels string) taken {
	return takenOf(r.valuesOnce("scrapes_total"+labels), r.valuesOnce("up"+labels))
}

// valuesOnce returns the values of a series in the order in which they came,
// without what came again.
func (r *receiver) valuesOnce(key string) (values []float64) {
	last := int64(0)
	for _, p := range r.series(key) {
		if p.at > last {
			values, last = append(values, p.value), p.at
		}
	}
	return values
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

// taken returns what is stored of the target with these labels.
func (s store) taken(labels string) (got taken, err error) {
	values, err := s.values("scrapes_total" + labels)
	if err != nil {
		return got, err
	}
	ups, err := s.values("up" + labels)
	return takenOf(values, ups), err
}

// values returns all samples of a series, by their times.
func (s store) values(selector string) (values []float64, err error) {
	var found model.Matrix
	if err := s.ask(selector+"[10m]", &found); err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d series, want 1", len(found))
	}
	last := model.Time(0)
	for _, v := range found[0].Values {
		if v.Timestamp > last && !math.IsNaN(float64(v.Value)) { // VictoriaMetrics shows stale markers, and what came twice
			values, last = append(values, float64(v.Value)), v.Timestamp
		}
	}
	return values, nil
}
