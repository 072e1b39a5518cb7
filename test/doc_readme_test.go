//go:build linux

package test

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func TestReadme(t *testing.T) {
	follow(t, document{path: "README.md", prepare: (*reader).prepareReadme, commands: map[string]expectation{
		"go run ./cmd/promferry demo": {instead: (*reader).demo},
		"make test":                   {instead: (*reader).makeTest},
		"promferry run --target=localhost:9100 --gateway=http://localhost:9091 --job=node": {group: "node"},
		"promferry check config promferry.hcl":                                             {},
		"promferry targets":                                                                {prints: "http://localhost:9091/metrics/job/flask/instance/"},
		"promferry once --dry-run":                                                         {prints: "PUT http://localhost:9091/metrics/job/node/instance/"},
		"promferry run":                                                                    {group: "flask"},
		"PROMFERRY_TARGET=localhost:8000 PROMFERRY_GATEWAY=http://localhost:9091 PROMFERRY_JOB=shop promferry":                  {group: "shop"},
		"promferry run --config.file=/etc/promferry/promferry.hcl":                                                              {group: "node"},
		"promferry exec --gateway=http://localhost:9091 --job=backup --label=every=1d -- tar -cf /run/backup.tar promferry.hcl": {},
		"echo 'backup_bytes 17' | promferry push --gateway=http://localhost:9091 --job=backup --label=every=1d --method=POST":   {after: (*reader).hasBackup},
		"promferry delete --gateway=http://localhost:9091 --job=shop --instance=old-pod":                                        {prints: "/metrics/job/shop/instance/old-pod was not there"},
		"promferry prune --gateway=http://localhost:9091 --older-than=1d":                                                       {prints: " groups is older than 1d\n"},
		"promferry import prometheus prometheus.yml > moved.hcl":                                                                {before: (*reader).writePullJob, prints: "honor_labels: true"},
		"promferry check config moved.hcl":                                                                                      {},
		"promferry run --config.file=moved.hcl":                                                                                 {group: "node", after: (*reader).scrapeBothWays},
		verifyReadme:                                                                                                            {as: verifyReadme + " --window=" + verifyWindow, prints: "alike: ", retried: true},
		"promferry once --config.file=/etc/promferry/cron.hcl --timeout=30s --lock.file=/run/promferry.lock":                    {},
		"promferry run --target=localhost:9100 --remote-write=http://localhost:9090/api/v1/write --job=node": {
			before: (*reader).startReceiver, serves: "http://localhost:9097/-/ready", after: (*reader).hasReceived},
	}})
}

const verifyReadme = `promferry verify --prometheus=http://localhost:9090 --direct='{job="node_pull"}' --relayed='{job="node"}'`

// prepareReadme starts what the README takes for granted, on its ports.
func (r *reader) prepareReadme() {
	r.Helper()
	r.startPushgateway()
	r.startNodeExporter()
	r.startFlask("5000")
	r.startFlask("8000")
	r.write("promferry.hcl", r.block("hcl", 0))
	r.write("etc/promferry/promferry.hcl", r.block("hcl", 0))
	r.write("etc/prometheus/prometheus.yml", "scrape_configs: []\n")
	r.prepareCron()
}

// prepareCron has what configs/examples/cron.hcl looks for.
func (r *reader) prepareCron() {
	r.Helper()
	r.write("etc/promferry/cron.hcl", strings.NewReplacer(
		"http://pushgateway.example.net:9091", "http://localhost:9091",
		"/var/lib/promferry/", r.dir+"/var/lib/promferry/",
		"/run/backup/", r.dir+"/run/",
	).Replace(repoText(r, "configs/examples/cron.hcl")))
	r.write("var/lib/promferry/report.prom", "report_rows 17\n")
	r.write("run/.keep", "")
	socket, err := net.Listen("unix", filepath.Join(r.dir, "run/metrics.sock"))
	if err != nil {
		r.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintln(w, "backup_done 1")
	})}
	go func() { _ = server.Serve(socket) }()
	r.Cleanup(func() { server.Close() })
}

// demo looks for each line that the README shows of it. The program is the one
// that TestMain has built of that directory: go run would only link it once more.
// The gateway's port is taken here.
func (r *reader) demo() {
	p, out := r.shell("exec promferry demo")
	eventually(r, "what the demo shows", func() error {
		for line := range strings.Lines(strings.ReplaceAll(r.block("text", 0), ":9091", "…")) {
			if !regexp.MustCompile(`(?m)^` + linePattern(strings.TrimSpace(line)) + `$`).MatchString(out()) {
				return fmt.Errorf("no %q in %s", line, out())
			}
		}
		return nil
	})
	p.signal(r, syscall.SIGINT)
	if code := p.exitCode(r); code != 0 {
		r.Errorf("demo: exit code %d after SIGINT, want 0\n%s", code, out())
	}
}

// makeTest cannot run the tests that it is one of: it holds the gate to them.
func (r *reader) makeTest() {
	if !strings.Contains(repoText(r, ".ci/run"), "make test") {
		r.Error(".ci/run does not call make test")
	}
	if out, err := exec.Command("make", "-C", "..", "-n", "test").CombinedOutput(); err != nil || !strings.Contains(string(out), "go test") {
		r.Errorf("make -n test: %v\n%s", err, out)
	}
}

// hasReceived looks for the job in the store, and frees the store's port.
func (r *reader) hasReceived() {
	r.Helper()
	store := prometheus{url: "http://localhost:9090"}
	eventually(r, "the job in the store", func() error {
		return store.finds(`up{job="node"}`, seriesSet{`up{instance="web1:9100",job="node"}`: 1})
	})
	r.stop()
	r.receiver.terminate(r)
}

// hasBackup looks for what exec and push have made of one group.
func (r *reader) hasBackup() {
	body, err := get(r.gateway.url + "/metrics")
	for _, want := range []string{"backup_bytes", "job_exit_code", "job_last_success_timestamp_seconds"} {
		if err != nil || !regexp.MustCompile(want+`\{every="1d",instance="[^"]+",job="backup"\} `).Match(body) {
			r.Errorf("the gateway has no %s of the job: %v", want, err)
		}
	}
}

// writePullJob makes a prometheus.yml with the job that is to be moved.
func (r *reader) writePullJob() {
	r.write("prometheus.yml", "global:\n  scrape_interval: 1s\nscrape_configs:\n"+pullJob("node"))
}

func pullJob(name string) string {
	return "  - job_name: " + name + "\n    static_configs:\n      - targets: [\"localhost:9100\"]\n"
}

// scrapeBothWays has a Prometheus scrape the target itself, too, and the gateway.
func (r *reader) scrapeBothWays() {
	r.gateway.delete(r, "node", "web1:9100") // of the README's other ways to run it
	r.write("both.yml", "global:\n  scrape_interval: 1s\nscrape_configs:\n"+pullJob("node_pull")+
		"  - job_name: pushgateway\n    honor_labels: true\n    static_configs:\n      - targets: [\"localhost:9091\"]\n")
	r.startPrometheus("both.yml")
}
