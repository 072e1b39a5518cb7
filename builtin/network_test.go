package builtin

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/scrape"
)

// defaultExclude is the default of device_exclude.
const defaultExclude = `^(?:lo|veth.*|docker.*|br-.*|ifb.*|cali.*|virbr.*)$`

func TestNetworkWindow(t *testing.T) {
	for _, tc := range []struct {
		window, timeout, want time.Duration // a timeout of 0 is none
	}{
		{0, 0, time.Second},
		{0, 10 * time.Second, time.Second},
		{0, time.Second, 500 * time.Millisecond},
		{0, 600 * time.Millisecond, 300 * time.Millisecond},
		{3 * time.Second, 0, 3 * time.Second},
		{3 * time.Second, 2 * time.Second, time.Second},
		{100 * time.Millisecond, time.Second, 100 * time.Millisecond},
	} {
		t.Run(fmt.Sprint(tc.window, " within ", tc.timeout), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { checkWindow(t, tc.window, tc.timeout, tc.want) })
		})
	}
}

// checkWindow expects the first scrape to last want, and its rates to be
// those of that time.
func checkWindow(t *testing.T, window, timeout, want time.Duration) {
	ctx := t.Context()
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	h := usual("normal", "later")
	began := time.Now()
	got := scrapeSamples(ctx, t, h.network(Network{firstWindow: window}))
	if took := time.Since(began); took != want {
		t.Errorf("took %s, want %s", took, want)
	}
	if h.readings != 2 {
		t.Errorf("got %d readings, want 2", h.readings)
	}
	if got, want := got["network_traffic_input/eth0"], 15000/want.Seconds(); got != want {
		t.Errorf("got %v bytes a second, want %v", got, want)
	}
}

func TestNetworkMeasuresSinceLastCycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := usual("normal", "normal", "later", "later")
		n := h.network(Network{})
		for cycle, want := range []samples{
			{"network_traffic_input/eth0": 0, "network_traffic_output/eth0": 0, "network_traffic_output/eth1": 0},
			{"network_traffic_input/eth0": 1000, "network_traffic_output/eth0": 2000, "network_traffic_output/eth1": 4},
			{"network_traffic_input/eth0": 0, "network_traffic_output/eth0": 0, "network_traffic_output/eth1": 0},
		} {
			began := time.Now()
			checkSamples(t, scrapeSamples(t.Context(), t, n), want)
			if took := time.Since(began); cycle > 0 && took != 0 {
				t.Errorf("cycle %d took %s, want no wait", cycle, took)
			}
			<-time.After(15 * time.Second)
		}
		if h.readings != 4 {
			t.Errorf("got %d readings in 3 cycles, want 4", h.readings)
		}
	})
}

// A failed cycle must not cost the next one its rate, nor make it wait again.
func TestNetworkMeasuresOverFailedCycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := usual("normal", "normal", "short_line", "later").network(Network{})
		scrapeSamples(t.Context(), t, n)
		<-time.After(5 * time.Second)
		_, err := n.Scrape(t.Context())
		checkError(t, err, scrape.ReasonCollect, "collect network: counters are cut short")
		<-time.After(5 * time.Second)
		checkSamples(t, scrapeSamples(t.Context(), t, n), samples{"network_traffic_input/eth0": 1500})
	})
}

func TestNetworkEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		began := time.Now()
		_, err := usual("normal").network(Network{}).Scrape(ctx)
		checkError(t, err, scrape.ReasonCollect, "collect network: context canceled")
		if took := time.Since(began); took != 300*time.Millisecond {
			t.Errorf("took %s, want the 300ms to the cancellation", took)
		}
	})
}

func TestNetworkRefusesPastDeadline(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	h := usual("normal")
	_, err := h.network(Network{}).Scrape(ctx)
	checkError(t, err, scrape.ReasonTimeout, "collect network: context deadline exceeded")
	if h.readings != 0 {
		t.Errorf("got %d readings, want none", h.readings)
	}
}

func TestNetworkSelectsDevices(t *testing.T) {
	for _, tc := range []struct {
		include, exclude string // "" is nil
		want, not        []string
	}{
		{"", "", []string{"lo", "eth0", "veth1"}, nil},
		{"", defaultExclude,
			[]string{"eth0", "eth0.100", "wlan0", "bond0", "br0", "tun0", "wg0", "loop", "xveth0", "my-docker0"},
			[]string{"lo", "veth1a2b", "docker0", "docker_gwbridge", "br-0123456789ab", "ifb0", "cali12", "virbr0", "virbr0-nic"}},
		{`^(?:eth.*)$`, "", []string{"eth0", "eth0.100"}, []string{"lo", "veth0", "wlan0"}},
		{`^(?:eth0)$`, "", []string{"eth0"}, []string{"eth0.100", "eth01", "xeth0"}},
		{`^(?:eth.*)$`, `^(?:eth1)$`, []string{"eth0"}, []string{"eth1", "lo"}},
	} {
		n := &Network{Include: compile(tc.include), Exclude: compile(tc.exclude)}
		for _, name := range tc.want {
			if !n.selected(name) {
				t.Errorf("include %q, exclude %q: got no %q, want it", tc.include, tc.exclude, name)
			}
		}
		for _, name := range tc.not {
			if n.selected(name) {
				t.Errorf("include %q, exclude %q: got %q, want it left out", tc.include, tc.exclude, name)
			}
		}
	}
}

func compile(expression string) *regexp.Regexp {
	if expression == "" {
		return nil
	}
	return regexp.MustCompile(expression)
}

func TestNetworkLeavesOutExcludedDevices(t *testing.T) {
	n := usual("normal", "later").network(Network{
		Exclude:     regexp.MustCompile(defaultExclude),
		firstWindow: time.Nanosecond,
	})
	got := scrapeSamples(t.Context(), t, n)
	for series := range got {
		if strings.HasSuffix(series, "/lo") {
			t.Errorf("got %s, want no series of lo", series)
		}
	}
	checkDevices(t, got, "network_up", []string{"eth0", "eth1"})
}

func TestNetworkRequiresAddress(t *testing.T) {
	for _, tc := range []struct {
		require string
		want    []string
	}{
		{"", []string{"both", "four", "linklocal", "six"}},
		{"any", []string{"both", "four", "linklocal", "six"}},
		{"ipv4", []string{"both", "four"}},
		{"none", []string{"bare", "both", "four", "linklocal", "six", "unknown"}},
	} {
		t.Run(tc.require, func(t *testing.T) {
			h := &host{trees: []string{"addresses"}, adapters: map[string]adapter{
				"bare":      {index: 1},
				"four":      {index: 2, addresses: addresses("192.0.2.1")},
				"six":       {index: 3, addresses: addresses("2001:db8::1")},
				"both":      {index: 4, addresses: addresses("2001:db8::1", "192.0.2.1")},
				"linklocal": {index: 5, addresses: addresses("fe80::1")},
			}}
			n := h.network(Network{RequireAddress: tc.require, firstWindow: time.Nanosecond})
			got := scrapeSamples(t.Context(), t, n)
			checkDevices(t, got, "network_receive_bytes_total", tc.want)
			checkDevices(t, got, "network_traffic_input", tc.want)
			known := slices.DeleteFunc(slices.Clone(tc.want), func(name string) bool { return name == "unknown" })
			checkDevices(t, got, "network_up", known)
		})
	}
}

// What only the kernel can give: gopsutil's and Go's own sources, as they are.
func TestNetworkReadsThisHost(t *testing.T) {
	n := &Network{RequireAddress: "none", firstWindow: time.Nanosecond}
	got := scrapeSamples(t.Context(), t, n)
	if len(got) == 0 {
		t.Error("got no series, want those of the loopback device at least")
	}
}

func BenchmarkNetwork(b *testing.B) {
	const devices = 300
	h := &host{adapters: map[string]adapter{}}
	for i := range devices {
		name := fmt.Sprintf("eth%d", i)
		h.adapters[name] = adapter{index: i + 1, up: true, mtu: 1500, addresses: addresses("192.0.2.1", "fe80::1")}
	}
	n := h.network(Network{Exclude: regexp.MustCompile(defaultExclude), firstWindow: time.Nanosecond})
	n.counters = nil
	ctx := withProc(b.Context(), filepath.Join("testdata", "many"))
	b.SetBytes(int64(len(scrapeText(ctx, b, n))))
	b.ReportAllocs()
	for b.Loop() {
		e, err := n.Scrape(ctx)
		if err != nil {
			b.Fatal(err)
		}
		e.Body.Close()
	}
}
