package test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// verifyWindow is much longer than the intervals of these tests, of a second,
// and than a busy machine may be late.
const verifyWindow = "12s"

// lasting waits until the window is full of a job.
func (p prometheus) lasting(t testing.TB, job string) {
	t.Helper()
	eventually(t, job+" is there for the window", func() error {
		found, err := p.query(fmt.Sprintf(`up{job=%q} offset %s`, job, verifyWindow))
		if err == nil && len(found) == 0 {
			err = errors.New("no series")
		}
		return err
	})
}

// says checks the exit code, and that some texts are in the output. A scrape
// that was late may have made a hole in the window, so it looks again.
func (p prometheus) says(t testing.TB, direct, relayed string, code int, texts ...string) (r result) {
	t.Helper()
	eventually(t, "verify --direct="+direct+" --relayed="+relayed, func() error {
		r = promferry(t, nil, "verify", "--prometheus="+p.url, "--direct="+direct, "--relayed="+relayed, "--window="+verifyWindow)
		for _, text := range texts {
			if r.code != code || !strings.Contains(r.stdout+r.stderr, text) {
				return fmt.Errorf("exit code %d, want %d and %q\nstdout: %s\nstderr: %s", r.code, code, text, r.stdout, r.stderr)
			}
		}
		return nil
	})
	return r
}

// migrating is a Prometheus that scrapes targets itself, as the job pull, and
// those of promferry at a gateway.
func migrating(t testing.TB, gw gateway, targets ...string) prometheus {
	t.Helper()
	return startPrometheus(t, scrapeOf(gw)+fmt.Sprintf(`
- job_name: plain # the same without honor_labels
  static_configs:
  - targets: [%q]
- job_name: pull
  static_configs:
  - targets: ["%s"]
`, strings.TrimPrefix(gw.url, "http://"), strings.Join(targets, `", "`)))
}

// TestVerify looks at node_exporter, whose values move and stand still, and at a
// target that has nothing to lose.
func TestVerify(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	node := startNodeExporter(t)
	app := startScripted(t, exposition(goodText)).address()
	prom := migrating(t, gw, node, app)
	ferry := run(t, config(t, `
		global { scrape_interval = "1s" }
		gateway "default" { url = %q }
		job "node" {
			static_config {
				targets = [%q]
				labels  = { instance = %[2]q }
			}
			static_config {
				targets = [%q]
				labels  = { instance = %[3]q }
			}
		}
	`, gw.url, node, app))
	prom.lasting(t, "node")
	r := prom.says(t, `{job="pull"}`, `{job="node"}`, 0, "alike: within "+verifyWindow, " of 2 targets, ")
	if r.stderr != "" || strings.Count(r.stdout, "\n") != 1 {
		t.Errorf("want one line:\n%s%s", r.stdout, r.stderr)
	}

	prom.says(t, `{job="pull"}`, `{job="nodes"}`, 1, `--relayed={job="nodes"}: no series within `+verifyWindow, "does this Prometheus scrape the gateway")
	prom.says(t, `{job="pulls"}`, `{job="node"}`, 1, `--direct={job="pulls"}: no series`)
	prom.says(t, `{job="pull"}`, `{job="plain"}`, 1, "groups without their job and instance: ", "needs honor_labels: true")
	prom.says(t, `{job="pull"}`, `{job=~"pull|node"}`, 1, "series of both ways: ")
	prom.says(t, `{job="pull"}`, `{job="node" or}`, 2, "--relayed: query "+prom.url+"/api/v1/query: bad_data: ", "parse error")

	_ = ferry.cmd.Process.Kill()
	prom.says(t, `{job="pull"}`, `{job="node"}`, 1, "groups that nobody pushes: 2\n", `push_time_seconds{instance="`+node+`",job="node"}`)
}

// TestVerifyNamesDifferences has one of each kind.
func TestVerifyNamesDifferences(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	gw.put(t, "/metrics/job/other", "# TYPE app_clash histogram\napp_clash_bucket{le=\"+Inf\"} 1\napp_clash_sum 1\napp_clash_count 1\n")
	app := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		text := "app_same 1\npushgateway_app 1\n# TYPE app_clash gauge\napp_clash 1\napp_old 1 1000000000000\n"
		if strings.HasPrefix(r.UserAgent(), "promferry/") {
			text += "app_value 2\napp_label{by=\"promferry\"} 1\n"
		} else {
			text += "app_value 1\napp_label{by=\"prometheus\"} 1\n"
		}
		exposition(text)(w, r)
	}).address()
	down := startScripted(t, status(http.StatusInternalServerError, "")).address()
	prom := migrating(t, gw, app, down)
	run(t, config(t, `
		global { scrape_interval = "1s" }
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = %[2]q
		}
		job "down" {
			targets  = [%q]
			instance = "elsewhere"
		}
		job "gone" {
			targets  = [%[2]q]
			instance = "gone"
		}
	`, gw.url, app, down))
	prom.lasting(t, "gone")
	prom.says(t, `{job="pull"}`, `{job="app"}`, 1, "not alike, ",
		"targets that are not relayed: 1\n  {instance=\""+down+"\"}\n",
		"labels that are different: 1\n  by: direct \"prometheus\", relayed \"promferry\"; series: 1, as app_label{",
		"series that are not relayed: 2\n  app_clash{", "  pushgateway_app{", ": the gateway's own name\n",
		"series that are only relayed: 1\n  app_old{",
		"series with other values: 1\n  app_value{", "}: direct 1, relayed 2\n")
	prom.says(t, `{job="pull"}`, `{job=~"app|gone"}`, 1, "targets that are only relayed: 1\n  {instance=\"gone\"}\n")

	of := func(job, instance string) string { return fmt.Sprintf(`{job=%q,instance=%q}`, job, instance) }
	prom.says(t, of("pull", down), `{job="down"}`, 0, "alike: ",
		fmt.Sprintf("instance %q of the direct way is compared with \"elsewhere\" of the relayed", down), "1 target is down all the time")
}

// TestVerifyWithoutHonorLabels: the gateway's scrape job has the usual mistake.
func TestVerifyWithoutHonorLabels(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target, _ := relaying(t, gw)
	prom := startPrometheus(t, strings.Replace(scrapeOf(gw), "honor_labels: true", "honor_labels: false", 1)+fmt.Sprintf(`
- job_name: pull
  static_configs:
  - targets: [%q]
`, target.address()))
	prom.says(t, `{job="pull"}`, `{job="app"}`, 1, `but 1 group as push_time_seconds{exported_job="app"}: the scrape job of the gateway needs honor_labels: true`)
}
