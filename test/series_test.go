package test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

// A sample is a series and its value, as a scrape by Prometheus would see it.
type sample struct {
	labels labels.Labels
	value  float64
}

// parse reads an exposition with Prometheus's parser.
func parse(body []byte, mediaType string) ([]sample, error) {
	var samples []sample
	err := eachEntry(body, mediaType, func(kind textparse.Entry, p textparse.Parser) {
		if kind == textparse.EntrySeries {
			var ls labels.Labels
			p.Labels(&ls)
			_, _, value := p.Series()
			samples = append(samples, sample{ls, value})
		}
	})
	return samples, err
}

// parseTypes returns the type of each family that says one.
func parseTypes(body []byte, mediaType string) (map[string]model.MetricType, error) {
	types := make(map[string]model.MetricType)
	err := eachEntry(body, mediaType, func(kind textparse.Entry, p textparse.Parser) {
		if kind == textparse.EntryType {
			name, of := p.Type()
			types[string(name)] = of
		}
	})
	return types, err
}

// eachEntry reads native histograms as the classic ones that a gateway shows.
func eachEntry(body []byte, mediaType string, do func(textparse.Entry, textparse.Parser)) error {
	p, err := textparse.New(body, mediaType, labels.NewSymbolTable(), textparse.ParserOptions{IgnoreNativeHistograms: true})
	if err != nil {
		return err
	}
	for {
		kind, err := p.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		do(kind, p)
	}
}

// A seriesSet has the value of each series, which is written as
// name{label="value"} with the labels sorted, le and quantile as numbers.
type seriesSet map[string]float64

// setOf makes a set without some labels. Of a series that stands twice the
// first wins, as in Prometheus.
func setOf(samples []sample, without ...string) seriesSet {
	set := make(seriesSet)
	for _, s := range samples {
		if k := key(s.labels, without...); !has(set, k) {
			set[k] = s.value
		}
	}
	return set
}

func has(set seriesSet, key string) bool {
	_, found := set[key]
	return found
}

// key names a series. An empty label is none, as in Prometheus.
func key(ls labels.Labels, without ...string) string {
	var parts []string
	ls.Range(func(l labels.Label) {
		if l.Name != model.MetricNameLabel && l.Value != "" && !slices.Contains(without, l.Name) {
			parts = append(parts, l.Name+"="+strconv.Quote(number(l)))
		}
	})
	name := ls.Get(model.MetricNameLabel)
	if len(parts) == 0 {
		return name
	}
	slices.Sort(parts)
	return name + "{" + strings.Join(parts, ",") + "}"
}

// number writes the values that a gateway writes anew in one way.
func number(l labels.Label) string {
	if l.Name != "le" && l.Name != "quantile" {
		return l.Value
	}
	f, err := strconv.ParseFloat(l.Value, 64)
	if err != nil {
		return l.Value
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// differences names each series that two sets do not have alike.
func differences(got, want seriesSet) []string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if v, found := got[k]; !found {
			lines = append(lines, fmt.Sprintf("no %s, want %v", k, want[k]))
		} else if v != want[k] && !(math.IsNaN(v) && math.IsNaN(want[k])) {
			lines = append(lines, fmt.Sprintf("%s: got %v, want %v", k, v, want[k]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if !has(want, k) {
			lines = append(lines, fmt.Sprintf("%s: got %v, want no such series", k, got[k]))
		}
	}
	return lines
}

// same is an error that names the differences, but not more than a few.
func same(got, want seriesSet) error {
	lines := differences(got, want)
	if len(lines) == 0 {
		return nil
	}
	shown := lines[:min(len(lines), 10)]
	return fmt.Errorf("%d differences:\n%s", len(lines), strings.Join(shown, "\n"))
}

// reportNames are the series that promferry adds to each group.
var reportNames = []string{
	"scrape_duration_seconds", "scrape_samples_post_metric_relabeling", "scrape_samples_scraped", "up",
}

// without returns the set without some series.
func (s seriesSet) without(keys []string) seriesSet {
	rest := maps.Clone(s)
	for _, k := range keys {
		delete(rest, k)
	}
	return rest
}

// reported checks up and that the rest of the report is there.
func (s seriesSet) reported(up float64) error {
	for _, name := range reportNames {
		if !has(s, name) {
			return fmt.Errorf("no %s in the group: %v", name, s)
		}
	}
	if s["up"] != up {
		return fmt.Errorf("up is %v, want %v", s["up"], up)
	}
	return nil
}

// holds checks that a group is whole: what a target offers and the report.
func (s seriesSet) holds(offered seriesSet, up float64) error {
	if err := s.reported(up); err != nil {
		return err
	}
	return same(s.without(reportNames), offered)
}
