//go:build linux

package test

import (
	"strings"
	"testing"
)

func TestDocTroubleshooting(t *testing.T) {
	const once = "promferry once --target="
	follow(t, document{path: "docs/troubleshooting.md", prepare: (*reader).prepareTrouble, commands: map[string]expectation{
		"promferry once": {code: 1, after: (*reader).endOutage},
		"curl -s http://localhost:9091/metrics | grep ^up":                                                            {},
		`promtool query instant http://localhost:9090 'up{job="pushgateway"}'`:                                        {retried: true},
		once + "localhost:7000 --gateway=http://localhost:9091 --job=app":                                             {code: 1},
		once + "http://localhost:8000/plain --gateway=http://localhost:9091 --job=app":                                {code: 1, after: (*reader).pushAgain},
		`promtool query instant http://localhost:9090 'up{exported_job!=""}'`:                                         {before: (*reader).forgetHonorLabels, retried: true},
		"echo 'app_requests 1' | curl -s --data-binary @- http://localhost:9091/metrics/job/other":                    {},
		`echo 'app_requests{code="200"} 1' | promferry push --gateway=http://localhost:9091 --job=app`:                {},
		"promferry push --gateway=http://localhost:9091 --job=app histogram.prom":                                     {code: 1},
		"curl -s http://localhost:9091/metrics | grep '^app_requests'":                                                {},
		"curl -s http://localhost:9191/metrics | head -n 1":                                                           {before: (*reader).poison},
		"promferry doctor --gateway=http://localhost:9191 --target=localhost:8000 --job=app":                          {code: 1},
		"promferry prune --gateway=http://localhost:9091 --older-than=1s":                                             {retried: true},
		"promferry delete --gateway=http://localhost:9091 --job=other --instance=":                                    {},
		"promferry targets | grep push":                                                                               {},
		"promtool query instant http://localhost:9090 'abs(timestamp(push_time_seconds) - push_time_seconds) > 3600'": {},
		"curl -s http://localhost:9097/metrics | grep -E '^(promferry_pending_bytes|process_resident_memory_bytes)'":  {before: (*reader).runBeside, retried: true},
		"promferry check config broken.hcl":                                                                           {code: 2},
		"curl -s http://localhost:9097/metrics | grep ^promferry_config_last_reload_successful":                       {},
		once + "localhost:8000 --gateway=https://localhost:9091 --job=app":                                            {code: 1},
		`printf 'a_total 1 1795905185000\nb 2\nb 2\n' | promferry check metrics -`:                                    {code: 3},
	}})
}

// prepareTrouble starts no gateway yet.
func (r *reader) prepareTrouble() {
	r.Helper()
	r.startFlask("8000")
	r.write("promferry.hcl", r.block("hcl", 0))
	r.write("broken.hcl", strings.Replace(r.block("hcl", 0), "targets =", "target =", 1)+"\nbuiltin \"self\" {}\n")
	r.write("histogram.prom", "# TYPE app_requests histogram\napp_requests_bucket{le=\"+Inf\"} 1\napp_requests_sum 1\napp_requests_count 1\n")
	r.write("prometheus.yml", gatewayScrapedWith("honor_labels: true"))
	r.startPrometheus("prometheus.yml")
}

func gatewayScrapedWith(setting string) string {
	return "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: pushgateway\n    " + setting +
		"\n    static_configs:\n      - targets: [\"localhost:9091\"]\n"
}

func (r *reader) forgetHonorLabels() {
	r.Helper()
	r.write("prometheus.yml", gatewayScrapedWith("honor_labels: false"))
	if err := r.ends(step{command: "curl -s -X POST http://localhost:9090/-/reload"}, expectation{}); err != nil {
		r.Error(err)
	}
}

func (r *reader) endOutage() {
	r.Helper()
	r.startPushgateway()
	r.pushAgain()
}

func (r *reader) pushAgain() {
	r.Helper()
	if err := r.ends(step{command: "promferry once"}, expectation{}); err != nil {
		r.Error(err)
	}
}

// poison has two groups contradict each other in a gateway that does not check.
func (r *reader) poison() {
	r.Helper()
	r.startPushgatewayAt("9191", "--push.disable-consistency-check")
	for job, text := range map[string]string{"a": `m 1\n`, "b": `# TYPE m counter\nm 1\n`} {
		line := "printf '" + text + "' | curl -s --data-binary @- http://localhost:9191/metrics/job/" + job
		if err := r.ends(step{command: line}, expectation{}); err != nil {
			r.Error(err)
		}
	}
}

// runBeside starts promferry as the service that the text takes for granted.
func (r *reader) runBeside() {
	r.Helper()
	r.shell("exec promferry run")
}
