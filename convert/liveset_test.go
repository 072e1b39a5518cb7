package convert

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/promferry/promferry/test/bodies"
)

func staleValue() float64 { return math.Float64frombits(staleMarker) }

// The set of a scrape, with the labels that markers need, is small: hashes are
// eight bytes a series, and the labels of a node_exporter as much again. Ids that
// are random stay as long as they are.
func TestLiveSetIsSmall(t *testing.T) {
	node, err := os.ReadFile("../test/corpus/captured/node_exporter-1.12.1/scrape1.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		body []byte
		most float64 // bytes a series
	}{
		"node_exporter":            {node, 20},
		"ids like a cluster's":     {bodies.Big(20_000), 90},
		"counters of many methods": {manyMethods(), 16},
	} {
		t.Run(name, func(t *testing.T) {
			f := follow(t)
			f.scrape(string(test.body))
			n := float64(len(f.series.hashes))
			size := float64(f.series.size()) / n
			t.Logf("%.0f series, %.1f bytes each, %.1f of them for labels", n, size, size-8)
			if size > test.most {
				t.Errorf("%.1f bytes a series, want at most %v", size, test.most)
			}
		})
	}
}

// size is how much memory the set has, in bytes.
func (s *liveSet) size() int {
	n := 8 * cap(s.hashes)
	for _, p := range s.packs {
		n += cap(p.packed)
	}
	return n
}

func manyMethods() []byte {
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "http_requests_total{code=\"%d\",handler=\"/api/v1/%d\",method=\"get\"} %d\n", 200+i%5, i/10, i)
	}
	return []byte(b.String())
}

// A target whose series come and go keeps few packs.
func TestLiveSetKeepsFewPacks(t *testing.T) {
	f := follow(t)
	for i := range 200 {
		var b strings.Builder
		for j := range 50 {
			fmt.Fprintf(&b, "m{x=\"%d\"} 1\n", i+j)
		}
		f.scrape(b.String())
	}
	if n := len(f.series.packs); n != 1 || len(f.series.hashes) != 50 || f.series.packs[0].series != 50 {
		t.Errorf("%d packs and %d series, want 1 and 50", n, len(f.series.hashes))
	}
}

func TestLabelsPack(t *testing.T) {
	var p labelsPacker
	var want []string
	for i := range 50_000 {
		ls := fmt.Sprintf("%0*d", i%40, i*i)
		p.add([]byte(ls), i%3 == 0)
		want = append(want, fmt.Sprint(ls, i%3 == 0))
	}
	p.seal()
	i := 0
	for _, pack := range p.packs {
		pack.each(func(ls []byte, timed bool) {
			if got := fmt.Sprint(string(ls), timed); got != want[i] {
				t.Fatalf("series %d: got %q, want %q", i, got, want[i])
			}
			i++
		})
	}
	if i != len(want) || len(p.packs) < 2 {
		t.Errorf("%d series in %d packs, want %d in several", i, len(p.packs), len(want))
	}
}
