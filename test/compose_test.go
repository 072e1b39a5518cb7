package test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestComposeChain wires the programs of deploy/compose as they are wired there,
// from the same files, with addresses of loopback in place of the services'
// names. Containers and Grafana are not part of it.
func TestComposeChain(t *testing.T) {
	t.Parallel()
	gw, node := startPushgateway(t), startNodeExporter(t)
	addresses := strings.NewReplacer(
		"http://pushgateway:9091", gw.url,
		"pushgateway:9091", strings.TrimPrefix(gw.url, "http://"),
		"node_exporter:9100", node,
		"scrape_interval: 15s", "scrape_interval: 1s",
		"- alerts.yml", "- "+repoPath(t, "deploy/prometheus/alerts.yml"),
	)
	wired := func(path string) string {
		text := repoText(t, path)
		if addresses.Replace(text) == text {
			t.Errorf("%s names no service", path)
		}
		return addresses.Replace(text)
	}
	run(t, config(t, "%s", wired("deploy/compose/promferry.hcl")))
	prom := startPrometheus(t, wired("deploy/prometheus/prometheus.yml"))
	for _, job := range []string{"node", "network_traffic", "promferry"} {
		eventually(t, job+" in Prometheus", func() error {
			return prom.finds(`up{job="`+job+`"}`, seriesSet{`up{instance="compose",job="` + job + `"}`: 1})
		})
	}
	if out, err := exec.Command(part(t, "promtool"), "check", "config", "../deploy/prometheus/prometheus.yml").CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}
