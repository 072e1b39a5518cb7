package verify

import (
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/common/model"
)

// A relabeling is a label that has another value by each way; "" is none.
type relabeling struct {
	name            model.LabelName
	direct, relayed model.LabelValue
}

// lone are series that one way alone has.
type lone map[*Series]bool

// pairLabels takes out the series that are the same but for one label, as where
// a target's label was forgotten: many series, and one thing to say.
func (c *comparison) pairLabels(direct, relayed lone) {
	found := make(map[relabeling][]string)
	for _, name := range labelNames(direct, relayed) {
		others := c.unique(relayed, name)
		for key, d := range c.unique(direct, name) {
			if r := others[key]; d != nil && r != nil {
				l := relabeling{name, d.Labels[name], r.Labels[name]}
				found[l] = append(found[l], d.String())
				delete(direct, d)
				delete(relayed, r)
			}
		}
	}
	for l, series := range found {
		c.find(OtherLabel, fmt.Sprintf("%s: direct %q, relayed %q; series: %d, as %s", l.name, l.direct, l.relayed, len(series), slices.Min(series)))
	}
}

// unique are the series by their keys without a label; nil where there are two
// of a key, which says nothing.
func (c *comparison) unique(all lone, without model.LabelName) map[string]*Series {
	ignored := maps.Clone(c.ignored)
	ignored[string(without)] = true
	byKey := make(map[string]*Series, len(all))
	for s := range all {
		key := s.key(ignored)
		if _, twice := byKey[key]; twice {
			byKey[key] = nil
		} else {
			byKey[key] = s
		}
	}
	return byKey
}

// labelNames are those of all series, sorted. What tells a target is none of
// them: series of two targets are never the same.
func labelNames(ways ...lone) []model.LabelName {
	found := make(map[model.LabelName]bool)
	for _, way := range ways {
		for s := range way {
			for name := range s.Labels {
				found[name] = true
			}
		}
	}
	for _, name := range []model.LabelName{model.MetricNameLabel, model.JobLabel, model.InstanceLabel} {
		delete(found, name)
	}
	return slices.Sorted(maps.Keys(found))
}
