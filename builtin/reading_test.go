package builtin

import (
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/scrape"
)

func TestNetworkGivesNoRate(t *testing.T) {
	remade := func(h *host) {
		h.adapters = maps.Clone(h.adapters)
		h.adapters["eth0"] = adapter{index: 9, addresses: addresses("192.0.2.7")}
	}
	for _, tc := range []struct {
		name   string
		trees  [3]string   // of the first cycle's two readings, and of the second's
		before func(*host) // before the second cycle
		rates  []string    // the devices that have one in the second cycle
		bytes  samples     // in the second cycle
	}{
		{"counter went backwards", [3]string{"normal", "later", "wrapped"}, nil, []string{"eth1", "lo"},
			samples{"network_receive_bytes_total/eth0": 200030000, "network_transmit_bytes_total/eth0": 500}},
		{"device vanished", [3]string{"normal", "later", "vanished"}, nil, []string{"eth0", "lo"},
			samples{"network_receive_bytes_total/eth0": 200015000}},
		{"device came back", [3]string{"normal", "vanished", "later"}, nil, []string{"eth0", "lo"},
			samples{"network_receive_bytes_total/eth1": 5000}},
		{"device made anew with higher counters", [3]string{"normal", "normal", "later"}, remade, []string{"eth1", "lo"},
			samples{"network_receive_bytes_total/eth0": 200015000}},
		{"all counters known", [3]string{"normal", "later", "later"}, nil, []string{"eth0", "eth1", "lo"},
			samples{"network_receive_bytes_total/lo": 3193}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := usual(tc.trees[:]...)
			n := h.network(Network{firstWindow: time.Nanosecond})
			scrapeSamples(t.Context(), t, n)
			if tc.before != nil {
				tc.before(h)
			}
			got := scrapeSamples(t.Context(), t, n)
			checkDevices(t, got, "network_traffic_input", tc.rates)
			checkDevices(t, got, "network_traffic_output", tc.rates)
			checkSamples(t, got, tc.bytes)
		})
	}
}

func TestNetworkGivesRateAgainAfterGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := usual("normal", "vanished", "normal", "later").network(Network{})
		for range 2 {
			scrapeSamples(t.Context(), t, n)
		}
		<-time.After(10 * time.Second)
		checkSamples(t, scrapeSamples(t.Context(), t, n), samples{"network_traffic_output/eth1": 6})
	})
}

func TestNetworkGivesNoRateWithoutTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := usual("normal").network(Network{})
		scrapeSamples(t.Context(), t, n)
		got := scrapeSamples(t.Context(), t, n) // at the same instant
		checkDevices(t, got, "network_traffic_input", nil)
	})
}

func TestNetworkFailsOnBadProc(t *testing.T) {
	for _, tc := range []struct{ tree, want string }{
		{"short_line", "collect network: counters are cut short: "},
		{"no_numbers", "collect network: counters are cut short: "},
		{"one_header", "collect network: counters are cut short: "},
		{"empty", "collect network: counters are cut short: "},
		{"garbled", `collect network: strconv.ParseUint: parsing "-50": invalid syntax`},
		{"missing", "collect network: open testdata/missing/net/dev: no such file"},
	} {
		t.Run(tc.tree, func(t *testing.T) {
			_, err := usual(tc.tree).network(Network{}).Scrape(t.Context())
			checkError(t, err, scrape.ReasonCollect, tc.want)
		})
	}
}

func TestNetworkFailsWithoutAdapters(t *testing.T) {
	n := usual("normal").network(Network{})
	n.adapters = func(func(string) bool) (map[string]adapter, error) { return nil, errors.New("no netlink") }
	_, err := n.Scrape(t.Context())
	checkError(t, err, scrape.ReasonCollect, "collect network: no netlink")
}

func TestNetworkWithoutDevicesIsEmpty(t *testing.T) {
	n := usual("no_devices").network(Network{firstWindow: time.Nanosecond})
	if got := scrapeText(t.Context(), t, n); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
