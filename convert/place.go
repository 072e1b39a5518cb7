package convert

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
)

// A group is one grouping key that a scrape writes to.
type group struct {
	labels Labels
	own    bool // the target's own
	free   bool // not another target's
	used   bool // has a series
}

// place finds the group of a series and the labels that it keeps there. All
// labels with a name of the target's labels are in the group's key instead.
func (r *run) place(written []Label) (*group, Labels) {
	var kept, conflicting []Label
	for _, l := range written {
		switch {
		case r.Target.Has(l.Name):
			conflicting = append(conflicting, l)
		case l.Value != "":
			kept = append(kept, l)
		}
	}
	key := r.Target
	if r.HonorLabels {
		key = override(r.Target, conflicting)
	} else {
		kept = r.export(kept, conflicting)
	}
	slices.SortFunc(kept, byName)
	return r.group(key), kept
}

func byName(a, b Label) int { return strings.Compare(a.Name, b.Name) }

// export renames labels that the target has too, as Prometheus does with
// honor_labels off. The gateway would overwrite them (contract C21).
func (c *Converter) export(kept, conflicting []Label) []Label {
	slices.SortFunc(conflicting, byName)
	slices.SortStableFunc(conflicting, func(a, b Label) int { return len(a.Name) - len(b.Name) })
	for _, l := range conflicting {
		if l.Value == "" {
			continue
		}
		name := model.ExportedLabelPrefix + l.Name
		for c.Target.Has(name) || hasLabel(kept, name) {
			name = model.ExportedLabelPrefix + name
		}
		kept = append(kept, Label{name, l.Value})
	}
	return kept
}

// override returns the labels of target with the values that a series has
// instead. An empty value takes the label away, as honor_labels does in
// Prometheus.
func override(target Labels, own []Label) Labels {
	if len(own) == 0 {
		return target
	}
	key := make(Labels, 0, len(target))
	for _, l := range target {
		if i := slices.IndexFunc(own, func(o Label) bool { return o.Name == l.Name }); i >= 0 {
			l.Value = own[i].Value
		}
		if l.Value != "" {
			key = append(key, l)
		}
	}
	return key
}

func (r *run) group(key Labels) *group {
	k := key.Key()
	g, ok := r.groups[k]
	if !ok {
		g = &group{labels: key, own: k == r.Target.Key()}
		g.free = g.own || r.Claim == nil || !identified(key) || r.Claim(key)
		r.groups[k] = g
	}
	return g
}

// identified tells whether a group has what every group has: a job and an
// instance. Without an instance, hosts would overwrite each other's group.
func identified(key Labels) bool {
	return key.Has(model.JobLabel) && key.Has(model.InstanceLabel)
}
