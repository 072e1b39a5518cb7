package builtin

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func TestNetworkWritesEveryFamily(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "network.prom"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		n := usual("normal", "later").network(Network{Exclude: regexp.MustCompile(defaultExclude)})
		got := scrapeText(t.Context(), t, n)
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestNetworkIsCleanToPromlint(t *testing.T) {
	n := usual("normal", "later").network(Network{firstWindow: time.Nanosecond})
	problems, err := promlint.New(strings.NewReader(scrapeText(t.Context(), t, n))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("got %v, %v, want no problem", problems, err)
	}
}

func TestNetworkLabelsTrafficWithFirstAddress(t *testing.T) {
	for _, tc := range []struct{ name, want string }{
		{"lo", `{adapter_name="lo",ip="127.0.0.1",unit="Byte"}`},
		{"eth0", `{adapter_name="eth0",ip="192.0.2.7",unit="Byte"}`}, // though IPv6 stands first
		{"eth1", `{adapter_name="eth1",ip="fe80::2",unit="Byte"}`},
	} {
		n := usual("normal").network(Network{firstWindow: time.Nanosecond})
		if text := scrapeText(t.Context(), t, n); !strings.Contains(text, "network_traffic_output"+tc.want) {
			t.Errorf("got no network_traffic_output%s in:\n%s", tc.want, text)
		}
	}
	bare := &host{trees: []string{"normal"}}
	n := bare.network(Network{RequireAddress: "none", firstWindow: time.Nanosecond})
	const want = `network_traffic_input{adapter_name="eth0",unit="Byte"} 0`
	if text := scrapeText(t.Context(), t, n); !strings.Contains(text, want) {
		t.Errorf("got no %s in:\n%s", want, text)
	}
}

func TestNetworkKeepsOddNames(t *testing.T) {
	h := &host{trees: []string{"names"}}
	n := h.network(Network{RequireAddress: "none", firstWindow: time.Nanosecond})
	got := scrapeSamples(t.Context(), t, n)
	checkSamples(t, got, samples{
		"network_receive_bytes_total/eth0.100":  10,
		"network_receive_bytes_total/eth0@if7":  11,
		"network_receive_bytes_total/eth0:1":    12,
		`network_receive_bytes_total/"q\t"`:     13,
		"network_receive_bytes_total/b\uFFFDd":  14,
		"network_transmit_bytes_total/eth0.100": 20,
	})
}
