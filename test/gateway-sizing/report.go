package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A report is the table, and what follows from all of it.
type report struct {
	stored, pushed []float64 // cost of a series that is stored, and pushed, in µs
}

func (r *report) begin() {
	fmt.Println("pushes a second on one core of the gateway; in brackets ms of CPU for each")
	fmt.Printf("%8s %8s  %16s  %16s  %16s  %9s %9s\n", "groups", "series", "check", "no check", "two shards", "no check", "shards")
}

// row prints one shape. Two shards take twice as many pushes as one of them.
func (r *report) row(s shape) {
	fmt.Printf("%8d %8d  %16s  %16s  %16s  %8.1fx %8.1fx\n", s.groups, s.series,
		rate(s.checked, 1), rate(s.unchecked, 1), rate(s.shard, 2),
		ratio(s.checked, s.unchecked), 2*ratio(s.checked, s.shard))
	r.pushed = append(r.pushed, micros(s.unchecked)/float64(s.series))
	r.stored = append(r.stored, micros(s.checked-s.unchecked)/float64(s.groups*s.series))
}

func (r *report) end() {
	fmt.Printf("CPU for each series of the body %s, and with the check for each series that is stored %s\n", span(r.pushed), span(r.stored))
}

func rate(cost time.Duration, shards float64) string {
	return fmt.Sprintf("%v (%v)", rounded(shards/cost.Seconds()), rounded(micros(cost)/1000))
}

// rounded keeps two digits: no more of it can be repeated.
func rounded(v float64) float64 {
	digits := 1 - math.Floor(math.Log10(v))
	if digits > 0 {
		return math.Round(v*math.Pow(10, digits)) / math.Pow(10, digits)
	}
	return math.Round(v/math.Pow(10, -digits)) * math.Pow(10, -digits)
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func span(values []float64) string {
	return fmt.Sprintf("%.2g to %.2g µs", slices.Min(values), slices.Max(values))
}

func median(values []time.Duration) time.Duration {
	slices.Sort(values)
	return values[len(values)/2]
}
