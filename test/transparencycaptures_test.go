package test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

// TestTransparencyOfCaptures: what programs really served looks alike to
// Prometheus by both ways, over many scrapes, but for what is listed; and what
// is listed is there. Each capture goes through with both values of
// honor_labels, and in both encodings; those that have labels of a target's name
// in all four ways. One after the other, and with no other test beside: it is much
// work for gateways and Prometheus, and others measure time.
func TestTransparencyOfCaptures(t *testing.T) {
	classic, native := exhibitsOf(t)
	expected := []listed{seriesAdded, pushTimes, refusedType, retypedType, timestamps}
	for _, c := range []struct {
		encoding string
		honor    bool
	}{{"text", false}, {"protobuf", true}} {
		t.Run(c.encoding, func(t *testing.T) {
			listed := newLedger(append(expected, exemplars, gatewayOwned, emptyIdentity)...)
			bothWaysAlike(t, c.encoding, listed, slices.DeleteFunc(slices.Clone(classic), func(e exhibit) bool {
				return e.honor != c.honor && !e.labelled
			}))
			listed.must(t, retypedType, openMetrics, spelled)
		})
	}
	t.Run("native", func(t *testing.T) {
		bothWaysAlike(t, "protobuf", newLedger(append(expected, nativesCut, nativesCounted)...), native, "--enable-feature=native-histograms")
	})
}

func bothWaysAlike(t *testing.T, encoding string, listed *ledger, exhibits []exhibit, flags ...string) {
	gateways := place(t, exhibits)
	jobs := make([]scrapeJob, len(exhibits))
	targets := make([]*scripted, len(exhibits))
	for i, e := range exhibits {
		targets[i] = startScripted(t, e.phases[0].answer(t))
		jobs[i] = scrapeJob{
			name: e.name, targets: []string{targets[i].address()}, gateway: e.gateway,
			settings: attributes{"honor_labels": e.honor},
		}
	}
	b := startBothWays(t, encoding, gateways, "2s", jobs, flags...)
	for phase := range 2 {
		for i, e := range exhibits {
			targets[i].answer.Store(e.phases[phase].answer(t))
		}
		b.settle(t, func(i int) error { return b.check(exhibits[i].name, listed) })
		b.sameTypes(t, listed)
	}
	listed.close(t, b.ferry)
	b.ferry.terminate(t)
	t.Logf("%d targets at %d gateways", len(exhibits), gateways)
}

// An exhibit is a target that gives one capture after the other.
type exhibit struct {
	name     string
	phases   [2]capture
	honor    bool
	labelled bool // has series with labels of a target's name
	gateway  int
}

// exhibitsOf has each capture, with both values of honor_labels. Native are those
// with native histograms: a Prometheus that does not store them does not ask for
// protobuf, and takes nothing of such an answer.
func exhibitsOf(t *testing.T) (classic, native []exhibit) {
	t.Helper()
	byPath := make(map[string]capture)
	for _, c := range captures(t) {
		byPath[c.path] = c
	}
	for _, c := range captures(t) {
		if path.Base(c.path) == "scrape2.txt" {
			continue // the second phase of another
		}
		next, found := byPath[path.Dir(c.path)+"/scrape2.txt"]
		if !found {
			t.Fatalf("%s: no second scrape", c.path)
		}
		for _, honor := range []bool{false, true} {
			name := strings.NewReplacer("/scrape1", "", "-debian", "").Replace(c.path)
			e := exhibit{name: fmt.Sprintf("%s honor=%v", name, honor), phases: [2]capture{c, next}, honor: honor, labelled: isLabelled(t, c)}
			if c.format == "protobuf-delimited" && strings.HasPrefix(c.path, "prometheus-devel") {
				e.phases[1] = c // of one in text, what is cut here would be a difference
				native = append(native, e)
			} else {
				classic = append(classic, e)
			}
		}
	}
	return classic, native
}

func isLabelled(t *testing.T, c capture) bool {
	samples, _ := parse(c.body(t), c.contentType) // of one that is refused, what comes before
	return slices.ContainsFunc(samples, func(s sample) bool {
		return s.labels.Has(model.JobLabel) || s.labels.Has(model.InstanceLabel)
	})
}
