package builtin

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	gopsutil "github.com/shirou/gopsutil/v3/common"
	psnet "github.com/shirou/gopsutil/v3/net"
	"go.uber.org/goleak"

	"github.com/promferry/promferry/scrape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _, _ scrape.Source = (*Network)(nil), Self{}

// withProc makes gopsutil read the tree dir instead of /proc.
func withProc(ctx context.Context, dir string) context.Context {
	env := gopsutil.EnvMap{gopsutil.HostProcEnvKey: dir}
	return context.WithValue(ctx, gopsutil.EnvKey, env)
}

// A host plays the counters of the trees of testdata, one at each reading and
// the last one for ever, and the same adapters at each.
type host struct {
	trees    []string
	adapters map[string]adapter
	readings int
}

func (h *host) read(ctx context.Context) ([]psnet.IOCountersStat, error) {
	tree := h.trees[min(h.readings, len(h.trees)-1)]
	h.readings++
	return psnet.IOCountersWithContext(withProc(ctx, filepath.Join("testdata", tree)), true)
}

// network gives n the counters and adapters of h.
func (h *host) network(n Network) *Network {
	n.counters = h.read
	n.adapters = func(func(string) bool) (map[string]adapter, error) { return h.adapters, nil }
	return &n
}

// usual is what trees normal, later, wrapped and vanished belong to.
func usual(trees ...string) *host {
	return &host{trees: trees, adapters: map[string]adapter{
		"lo":   {index: 1, up: true, mtu: 65536, addresses: addresses("127.0.0.1", "::1")},
		"eth0": {index: 2, up: true, mtu: 1500, addresses: addresses("fe80::1", "192.0.2.7", "192.0.2.8")},
		"eth1": {index: 3, mtu: 9000, addresses: addresses("fe80::2", "2001:db8::2")},
	}}
}

func addresses(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// scrapeText returns the body of one scrape, which must succeed.
func scrapeText(ctx context.Context, t testing.TB, s scrape.Source) string {
	t.Helper()
	e, err := s.Scrape(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Body.Close()
	if e.MediaType != scrape.MediaTypeText {
		t.Errorf("got media type %q, want %q", e.MediaType, scrape.MediaTypeText)
	}
	body, err := io.ReadAll(e.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// samples are values by the name and the device of their series, as in
// `network_up/eth0`.
type samples map[string]float64

// scrapeSamples returns the values of one scrape by `name/device`.
func scrapeSamples(ctx context.Context, t testing.TB, s scrape.Source) samples {
	t.Helper()
	return values(t, scrapeText(ctx, t, s))
}

// values returns the values of a text by `name/device`.
func values(t testing.TB, text string) samples {
	t.Helper()
	all := samples{}
	for _, f := range parse(t, text) {
		for _, m := range f.Metric {
			device := label(m, "device") + label(m, "adapter_name")
			all[f.GetName()+"/"+device] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return all
}

// parse holds text to what expfmt accepts.
func parse(t testing.TB, text string) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return families
}

// label returns the value of a label, "" where m has none.
func label(m *dto.Metric, name string) string {
	for _, pair := range m.Label {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}

// checkError expects err to be a *scrape.Error with reason, and text in it.
func checkError(t testing.TB, err error, reason scrape.Reason, text string) {
	t.Helper()
	var e *scrape.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %T %v, want a *scrape.Error", err, err)
	}
	if e.Reason != reason {
		t.Errorf("got reason %q, want %q", e.Reason, reason)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("got error %q, want %q in it", err, text)
	}
}

// checkSamples expects each of want among got.
func checkSamples(t testing.TB, got, want samples) {
	t.Helper()
	for series, value := range want {
		if v, ok := got[series]; !ok || v != value {
			t.Errorf("got %s %v (found: %t), want %v", series, v, ok, value)
		}
	}
}

// checkDevices expects exactly these devices, sorted, in a family.
func checkDevices(t testing.TB, got samples, family string, want []string) {
	t.Helper()
	var devices []string
	for series := range got {
		if device, ok := strings.CutPrefix(series, family+"/"); ok {
			devices = append(devices, device)
		}
	}
	slices.Sort(devices)
	if diff := cmp.Diff(want, devices); diff != "" {
		t.Errorf("devices of %s, -want +got:\n%s", family, diff)
	}
}
