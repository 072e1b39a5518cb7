package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A shape is what is relayed, and the goals for it.
type shape struct {
	name     string
	targets  int
	series   int // of each target, about
	interval time.Duration

	// reference: the relay on expfmt is measured too. It needs six cores for
	// the largest shape.
	reference bool
	cpuGoal   float64 // CPU at most so many times the reference's; 0: none
	rssGoal   float64 // peak RSS at most so many MiB; 0: none
	written   goals   // with a remote_write
	// peak RSS at most so many times that of another shape
	rssTimes float64
	rssOf    string
}

// goals are how many times the reference's, at most, and how many MiB; 0: none.
type goals struct{ cpu, rss, mib float64 }

// The goals for CPU are stated against vmagent, which is seldom at hand:
// at most 0.2, 0.4 and 0.2 of it. Measured together, vmagent took 10.7, 4.0 and
// 4.4 CPU seconds per million samples where a relay on expfmt took 21.7, 14.6
// and 13.3; so much less is asked for here. With a remote_write, promferry does
// what vmagent did, for which half of it is the goal, in CPU and in peak RSS, of
// which vmagent had 36, 178 and 178 MiB, and the relay 14, 245 and 187. That relay
// scraped all targets at once; this one does so in turn, and needs a tenth of it
// for a hundred. So the goal in MiB says more.
var shapes = []shape{
	{name: "1x1k", targets: 1, series: 1000, interval: time.Second,
		reference: true, cpuGoal: 0.2 * 10.7 / 21.7, rssGoal: 16, written: goals{0.5 * 10.7 / 21.7, 0.5 * 36 / 14, 0.5 * 36}},
	{name: "100x2k", targets: 100, series: 2000, interval: 5 * time.Second,
		reference: true, cpuGoal: 0.4 * 4.0 / 14.6, rssGoal: 24, written: goals{0.5 * 4.0 / 14.6, 0.5 * 178 / 245, 0.5 * 178}},
	{name: "1x50k", targets: 1, series: 50_000, interval: 5 * time.Second,
		reference: true, cpuGoal: 0.2 * 4.4 / 13.3, rssGoal: 40, written: goals{0.5 * 4.4 / 13.3, 0.5 * 178 / 187, 0.5 * 178}},
	{name: "1000x2k", targets: 1000, series: 2000, interval: 5 * time.Second,
		rssTimes: 1.5, rssOf: "100x2k"},
}

func parseShapes(names string) (chosen []shape, err error) {
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(shapes, func(s shape) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("-shapes: no shape %q; there are 1x1k, 100x2k, 1x50k, 1000x2k", name)
		}
		chosen = append(chosen, shapes[i])
	}
	return chosen, nil
}

// window rounds up to whole intervals, so that a window has as many scrapes of
// a target wherever it begins.
func (s shape) window(d time.Duration) time.Duration {
	return max(1, (d+s.interval-1)/s.interval) * s.interval
}
