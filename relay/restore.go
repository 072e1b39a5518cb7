package relay

import (
	"slices"

	"github.com/promferry/promferry/push"
)

// Restore gives targets the groups that a process before this one has pushed for
// them: what they make no more is deleted after their first good cycle. Groups
// that are at the place of no target wait for those that Replace adds, which may
// be found later. Call it before Run.
func (p *Pool) Restore(entries []push.Entry) {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	p.unclaimed = slices.Clone(entries)
	p.restoreTo(p.all())
}

// Unclaimed returns the groups that were restored and are at the place of no
// target, once: all targets are known by now.
func (p *Pool) Unclaimed() []push.Entry {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	defer func() { p.unclaimed = nil }()
	return p.unclaimed
}

// restoreTo offers what is unclaimed to targets that do not run yet. p.replacing
// is held.
func (p *Pool) restoreTo(targets []*Target) {
	if len(p.unclaimed) == 0 {
		return
	}
	byKey := make(map[string][]*Target)
	for _, t := range targets {
		byKey[t.Labels.Key()] = append(byKey[t.Labels.Key()], t)
	}
	p.unclaimed = slices.DeleteFunc(p.unclaimed, func(e push.Entry) bool {
		return p.owners.restore(e, byKey[e.Owner.Key()])
	})
}

// restore is false for a group that is nobody's. One that is another target's
// now is for that one to replace.
func (o *owners) restore(e push.Entry, owners []*Target) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := e.Group.Key()
	where := place{e.URL, key}
	for _, t := range owners {
		if g := t.at(where, e.Group); g != nil && o.may(t, where) {
			o.give(where, t)
			t.pushed[key] = placement{e.Group, append(t.pushed[key].at, g)}
			return true
		}
	}
	return o.groups[where] != nil
}
