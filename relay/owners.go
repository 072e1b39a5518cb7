package relay

import (
	"sync"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// owners says which target may write into a group of a gateway: one only, or
// targets would overwrite each other. A target's own group stays with it until it
// leaves; others, which honor_labels makes, belong to the first that claims
// them. Only the owner deletes. In a store a target has its series as long as it
// is in the pool.
type owners struct {
	mu     sync.Mutex
	stored map[storePlace]*Target
	groups map[place]*Target
	named  map[place]*Target // own groups, with the gateway's name instead of its URL
}

// A place is one group in one store. Gateways of one URL share it, whatever
// their settings are: a reload may replace one by the other.
type place struct{ url, group string }

func placeOf(g *push.Gateway, group convert.Labels) place {
	return place{g.Place(), group.Key()}
}

// nameOf is the place of a group in the configuration: at one shard or another
// of a gateway.
func nameOf(g *push.Gateway, group convert.Labels) place {
	return place{g.Name, group.Key()}
}

// A storePlace is what a store has of a target.
type storePlace struct {
	store  Store
	target string
}

// reserve takes the target's own group and its series in stores, and returns who
// had them.
func (o *owners) reserve(t *Target) (before []*Target) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.groups == nil {
		o.groups, o.named = make(map[place]*Target), make(map[place]*Target)
		o.stored = make(map[storePlace]*Target)
	}
	for _, s := range t.Stores {
		where := storePlace{s, t.Labels.Key()}
		if owner := o.stored[where]; owner != nil && owner != t {
			before = append(before, owner)
		}
		o.stored[where] = t
	}
	for _, g := range t.Gateways.Of(t.Labels) {
		own, name := placeOf(g, t.Labels), nameOf(g, t.Labels)
		for _, owner := range []*Target{o.groups[own], o.named[name]} {
			if owner != nil && owner != t {
				before = append(before, owner)
			}
		}
		o.groups[own], o.named[name] = t, t
	}
	return before
}

// claim tells whether the target may write into the group at all of its
// gateways, and makes it the target's if so.
func (o *owners) claim(t *Target, group convert.Labels) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, g := range t.Gateways.Of(group) {
		if !o.may(t, placeOf(g, group)) {
			return false
		}
	}
	for _, g := range t.Gateways.Of(group) {
		o.give(placeOf(g, group), t)
	}
	return true
}

// may tells whether a place is the target's, or nobody's. o.mu is held.
func (o *owners) may(t *Target, where place) bool {
	owner := o.groups[where]
	return owner == nil || owner == t
}

// give makes a place the target's. o.mu is held.
func (o *owners) give(where place, t *Target) {
	o.groups[where] = t
	if where.group == t.Labels.Key() {
		return
	}
	if t.claimed == nil {
		t.claimed = make(map[place]bool)
	}
	t.claimed[where] = true
}

// keep releases what the target has claimed, but for the groups in kept.
func (o *owners) keep(t *Target, kept map[string]placement) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for where := range t.claimed {
		if _, stays := kept[where.group]; !stays {
			o.take(where, t)
		}
	}
}

// take makes a place nobody's, if it is the target's. o.mu is held.
func (o *owners) take(where place, t *Target) {
	if o.groups[where] == t {
		delete(o.groups, where)
	}
	delete(t.claimed, where)
}

// taken tells whether another target has the group by now: its own group beats
// a claim, also one that was good when the scrape began.
func (o *owners) taken(t *Target, group convert.Labels) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, g := range t.Gateways.Of(group) {
		if !o.may(t, placeOf(g, group)) {
			return true
		}
	}
	return false
}

// deletable returns the gateways where the group is no other target's.
func (o *owners) deletable(t *Target, p placement) (at []*push.Gateway) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, g := range p.at {
		if o.may(t, placeOf(g, p.group)) {
			at = append(at, g)
		}
	}
	return at
}

// release takes all places from a target that leaves, and returns the groups to
// delete. Where another target has its own group by now, that one is its heir:
// it gets the groups instead, so that what it makes as well shows no gap.
func (o *owners) release(t *Target) (gone []placement) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range t.pushed {
		var at []*push.Gateway
		for _, g := range p.at {
			if heir := o.heir(t, g, p.group); heir != nil {
				o.bequeath(t, heir, g, p.group)
			} else if o.may(t, placeOf(g, p.group)) {
				at = append(at, g)
			}
		}
		if at != nil {
			gone = append(gone, placement{p.group, at})
		}
	}
	for where := range t.claimed {
		o.take(where, t)
	}
	for _, g := range t.Gateways.Of(t.Labels) {
		o.take(placeOf(g, t.Labels), t)
		if name := nameOf(g, t.Labels); o.named[name] == t {
			delete(o.named, name)
		}
	}
	return gone
}

// releaseStores takes its stores from a target that leaves, and returns those where
// no other has its labels by now.
func (o *owners) releaseStores(t *Target) (gone []Store) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range t.Stores {
		if where := (storePlace{s, t.Labels.Key()}); o.stored[where] == t {
			delete(o.stored, where)
			gone = append(gone, s)
		}
	}
	return gone
}

// heir returns the target that has the own group of one that leaves, and would
// have that group in the same store; nil: there is none. o.mu is held.
func (o *owners) heir(t *Target, g *push.Gateway, group convert.Labels) *Target {
	for _, heir := range []*Target{o.groups[placeOf(g, t.Labels)], o.named[nameOf(g, t.Labels)]} {
		if heir != nil && heir != t && heir.at(placeOf(g, group), group) != nil {
			return heir
		}
	}
	return nil
}

// at returns the target's gateway with the store where a group of it would be.
func (t *Target) at(where place, group convert.Labels) *push.Gateway {
	for _, g := range t.Gateways.Of(group) {
		if placeOf(g, group) == where {
			return g
		}
	}
	return nil
}

// bequeath hands a group over to the heir, unless it is a third target's. o.mu
// is held.
func (o *owners) bequeath(t, heir *Target, g *push.Gateway, group convert.Labels) {
	where := placeOf(g, group)
	if !o.may(t, where) && o.groups[where] != heir {
		return
	}
	o.give(where, heir)
	heir.inherited = append(heir.inherited, placement{group, []*push.Gateway{heir.at(where, group)}})
}

// inheritance returns what others have left to the target since the last call.
func (o *owners) inheritance(t *Target) []placement {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer func() { t.inherited = nil }()
	return t.inherited
}
