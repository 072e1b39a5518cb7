package test

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"
)

// A point is one sample of a series.
type point struct {
	at    int64 // Unix time in milliseconds
	value float64
	by    *written // the request that brought it
}

func (p point) stale() bool { return value.IsStaleNaN(p.value) }

// requestsSoFar returns all of them, as they are by now.
func (r *receiver) requestsSoFar() (all []written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.got {
		all = append(all, *w)
	}
	return all
}

// stored returns what the receiver said that it has: the points of each series,
// named by its key, in the order in which they came.
func (r *receiver) stored() map[string][]point {
	all := make(map[string][]point)
	requests := r.requestsSoFar()
	for i := range requests {
		if requests[i].code/100 != http.StatusOK/100 {
			continue
		}
		for _, s := range requests[i].request.Timeseries {
			k := key(seriesLabels(s))
			for _, sample := range s.Samples {
				all[k] = append(all[k], point{sample.Timestamp, sample.Value, &requests[i]})
			}
		}
	}
	return all
}

// series returns the points of one, those that are no stale markers.
func (r *receiver) series(key string) []point {
	return slices.DeleteFunc(r.stored()[key], point.stale)
}

// newest is what a query at this moment would find: the last point of each
// series that has no stale marker behind it.
func (r *receiver) newest() seriesSet {
	set := make(seriesSet)
	for k, points := range r.stored() {
		if last := points[len(points)-1]; !last.stale() {
			set[k] = last.value
		}
	}
	return set
}

// holds checks the newest points of all series but those of reports.
func (r *receiver) holds(want seriesSet) error {
	got := r.newest()
	maps.DeleteFunc(got, func(k string, _ float64) bool { return ofScrape(familyName(nil, k)) })
	return same(got, want)
}

// atLeast checks that a series has that many points.
func (r *receiver) atLeast(key string, n int) error {
	if got := len(r.series(key)); got < n {
		return fmt.Errorf("%d points of %s, want %d", got, key, n)
	}
	return nil
}

// inOrder checks that the times of each series only grow. may tells for a point
// that came twice whether that is right; it is the same still.
func (r *receiver) inOrder(may func(first point) bool) error {
	for k, points := range r.stored() {
		var known []point
		for _, p := range points {
			if len(known) == 0 || p.at > known[len(known)-1].at {
				known = append(known, p)
				continue
			}
			i, found := slices.BinarySearchFunc(known, p.at, func(a point, at int64) int { return int(a.at - at) })
			if !found || math.Float64bits(known[i].value) != math.Float64bits(p.value) || !may(known[i]) {
				return fmt.Errorf("%s: %v at %s came after %s", k, p.value, clock(p.at), clock(known[len(known)-1].at))
			}
		}
	}
	return nil
}

// never is for inOrder where nothing may come twice.
func never(point) bool { return false }

func clock(ms int64) string { return time.UnixMilli(ms).Format("15:04:05.000") }

// metadataOf returns what requests said of families, by their names.
func (r *receiver) metadataOf() map[string]prompb.MetricMetadata {
	all := make(map[string]prompb.MetricMetadata)
	for _, w := range r.requestsSoFar() {
		for _, m := range w.request.Metadata {
			all[m.MetricFamilyName] = m
		}
	}
	return all
}
