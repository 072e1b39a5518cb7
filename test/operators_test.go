package test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOperators has a fleet with all kinds of trouble, and looks at it as an
// operator does: by promferry's own metrics, by the dashboards and the alerts of
// deploy, in a real Prometheus that runs the configuration of deploy.
func TestOperators(t *testing.T) {
	t.Parallel()
	f := startTroubledFleet(t)
	t.Run("metrics page", f.checkMetricsPage)
	t.Run("dashboards", f.checkDashboards)
	t.Run("alerts", f.checkAlerts)
}

// A troubledFleet is a promferry with builtin "self" and builtin "network", and
// a real Prometheus behind a real gateway.
type troubledFleet struct {
	prom  prometheus
	ferry daemon
}

func startTroubledFleet(t *testing.T) *troubledFleet {
	t.Helper()
	gw, gone := startPushgateway(t), startScripted(t, hang)
	gone.Close() // nobody listens there any more
	refusing := startScripted(t, behindBy(time.Hour, status(http.StatusUnauthorized, "who are you?")))
	taking := startScripted(t, status(http.StatusNoContent, ""))
	discovery := startScripted(t, status(http.StatusInternalServerError, ""))
	first := startScripted(t, exposition("# TYPE x counter\nx 1 1\n# TYPE h gauge\nh 1\n"))
	second := startScripted(t, exposition("# TYPE x gauge\nx 2\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\nh_sum 3\nh_count 3\n"))
	federated := startScripted(t, exposition("taken{job=\"first\",instance=\"i\"} 1\n"))
	dir := t.TempDir()
	found := fmt.Sprintf(`[{"targets": [%q, %q], "labels": {"instance": "same"}}]`, first.address(), second.address())
	write(t, dir, "found.json", found)
	file := config(t, `
		global {
			scrape_interval = "500ms"
			instance        = "host"
		}
		gateway "default" { url = %q }
		gateway "gone" { url = %q }
		gateway "refusing" { url = %q }
		remote_write "store" {
			url = %q
			spool { directory = %q }
		}
		remote_write "lost store" {
			url = %q
			spool { directory = %q }
		}
		remote_write "strict store" { url = %q }
		job "first" {
			targets  = [%q]
			instance = "i"
		}
		job "second" { targets = [%q] }
		job "bad" { targets = [%q] }
		job "federated" {
			targets      = [%q]
			honor_labels = true
		}
		job "found" {
			file_sd_config { files = [%q] }
			http_sd_config {
				url              = %q
				refresh_interval = "1s"
			}
		}
		builtin "network" {
			device_include  = ".*"
			require_address = "none"
		}
		builtin "self" {}
	`, gw.url, gone.URL, refusing.URL, taking.URL, filepath.Join(dir, "spool"), gone.URL, filepath.Join(dir, "found.json"), refusing.URL, first.address(), second.address(), gone.Listener.Addr(), federated.address(),
		filepath.Join(dir, "found.json"), discovery.URL)
	f := &troubledFleet{
		prom:  startPrometheus(t, deployedPrometheus(t, gw.url, gone.URL)),
		ferry: run(t, file, "--state.file="+filepath.Join(dir, "state")),
	}
	f.failReload(t, file)
	failCron(t, gw)
	gw.refusePush(t)
	return f
}

// behindBy answers with a clock that is wrong.
func behindBy(d time.Duration, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-d).UTC().Format(http.TimeFormat))
		answer(w, r)
	}
}

// deployedPrometheus is the configuration of deploy, but for where the gateways
// are, and for how often they are looked at.
func deployedPrometheus(t testing.TB, gateways ...string) string {
	t.Helper()
	text := repoText(t, "deploy/prometheus/prometheus.yml")
	rules := repoPath(t, "deploy/prometheus/alerts.yml")
	hosts := strings.ReplaceAll(strings.Join(gateways, `", "`), "http://", "")
	return strings.NewReplacer("pushgateway:9091", hosts, "- alerts.yml", "- "+rules, "_interval: 15s", "_interval: 500ms").Replace(text)
}

func (f *troubledFleet) failReload(t testing.TB, file string) {
	t.Helper()
	if err := os.WriteFile(file, []byte("jop {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.ferry.signal(t, syscall.SIGHUP)
}

// failCron has exec push a command that fails.
func failCron(t testing.TB, gw gateway) {
	t.Helper()
	if r := promferry(t, nil, "exec", "--gateway="+gw.url, "--job=backup", "--label=every=1d", "--", "false"); r.code != 1 {
		t.Fatalf("exec: exit code %d, want that of false\n%s", r.code, r.stderr)
	}
}

// refusePush has somebody push a family that the gateway has with another type.
func (g gateway) refusePush(t testing.TB) {
	t.Helper()
	const clash = "# TYPE go_goroutines counter\ngo_goroutines 1\n"
	if code, answer := send(t, http.MethodPost, g.url+"/metrics/job/stranger/instance/i", clash, nil); code != http.StatusBadRequest {
		t.Fatalf("push of a type clash: status %d, %q, want 400", code, answer)
	}
}
