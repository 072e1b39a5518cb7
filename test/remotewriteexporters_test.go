package test

import (
	"errors"
	"fmt"
	"os"
	"testing"
)

// TestRemoteWriteRealExporters is the whole way to a store: real exporters,
// promferry with its builtins, a real store.
func TestRemoteWriteRealExporters(t *testing.T) {
	t.Parallel()
	node, flask := startNodeExporter(t), startFlask(t)
	if _, err := get("http://" + flask + "/"); err != nil { // a request to count
		t.Fatal(err)
	}
	eachStore(t, func(t *testing.T, s store) {
		ferry := run(t, config(t, `
			global { scrape_interval = "1s" }
			remote_write "store" {
				url = %q
				%s
			}
			job "node" { targets = [%q] }
			job "flask" {
				targets  = [%q]
				instance = "shop-1"
				labels   = { app = "orders" }
			}
			builtin "network" {
				instance       = "nic"
				device_include = ".*"
			}
			builtin "self" { instance = "relay" }
		`, s.write, soon, node, flask))
		s.indexed(t, 200)
		host, _ := os.Hostname()
		instance := host + ":" + port(t, node)
		eventually(t, "all targets", func() error {
			return errors.Join(
				s.finds(`up`, seriesSet{
					fmt.Sprintf(`up{instance=%q,job="node"}`, instance): 1, `up{app="orders",instance="shop-1",job="flask"}`: 1,
					`up{instance="nic",job="network_traffic"}`: 1, `up{instance="relay",job="promferry"}`: 1,
				}),
				s.finds(`request_count_total`, seriesSet{`request_count_total{app="orders",instance="shop-1",job="flask"}`: 1}),
				s.finds(`count by (instance) (promferry_remote_write_samples_total)`, seriesSet{`{instance="relay"}`: 1}),
				s.hasTraffic("network_traffic", "nic"))
		})
		checkNodeFamilies(t, s.prometheus, node, instance)
		ferry.terminate(t)
		eventually(t, "down after the end", func() error {
			return errors.Join(s.finds(`sum(up)`, seriesSet{"": 0}), s.finds(`count({__name__=~"node_.*|request_.*"})`, nil))
		})
	})
}
