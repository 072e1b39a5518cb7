package gateway

import (
	"maps"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
)

// group is what one grouping key holds. Its methods leave it as it is and
// return the group that follows.
type group struct {
	labels   model.LabelSet
	families families
}

// put returns the group with the body alone. Only the failure marker outlives
// it, even one a client pushed (contract C1, C41).
func (g group) put(body families, now time.Time) group {
	kept := families{}
	if marker, ok := g.families[failureTime]; ok {
		kept[failureTime] = marker
	}
	return group{g.labels, kept}.post(body, now)
}

// post returns the group with each family of the body in place of the one of
// that name. A client's push time is always replaced, its failure time only in
// a new group (contract C40, C41).
func (g group) post(body families, now time.Time) group {
	next := families{}
	maps.Copy(next, g.families)
	maps.Copy(next, body)
	next[pushTime] = g.marker(pushTime, now)
	if _, ok := g.families[failureTime]; !ok {
		next[failureTime] = g.marker(failureTime, time.Time{})
	}
	return group{g.labels, next}
}

// fail returns the group with a failure marker of now. A new group comes to be
// by it, with the push time 0 (contract C7).
func (g group) fail(now time.Time) group {
	next := families{pushTime: g.marker(pushTime, time.Time{})}
	maps.Copy(next, g.families)
	next[failureTime] = g.marker(failureTime, now)
	return group{g.labels, next}
}

// marker returns a gauge of one series, at in Unix seconds, the zero time as 0.
func (g group) marker(name string, at time.Time) *dto.MetricFamily {
	seconds := 0.0
	if !at.IsZero() {
		seconds = float64(at.UnixNano()) / float64(time.Second)
	}
	made := families{name: {
		Name:   new(name),
		Help:   new(markerHelp(name)),
		Type:   dto.MetricType_GAUGE.Enum(),
		Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: new(seconds)}}},
	}}
	made.setLabels(g.labels)
	return made[name]
}

func markerHelp(name string) string {
	if name == pushTime {
		return "Unix time of the last push to this group that was stored, 0 before the first."
	}
	return "Unix time of the last push to this group that was refused as inconsistent, 0 before the first."
}

// The two families a gateway adds to every group.
const (
	pushTime    = "push_time_seconds"
	failureTime = "push_failure_time_seconds"
)

// snapshot is the groups by grouping key. It never changes once made, so
// readers need no lock; with and without return the one that follows.
type snapshot map[string]group

// group returns the group of the labels, an empty one if it is not stored.
func (s snapshot) group(labels model.LabelSet) group {
	if stored, ok := s[labels.String()]; ok {
		return stored
	}
	return group{labels: labels}
}

func (s snapshot) with(g group) snapshot {
	next := maps.Clone(s)
	next[g.labels.String()] = g
	return next
}

func (s snapshot) without(labels model.LabelSet) snapshot {
	next := maps.Clone(s)
	delete(next, labels.String())
	return next
}

// Gather is prometheus.Gatherer: the families of all groups, merged by name.
// HELP and TYPE are those of the first group in order of the keys; groups may
// differ in HELP, and the caller finds those that differ in TYPE (contract C35,
// C36).
func (s snapshot) Gather() ([]*dto.MetricFamily, error) {
	merged := families{}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		for name, family := range s[key].families {
			all, ok := merged[name]
			if !ok {
				all = &dto.MetricFamily{Name: family.Name, Help: family.Help, Type: family.Type}
				merged[name] = all
			}
			all.Metric = append(all.Metric, family.Metric...)
		}
	}
	return slices.Collect(maps.Values(merged)), nil
}
