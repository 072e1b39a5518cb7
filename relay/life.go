package relay

import (
	"maps"
	"slices"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A life is the time of a target in a pool. Pool.replacing guards it.
type life struct {
	removed bool
	after   []*Target     // those that have its own group until they have left
	stop    func()        // ends the cycles and waits for that
	left    chan struct{} // closed when it is removed and its groups are left
}

// enter makes the target part of a pool.
func (t *Target) enter(o *owners) {
	t.life = life{stop: func() {}, left: make(chan struct{})}
	for _, before := range t.join(o) {
		if before.life.removed && !slices.Contains(t.life.after, before) {
			t.life.after = append(t.life.after, before)
		}
	}
}

// begin waits for the targets that the target comes after, and takes over what
// they leave.
func (t *Target) begin() {
	for _, before := range t.life.after {
		<-before.life.left
		if before.Labels.Key() == t.Labels.Key() {
			t.succeed(before)
		}
	}
	t.life.after = nil // they are of no use any more
	for _, p := range t.owners.inheritance(t) {
		key := p.group.Key()
		t.pushed[key] = placement{p.group, append(t.pushed[key].at, p.at...)}
	}
}

// succeed goes on where another target with the same labels has ended. One that
// has a new gateway is scraped soon: its group there is to be filled.
func (t *Target) succeed(before *Target) {
	t.hangs, t.misplaces = before.hangs, before.misplaces
	t.resume(before)
	if t.Interval == before.Interval && before.fills(t.Gateways) {
		t.schedule = before.schedule
	}
	if t.Address != before.Address {
		return
	}
	before.mu.Lock()
	status := before.status
	status.Dropped, status.NotStored = maps.Clone(status.Dropped), maps.Clone(status.NotStored)
	before.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.status = status
}

// fills tells whether the target's own group is at all of the gateways.
func (t *Target) fills(gateways push.Gateways) bool {
	for _, g := range gateways.Of(t.Labels) {
		if t.at(placeOf(g, t.Labels), t.Labels) == nil {
			return false
		}
	}
	return true
}

// leave takes the target's groups away, and its series in stores, but for those
// that are another's now. No cycle is under way any more.
func (t *Target) leave() error {
	defer close(t.life.left)
	for _, p := range t.owners.release(t) {
		p.delete()
	}
	return t.goStale(t.owners.releaseStores(t), new(worker))
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

// placements are those of a batch's groups.
func (t *Target) placements(groups []convert.Labels) map[string]placement {
	all := make(map[string]placement, len(groups))
	for _, group := range groups {
		all[group.Key()] = placement{group, t.Gateways.Of(group)}
	}
	return all
}
