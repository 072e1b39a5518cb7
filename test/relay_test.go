package test

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/common/model"
)

// TestRelayRealExporters is the whole way: real exporters, promferry, a real
// gateway, a real Prometheus.
func TestRelayRealExporters(t *testing.T) {
	t.Parallel()
	bothEncodings(t, relayRealExporters)
}

func relayRealExporters(t *testing.T, encoding string) {
	gw := startPushgateway(t)
	node, flask := startNodeExporter(t), startFlask(t)
	if _, err := get("http://" + flask + "/"); err != nil { // a request to count
		t.Fatal(err)
	}
	prom := startPrometheus(t, scrapeOf(gw))
	ferry := run(t, config(t, `
		global { scrape_interval = "1s" }
		gateway "default" {
			url      = %q
			encoding = %q
		}
		job "node" { targets = [%q] }
		job "flask" {
			targets  = [%q]
			instance = "shop-1"
			labels   = { app = "orders" }
		}
		job "flask_view" {
			targets                  = ["http://%s/plain"]
			instance                 = "shop-1"
			fallback_scrape_protocol = "PrometheusText0.0.4"
		}
		builtin "network" {
			instance       = "nic"
			device_include = ".*"
		}
		builtin "self" { instance = "relay" }
	`, gw.url, encoding, node, flask, flask))

	host, _ := os.Hostname()
	nodeInstance := host + ":" + port(t, node) // 127.0.0.1 on every host would collide
	wantUp := seriesSet{
		`up{instance="` + nodeInstance + `",job="node"}`:           1,
		`up{app="orders",instance="shop-1",job="flask"}`:           1,
		`up{instance="shop-1",job="flask_view"}`:                   1,
		`up{instance="nic",job="network_traffic"}`:                 1,
		`up{instance="relay",job="promferry"}`:                     1,
		`up{instance="` + hostPort(t, gw.url) + `",job="gateway"}`: 1, // Prometheus's own
	}
	eventually(t, "up in Prometheus", func() error { return prom.finds(`up`, wantUp) })
	eventually(t, "request_count_total in Prometheus", func() error {
		return prom.finds(`request_count_total`, seriesSet{
			`request_count_total{app="orders",instance="shop-1",job="flask"}`: 1,
			`request_count_total{instance="shop-1",job="flask_view"}`:         1,
		})
	})
	for _, want := range []struct{ expression, series string }{
		{`count by (app, job, instance) (random_value{app="orders"})`, `{app="orders",instance="shop-1",job="flask"}`},
		{`count by (job, instance) (promferry_scrapes_total{job="promferry", exported_job="node"})`, `{instance="relay",job="promferry"}`},
	} {
		eventually(t, want.expression, func() error { return prom.finds(want.expression, seriesSet{want.series: 1}) })
	}
	eventually(t, "network_traffic_input in Prometheus", func() error { return prom.hasTraffic("network_traffic", "nic") })
	checkNodeFamilies(t, prom, node, nodeInstance)

	ferry.lives(t)
	ferry.terminate(t)
	for _, group := range [][2]string{{"node", nodeInstance}, {"flask", "shop-1"}, {"network_traffic", "nic"}, {"promferry", "relay"}} {
		set := gw.must(t, group[0], group[1])
		if group[0] == "flask" {
			set = withoutLabel(set, `app="orders"`)
		}
		if err := set.holds(seriesSet{}, 0); err != nil {
			t.Errorf("group of job %s after SIGTERM: %v", group[0], err)
		}
	}
}

// TestShutdownWays runs the three endings of on_shutdown.
func TestShutdownWays(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	exporter := startScripted(t, exposition("random_value 4\n"))
	for way, check := range map[string]func(seriesSet) error{
		"mark_down": func(got seriesSet) error { return got.holds(seriesSet{}, 0) },
		"keep":      func(got seriesSet) error { return got.holds(seriesSet{"random_value": 4}, 1) },
		"delete":    func(got seriesSet) error { return same(got, seriesSet{}) },
	} {
		ferry := run(t, config(t, `
			global {
				scrape_interval = "2s" # which the last scrape may take
				on_shutdown     = %q
			}
			gateway "default" { url = %q }
			job "app" {
				targets  = [%q]
				instance = %q
			}
		`, way, gw.url, exporter.address(), way))
		eventually(t, way+": first push", func() error {
			got, err := gw.group("app", way)
			if err != nil {
				return err
			}
			return got.holds(seriesSet{"random_value": 4}, 1)
		})
		before := exporter.requests.Load()
		ferry.signal(t, syscall.SIGTERM)
		if code := ferry.exitCode(t); code != 0 {
			t.Errorf("%s: exit code %d after SIGTERM, want 0\n%s", way, code, &ferry.stderr)
		}
		if err := check(gw.must(t, "app", way)); err != nil {
			t.Errorf("%s: group after SIGTERM: %v", way, err)
		}
		if way == "keep" && exporter.requests.Load() == before {
			t.Error("keep: no last scrape at the end")
		}
	}
}

// checkNodeFamilies checks that every node_* name of a direct scrape is in
// Prometheus, with the labels of the target and of no other.
func checkNodeFamilies(t *testing.T, prom prometheus, node, instance string) {
	t.Helper()
	body, err := get("http://" + node + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parse(body, "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	want := make(seriesSet)
	for _, s := range samples {
		if name := s.labels.Get(model.MetricNameLabel); strings.HasPrefix(name, "node_") {
			want[fmt.Sprintf("%s{instance=%q,job=%q}", name, instance, "node")] = 1
		}
	}
	if len(want) < 50 {
		t.Fatalf("node_exporter offers %d node_* names only", len(want))
	}
	eventually(t, "node_* in Prometheus", func() error {
		return prom.finds(`group by (__name__, job, instance, exported_job, exported_instance) ({__name__=~"node_.*"})`, want)
	})
}

// finds compares the result of a query.
func (p prometheus) finds(expression string, want seriesSet) error {
	samples, err := p.query(expression)
	if err != nil {
		return err
	}
	return same(setOf(samples), want)
}

// hasTraffic checks the gauges of promferry's own collector.
func (p prometheus) hasTraffic(job, instance string) error {
	samples, err := p.query(`network_traffic_input`)
	if err != nil {
		return err
	}
	for _, s := range samples {
		if s.labels.Get("job") != job || s.labels.Get("instance") != instance ||
			s.labels.Get("adapter_name") == "" || s.labels.Get("unit") != "Byte" || !s.labels.Has("ip") {
			return fmt.Errorf("this: %s", s.labels)
		}
	}
	if len(samples) == 0 {
		return fmt.Errorf("no series")
	}
	return nil
}

// scrapeOf is the Prometheus side of a relay.
func scrapeOf(gw gateway) string {
	return fmt.Sprintf(`
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
- job_name: gateway
  honor_labels: true
  static_configs:
  - targets: [%q]
`, strings.TrimPrefix(gw.url, "http://"))
}

// withoutLabel takes a label out of the keys of a set.
func withoutLabel(set seriesSet, label string) seriesSet {
	rest := make(seriesSet)
	for k, v := range set {
		name, list, _ := strings.Cut(strings.TrimSuffix(k, "}"), "{")
		kept := slices.DeleteFunc(strings.Split(list, ","), func(l string) bool { return l == label || l == "" })
		if len(kept) > 0 {
			name += "{" + strings.Join(kept, ",") + "}"
		}
		rest[name] = v
	}
	return rest
}

func port(t testing.TB, address string) string {
	t.Helper()
	_, port, found := strings.Cut(address, ":")
	if !found {
		t.Fatalf("no port in %q", address)
	}
	return port
}

func hostPort(t testing.TB, of string) string {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}
