// Package verify compares what a Prometheus has of the same targets by two ways:
// scraped directly, and relayed through a gateway. Two sets of series come in,
// their differences go out.
package verify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/common/model"
)

// Compare compares the ways, without the labels ignored. The label job is ignored,
// too, where the ways have no job in common, as they have to; and instance where
// each way has one target, and their instances differ.
func Compare(direct, relayed []Series, ignored ...string) Report {
	c := comparison{ignored: make(map[string]bool)}
	for _, label := range ignored {
		c.ignored[label] = true
	}
	if c.checkWays(direct, relayed); !c.Alike() {
		return c.Report
	}
	c.pairTargets(direct, relayed)
	c.compare(c.index(direct), c.index(relayed))
	if c.Alike() && c.Steady == 0 {
		c.find(NothingToCompare, "")
	}
	slices.SortFunc(c.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.What, b.What))
	})
	return c.Report
}

type comparison struct {
	Report
	ignored map[string]bool
}

// checkWays looks for what makes all else a consequence.
func (c *comparison) checkWays(direct, relayed []Series) {
	both := make(map[string]bool, len(direct))
	for i := range direct {
		both[direct[i].key(nil)] = true
	}
	for i := range relayed {
		s := &relayed[i]
		if both[s.key(nil)] {
			c.find(SameSeries, s.String())
		}
		// A gateway's own series have no other labels than the group's.
		if s.name() == pushTime && s.Labels[model.ExportedLabelPrefix+model.JobLabel] != "" {
			c.find(NoHonorLabels, s.String())
		}
	}
}

// pairTargets ignores the labels that name a target otherwise by each way.
func (c *comparison) pairTargets(direct, relayed []Series) {
	jobs, others := valuesOf(direct, model.JobLabel), valuesOf(relayed, model.JobLabel)
	if !slices.ContainsFunc(jobs, func(job model.LabelValue) bool { return slices.Contains(others, job) }) {
		c.ignored[model.JobLabel] = true
	}
	a, b := valuesOf(direct, model.InstanceLabel), valuesOf(relayed, model.InstanceLabel)
	if !c.ignored[model.InstanceLabel] && len(a) == 1 && len(b) == 1 && a[0] != b[0] {
		c.ignored[model.InstanceLabel] = true
		c.Renamed = &Renaming{a[0], b[0]}
	}
}

// valuesOf are all values of a label.
func valuesOf(all []Series, label model.LabelName) []model.LabelValue {
	found := make(map[model.LabelValue]bool)
	for i := range all {
		found[all[i].Labels[label]] = true
	}
	return slices.Collect(maps.Keys(found))
}

// A target is what series of one scrape have in common.
type target struct{ job, instance model.LabelValue }

func (t target) String() string {
	switch {
	case t.job == "":
		return fmt.Sprintf("{instance=%q}", t.instance)
	case t.instance == "":
		return fmt.Sprintf("{job=%q}", t.job)
	}
	return fmt.Sprintf("{instance=%q,job=%q}", t.instance, t.job)
}

func (c *comparison) targetOf(s *Series) (t target) {
	if !c.ignored[model.JobLabel] {
		t.job = s.Labels[model.JobLabel]
	}
	if !c.ignored[model.InstanceLabel] {
		t.instance = s.Labels[model.InstanceLabel]
	}
	return t
}

// A way is what is known of one selector.
type way struct {
	series  map[string]*Series // by key
	targets map[target]bool    // with a series that is present; true: one of them is steady
}

func (w way) has(t target) bool {
	_, found := w.targets[t]
	return found
}

func (c *comparison) index(all []Series) way {
	w := way{make(map[string]*Series, len(all)), make(map[target]bool)}
	for i := range all {
		s := &all[i]
		if notCompared[s.name()] {
			continue
		}
		key := s.key(c.ignored)
		if other, twice := w.series[key]; twice && other.present && s.present {
			c.find(Ambiguous, other.String()+" and "+s.String())
		} else if !twice || s.present {
			w.series[key] = s
		}
		if t := c.targetOf(s); s.present && !gatewayOwned[s.name()] {
			w.targets[t] = w.targets[t] || s.steady
		}
	}
	return w
}
