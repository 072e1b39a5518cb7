//go:build linux

package test

import (
	"strings"
	"testing"
)

func TestDocRemoteWrite(t *testing.T) {
	follow(t, document{path: "docs/remote-write.md", prepare: (*reader).prepareRemoteWrite, commands: map[string]expectation{
		"prometheus --web.enable-remote-write-receiver --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/var/lib/prometheus": {instead: (*reader).startReceiver},
		"promferry check config promferry.hcl": {},
		"promferry doctor":                     {},
		"promferry once":                       {},
		`promtool query instant http://localhost:9090 'up{job="host"}'`: {},
		"promferry run --config.file=both.hcl":                          {group: "host"},
		verifyWritten("2m"):                                             {as: verifyWritten(verifyWindow), retried: true},
	}})
}

func verifyWritten(window string) string {
	return `promferry verify --prometheus=http://localhost:9090 --window=` + window + ` --direct='{job="host",way="written"}' --relayed='{job="host",way=""}'`
}

// prepareRemoteWrite has Prometheus scrape the gateway, too, and the node_exporter
// as Debian's configuration does. All of it goes more often than at the page's
// intervals, so that a short window will do.
func (r *reader) prepareRemoteWrite() {
	r.Helper()
	r.startPushgateway()
	r.startNodeExporter()
	r.write("etc/prometheus/prometheus.yml", scrapeOf(r.gateway)+debianNode)
	r.write("promferry.hcl", strings.ReplaceAll(r.block("hcl", 0), "/var/lib/", r.dir+"/var/lib/"))
	r.write("both.hcl", "global {\n  scrape_interval = \"1s\"\n}\n"+r.hclWith(`gateway "pushgateway"`))
}

// debianNode is the job of Debian's prometheus.yml.
const debianNode = `- job_name: node
  static_configs:
  - targets: ["localhost:9100"]
`

// hclWith is the block of the page that has a text in it.
func (r *reader) hclWith(text string) string {
	r.Helper()
	for _, block := range blocks(r.text, "hcl") {
		if strings.Contains(block, text) {
			return block
		}
	}
	r.Fatalf("%s: no block with %q", r.path, text)
	return ""
}

// startReceiver starts the page's Prometheus beside what goes on.
func (r *reader) startReceiver() {
	r.Helper()
	r.receiver = r.startPrometheus("etc/prometheus/prometheus.yml", "--web.enable-remote-write-receiver")
}
