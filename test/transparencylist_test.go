package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

// The rows of docs/transparency.md that a test shows with a real Prometheus.
var (
	timestamps    = listed{row: "T1", counter: counter{"promferry_timestamps_stripped_total", ""}}
	exemplars     = listed{row: "T2", counter: counter{"promferry_exemplars_stripped_total", ""}}
	reservedLabel = listed{"T5", dropped("reserved_label"), func(d difference) bool { return d.relayed == nil && hasReserved(d) }}
	gatewayOwned  = listed{"T6", dropped("gateway_owned"), func(d difference) bool {
		return strings.HasPrefix(d.name, "pushgateway_") && d.relayed == nil || isPushTime(d.name) && d.direct != nil
	}}
	ownReport     = listed{"T7", dropped("report_series"), func(d difference) bool { return d.name == "up" && d.job() == "own report" }}
	emptyIdentity = listed{"T8", dropped("empty_identity"), func(d difference) bool {
		return d.relayed == nil && (!d.labels.Has(model.JobLabel) || !d.labels.Has(model.InstanceLabel))
	}}
	groupOwned  = listed{"T9", dropped("group_owned"), func(d difference) bool { return d.relayed == nil && d.name == "claimed" }}
	refusedType = listed{"T10", counter{"promferry_families_refused_total", "type"}, func(d difference) bool {
		return d.relayed == nil && (strings.HasPrefix(d.name, "go_gc_duration_seconds") || d.name == "clash")
	}}
	twiceInPush   = listed{row: "T12", counter: counter{"promferry_duplicates_dropped_total", ""}}
	twiceInFamily = listed{row: "T12", counter: dropped("duplicate")}
	seriesAdded   = listed{"T13", counter{}, func(d difference) bool { return d.name == "scrape_series_added" && d.relayed == nil }}
	pushTimes     = listed{"T14", counter{}, func(d difference) bool { return isPushTime(d.name) && d.direct == nil }}

	spelled     = listed{row: "T15"}
	flattened   = listed{row: "T16", counter: counter{"promferry_families_flattened_total", ""}}
	retypedType = listed{row: "T17", counter: counter{"promferry_families_retyped_total", ""}}
	openMetrics = listed{row: "T18"}
	nativesCut  = listed{"T19", counter{"promferry_native_histograms_cut_total", ""}, func(d difference) bool {
		return strings.HasPrefix(d.job(), "prometheus-devel-federate.pb") && d.labels.Has(nativeLabel) == (d.relayed == nil)
	}}
	nativesCounted = listed{"T20", counter{}, func(d difference) bool {
		return strings.HasPrefix(d.job(), "prometheus-devel.pb") && strings.HasPrefix(d.name, "scrape_samples_")
	}}

	lingers = listed{"T25", counter{}, func(d difference) bool {
		return slices.Contains(failsBehindSamples, d.job()) && d.relayed == nil && !ofScrape(d.name)
	}}
	jobLeft       = listed{row: "T26", covers: func(d difference) bool { return d.relayed == nil && d.job() == "empty" }}
	kept          = listed{row: "T27", covers: func(d difference) bool { return d.direct == nil && d.job() == "kept" }}
	markedDown    = listed{row: "T28", covers: func(d difference) bool { return d.job() == "nothing happens" }}
	stays         = listed{row: "T29", covers: func(d difference) bool { return d.name == "temperature" && d.job() == "nothing happens" }}
	contentType   = listed{row: "T30", covers: func(d difference) bool { return d.job() == "metrics as html" }}
	repeatedLimit = listed{row: "T31", covers: func(d difference) bool { return d.job() == "sample limit, one twice" }}
	nulByte       = listed{row: "T32", covers: func(d difference) bool { return d.job() == "garbage" }}
)

// shown are all of them.
var shown = []listed{
	timestamps, exemplars, reservedLabel, gatewayOwned, ownReport, emptyIdentity, groupOwned, refusedType, twiceInPush, twiceInFamily, seriesAdded, pushTimes,
	spelled, flattened, retypedType, openMetrics, nativesCut, nativesCounted, lingers, jobLeft, kept, markedDown, stays, contentType, repeatedLimit, nulByte,
}

func dropped(reason string) counter { return counter{"promferry_series_dropped_total", reason} }

func hasReserved(d difference) (found bool) {
	for name := range d.labels.Map() {
		found = found || strings.HasPrefix(name, model.ReservedLabelPrefix) && name != model.MetricNameLabel
	}
	return found
}

func isPushTime(name string) bool {
	return name == "push_time_seconds" || name == "push_failure_time_seconds"
}

// TestTransparencyList keeps docs/transparency.md true: each row stands there
// once, with the counter that the tests look at, and with a test that is there,
// or with the reason why none shows it.
func TestTransparencyList(t *testing.T) {
	rows := tableRows(t, "docs/transparency.md", "T[0-9]+", 5) // what, why or how, what counts it, what shows it
	tests := testsOfModule(t)
	for _, l := range shown {
		cells, found := rows[l.row]
		if !found || !strings.Contains(cells[2], l.counter.name) || !strings.Contains(cells[2], l.counter.reason) {
			t.Errorf("row %s: got %q, want the counter %v", l.row, cells, l.counter)
		}
		if found && !strings.Contains(cells[3], "`Test") {
			t.Errorf("row %s: no test is named", l.row)
		}
	}
	for id, cells := range rows {
		checkShown(t, id, cells[3], tests)
	}
	for i := range len(rows) {
		if _, found := rows[fmt.Sprint("T", i+1)]; !found {
			t.Errorf("no row T%d", i+1)
		}
	}
}
