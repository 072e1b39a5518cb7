package convert

import (
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// A seriesSet has the values of series by seriesKey and, for those that differ
// in the spelling of their le or quantile, by exact labels.
type seriesSet map[string]map[string]float64

// add is false where the very same series is there.
func (s seriesSet) add(ls labels.Labels, value float64) bool {
	key := seriesKey(ls)
	if s[key] == nil {
		s[key] = make(map[string]float64)
	}
	spelling := ls.String()
	if _, found := s[key][spelling]; found {
		return false
	}
	s[key][spelling] = value
	return true
}

// seriesKey writes a series with le and quantile as numbers. -0 is 0, to Prometheus
// and to a gateway.
func seriesKey(ls labels.Labels) string {
	var parts []string
	ls.Range(func(l labels.Label) {
		value := l.Value
		if f, err := strconv.ParseFloat(value, 64); err == nil && (l.Name == "le" || l.Name == "quantile") {
			value = strconv.FormatFloat(f+0, 'g', -1, 64)
		}
		parts = append(parts, l.Name+"="+strconv.Quote(value))
	})
	return strings.Join(parts, ",")
}
