//go:build linux

package test

import "testing"

func TestDocStart(t *testing.T) {
	follow(t, document{path: "docs/start.md", prepare: (*reader).prepareStart, commands: map[string]expectation{
		"promferry check config promferry.hcl": {},
		"promferry targets":                    {},
		"promferry once":                       {},
		"curl -s http://localhost:9091/metrics | grep -E '^(up|scrape_samples_scraped|node_load1)[{]'": {},
		"promferry run": {group: "node"},
		"promtool check config /etc/prometheus/prometheus.yml":                                     {},
		"curl -s -X POST http://localhost:9090/-/reload":                                           {},
		"promtool query instant http://localhost:9090 'node_load1 and on (job, instance) up == 1'": {retried: true},
		`promtool query instant http://localhost:9090 'up{job="node"}'`:                            {before: (*reader).stopNodeExporter, retried: true},
	}})
}

func (r *reader) prepareStart() {
	r.Helper()
	r.startPushgateway()
	r.exporter = r.startNodeExporter()
	r.write("promferry.hcl", r.block("hcl", 0))
	r.write("etc/prometheus/prometheus.yml", "scrape_configs: []\n")
	r.startPrometheus("etc/prometheus/prometheus.yml")
	r.write("etc/prometheus/prometheus.yml", r.block("yaml", 0))
}

func (r *reader) stopNodeExporter() {
	r.Helper()
	r.exporter.terminateWith(r, -1)
}
