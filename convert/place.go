package convert

import (
	"cmp"
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
// labels with a name of the target's labels are in the group's key instead. The
// labels are valid until the next call.
func (r *run) place(written []Label) (*group, Labels) {
	kept, conflicting := r.split(written)
	g := r.own
	if len(conflicting) > 0 && r.HonorLabels && !r.Target.hasAll(conflicting) {
		g = r.groupOf(override(r.Target, conflicting))
	} else if len(conflicting) > 0 && !r.HonorLabels {
		var exported bool
		if kept, exported = r.export(kept, conflicting); exported {
			r.stats.Exported++
		}
	}
	sortLabels(kept)
	r.kept, r.conflicting = kept, conflicting
	return g, kept
}

// split tells apart the labels that a series has alone and those that its
// target has, too. They are valid until the next call.
func (r *run) split(written []Label) (kept, conflicting []Label) {
	kept, conflicting = r.kept[:0], r.conflicting[:0]
	for _, l := range written {
		switch {
		case r.Target.Has(l.Name):
			conflicting = append(conflicting, l)
		case l.Value != "":
			kept = append(kept, l)
		}
	}
	return kept, conflicting
}

// export renames labels that the target has too, as Prometheus does with
// honor_labels off. The gateway would overwrite them (contract C21). It tells
// whether there are any.
func (r *run) export(kept, conflicting []Label) (with []Label, any bool) {
	slices.SortFunc(conflicting, func(a, b Label) int {
		return cmp.Or(len(a.Name)-len(b.Name), byName(a, b))
	})
	for _, l := range conflicting {
		if l.Value == "" {
			continue
		}
		any = true
		name := r.exported(l.Name)
		for r.Target.Has(name) || hasLabel(kept, name) {
			name = r.exported(name)
		}
		kept = append(kept, Label{name, l.Value})
	}
	return kept, any
}

// exported returns the name that a label gets beside one of the target. They
// are few, and many series have them.
func (r *run) exported(name string) string {
	if found, ok := r.exports[name]; ok {
		return found
	}
	if r.exports == nil || len(r.exports) > maxLabels {
		r.exports = make(map[string]string)
	}
	name = strings.Clone(name)
	r.exports[name] = model.ExportedLabelPrefix + name
	return r.exports[name]
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

func (r *run) groupOf(key Labels) *group { return r.groupWith(key.Key(), key) }

// groupWith is groupOf for one whose Key is known.
func (r *run) groupWith(k string, key Labels) *group {
	if k == r.ownKey {
		return r.own
	}
	g, ok := r.groups[k]
	if !ok {
		g = &group{labels: key.clone()}
		g.free = r.Claim == nil || !identified(key) || r.Claim(g.labels)
		if r.groups == nil {
			r.groups = make(map[string]*group)
		}
		r.groups[k] = g
	}
	return g
}

// identified tells whether a group has what every group has: a job and an
// instance. Without an instance, hosts would overwrite each other's group.
func identified(key Labels) bool {
	return key.Has(model.JobLabel) && key.Has(model.InstanceLabel)
}

// unfit says why a series cannot be carried, or "".
func (r *run) unfit(g *group, name string, ls Labels) DropReason {
	switch {
	case !g.own && !identified(g.labels):
		return DropEmptyIdentity
	case !g.free:
		return DropGroupOwned
	case gatewayOwned(name):
		return DropGatewayOwned
	case g.own && len(ls) == 0 && r.isReport(name):
		return DropReportSeries
	}
	for _, l := range ls {
		if strings.HasPrefix(l.Name, model.ReservedLabelPrefix) {
			return DropReservedLabel
		}
	}
	if hasNUL(name) || slices.ContainsFunc(ls, func(l Label) bool { return breaksExposition(l.Name) }) {
		return DropUTF8Name
	}
	return ""
}

// gatewayOwned tells the names that a Pushgateway sets itself, or, worse,
// stores once and breaks on later (contract C38, C40, C41).
func gatewayOwned(name string) bool {
	return strings.HasPrefix(name, "pushgateway_") ||
		name == "push_time_seconds" || name == "push_failure_time_seconds"
}
