package test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
)

// A difference is a series that Prometheus has not alike by both ways.
type difference struct {
	series          string // as in a seriesSet
	name            string
	labels          labels.Labels
	direct, relayed *float64 // its values; nil where there is none
}

func (d difference) String() string {
	value := func(v *float64) string {
		if v == nil {
			return "none"
		}
		return fmt.Sprint(*v)
	}
	return fmt.Sprintf("%s: direct %s, relayed %s", d.series, value(d.direct), value(d.relayed))
}

// job is the one whose series it is, unless rules took that away.
func (d difference) job() string { return d.labels.Get("t") }

// compare returns all differences.
func compare(direct, relayed []sample) []difference {
	found := make(map[string]*difference)
	at := func(s sample) *difference {
		k := key(s.labels)
		if found[k] == nil {
			found[k] = &difference{series: k, name: nameOf(s), labels: s.labels}
		}
		return found[k]
	}
	for _, s := range direct {
		at(s).direct = &s.value
	}
	for _, s := range relayed {
		at(s).relayed = &s.value
	}
	var all []difference
	for _, k := range slices.Sorted(maps.Keys(found)) {
		if d := *found[k]; !d.alike() {
			all = append(all, d)
		}
	}
	return all
}

// alike tells whether there is none after all. A duration of a scrape is another
// for each scrape.
func (d difference) alike() bool {
	if d.direct == nil || d.relayed == nil {
		return false
	}
	return *d.direct == *d.relayed || math.IsNaN(*d.direct) && math.IsNaN(*d.relayed) || d.name == "scrape_duration_seconds"
}

// A listed difference is a row of docs/transparency.md.
type listed struct {
	row     string
	counter counter               // the zero value is none
	covers  func(difference) bool // tells the series that it is about; nil: it is not about any
}

// A counter is one of promferry's own, whatever its other labels are.
type counter struct{ name, reason string }

// A ledger notes which of the differences that are expected were seen.
type ledger struct {
	expected []listed
	seen     map[string]bool // by row
}

func newLedger(expected ...listed) *ledger {
	return &ledger{expected, make(map[string]bool)}
}

// judge notes the differences that are expected, and returns the others as an
// error.
func (l *ledger) judge(all []difference) error {
	var left []string
	for _, d := range all {
		i := slices.IndexFunc(l.expected, func(e listed) bool { return e.covers != nil && e.covers(d) })
		if i < 0 {
			left = append(left, d.String())
		} else {
			l.seen[l.expected[i].row] = true
		}
	}
	if left == nil {
		return nil
	}
	return fmt.Errorf("%d differences that are not listed:\n%s", len(left), strings.Join(left[:min(len(left), 10)], "\n"))
}

// noteSpelling notes labels of one value that are written in another way.
func (l *ledger) noteSpelling(direct, relayed []sample) {
	written := make(map[string]labels.Labels)
	for _, s := range direct {
		written[key(s.labels)] = s.labels
	}
	for _, s := range relayed {
		if other, found := written[key(s.labels)]; found && !labels.Equal(other, s.labels) {
			l.seen[spelled.row] = true
		}
	}
}

// must checks that what the values of series do not show was seen.
func (l *ledger) must(t *testing.T, rows ...listed) {
	t.Helper()
	for _, r := range rows {
		if !l.seen[r.row] {
			t.Errorf("row %s: there is no such difference any more; take it off the list", r.row)
		}
	}
}

// wasSeen checks that all that was expected was there.
func (l *ledger) wasSeen(t *testing.T) {
	t.Helper()
	for _, e := range l.expected {
		if e.covers != nil {
			l.must(t, e)
		}
	}
}

// close checks that all that was expected was seen, and was counted, and that
// nothing else was counted.
func (l *ledger) close(t *testing.T, ferry daemon) {
	t.Helper()
	l.wasSeen(t)
	l.counted(t, ferry)
}

// counted checks that all that was expected was counted, and nothing else.
func (l *ledger) counted(t *testing.T, ferry daemon) {
	t.Helper()
	counted := ferry.losses(t)
	for _, e := range l.expected {
		if e.counter != (counter{}) && counted[e.counter] == 0 {
			t.Errorf("row %s: nothing was counted by %v", e.row, e.counter)
		}
		delete(counted, e.counter)
	}
	for c, n := range counted {
		t.Errorf("%v counted %v, which no row explains", c, n)
	}
}

// losses are the counters of what is not carried as it was, but for those at 0.
func (d daemon) losses(t *testing.T) map[counter]float64 {
	t.Helper()
	body, err := get(d.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parse(body, "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	counted := make(map[counter]float64)
	for _, s := range samples {
		switch name := nameOf(s); name {
		case "promferry_series_dropped_total", "promferry_families_refused_total", "promferry_families_retyped_total",
			"promferry_families_flattened_total", "promferry_duplicates_dropped_total", "promferry_timestamps_stripped_total",
			"promferry_exemplars_stripped_total", "promferry_names_escaped_total", "promferry_native_histograms_cut_total":
			if s.value > 0 {
				counted[counter{name, s.labels.Get("reason")}] += s.value
			}
		}
	}
	return counted
}
