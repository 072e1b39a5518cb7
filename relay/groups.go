package relay

import (
	"maps"
	"slices"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A placement is a group that a target has pushed, and where.
type placement struct {
	group convert.Labels
	at    []*push.Gateway
}

func (p placement) delete() {
	for _, g := range p.at {
		g.Delete(p.group)
	}
}

// commit sends the groups of a batch. One that replaces has all groups that the
// target makes now: the others that it has pushed are deleted.
func (t *Target) commit(b batch) {
	for _, group := range b.groups.Groups() {
		if t.owners.taken(t, group) {
			b.groups.Remove(group)
		}
	}
	made := t.placements(b.groups.Groups())
	b.groups.Commit()
	for key, p := range t.pushed {
		if _, again := made[key]; again {
			continue
		}
		if b.mode == push.Replace {
			t.delete(p)
		} else {
			made[key] = p
		}
	}
	t.remember(made)
}

// placements are those of a batch's groups.
func (t *Target) placements(groups []convert.Labels) map[string]placement {
	all := make(map[string]placement, len(groups))
	for _, group := range groups {
		all[group.Key()] = placement{group, t.Gateways.Of(group)}
	}
	return all
}

// remember keeps what the target has at its gateways.
func (t *Target) remember(pushed map[string]placement) {
	t.pushed = pushed
	t.owners.keep(t, pushed)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made = nil // snapshots share the old one
	// In order, so that who looks twice finds each group where it was.
	for _, key := range slices.Sorted(maps.Keys(pushed)) {
		if key != t.Labels.Key() {
			t.made = append(t.made, pushed[key].group)
		}
	}
}

// delete takes a group away where it is still the target's.
func (t *Target) delete(p placement) {
	placement{p.group, t.owners.deletable(t, p)}.delete()
}

// deleteAll takes all of the target's groups away.
func (t *Target) deleteAll() {
	for _, p := range t.pushed {
		t.delete(p)
	}
}
