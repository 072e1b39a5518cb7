package relay

import "github.com/promferry/promferry/push"

// Restore gives targets the groups that a process before this one has pushed for
// them: what they make no more is deleted after their first good cycle. It
// returns the groups that are at the place of no target. Call it before Run.
func (p *Pool) Restore(entries []push.Entry) (orphans []push.Entry) {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	byKey := make(map[string][]*Target)
	for _, t := range p.all() {
		byKey[t.Labels.Key()] = append(byKey[t.Labels.Key()], t)
	}
	for _, e := range entries {
		if !p.owners.restore(e, byKey[e.Owner.Key()]) {
			orphans = append(orphans, e)
		}
	}
	return orphans
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
