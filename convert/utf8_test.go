package convert

import (
	"maps"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

func isUTF8(ls labels.Labels) (found bool) {
	ls.Range(func(l labels.Label) {
		found = found || !model.LegacyValidation.IsValidLabelName(l.Name) ||
			l.Name == labels.MetricName && !model.LegacyValidation.IsValidMetricName(l.Value)
	})
	return found
}

// ofKind returns the series that a gateway must have.
func (d direct) ofKind(kind outputKind) seriesSet {
	if !kind.utf8 {
		return d.series
	}
	all := maps.Clone(d.series)
	maps.Copy(all, d.utf8)
	return all
}

// unescaped checks the series that have names made of UTF-8 ones, and returns
// the others. Each of the direct scrape has come with its value, under the name
// that its target would have given it for a Prometheus without UTF-8 names, or is
// counted.
func (d direct) unescaped(t *testing.T, got seriesSet, stats Stats, kind outputKind) seriesSet {
	t.Helper()
	if kind.utf8 {
		if stats.Escaped != 0 {
			t.Errorf("%d series are escaped for a gateway that takes their names", stats.Escaped)
		}
		return got
	}
	candidates := d.escaped()
	others, escaped := make(seriesSet), 0
	for key, spellings := range got {
		if len(d.series[key]) > 0 || len(candidates[key]) == 0 {
			others[key] = spellings
			continue
		}
		escaped += len(spellings)
		for _, v := range spellings {
			if !hasFloat(candidates[key], v) {
				t.Errorf("series %s: got %v, want one of %v", key, v, candidates[key])
			}
		}
	}
	if stats.Escaped != escaped {
		t.Errorf("%d series are counted as escaped, there are %d", stats.Escaped, escaped)
	}
	if n := escaped + stats.Dropped[DropUTF8Name]; n < len(d.utf8) {
		t.Errorf("%d series are escaped or left out, the direct scrape has %d: %v", n, len(d.utf8), d.utf8)
	}
	return others
}

func hasFloat(all []float64, v float64) bool {
	for _, other := range all {
		if sameValue(other, v) {
			return true
		}
	}
	return false
}

// escaped returns the values of the UTF-8 series by what they may be called.
func (d direct) escaped() map[string][]float64 {
	values := make(map[string][]float64)
	for _, spellings := range d.utf8 {
		for written, v := range spellings {
			key := escapedKey(d.labels[written])
			values[key] = append(values[key], v)
		}
	}
	return values
}

func escapedKey(ls labels.Labels) string {
	b := labels.NewScratchBuilder(ls.Len())
	ls.Range(func(l labels.Label) {
		name := strings.ReplaceAll(model.EscapeName(l.Name, model.UnderscoreEscaping), ":", "_")
		if l.Name == labels.MetricName {
			l.Value = model.EscapeName(l.Value, model.UnderscoreEscaping)
		}
		b.Add(name, l.Value)
	})
	b.Sort()
	return seriesKey(b.Labels())
}
