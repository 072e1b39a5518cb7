package push

import (
	"net/http"
	"slices"
	"time"

	"github.com/promferry/promferry/convert"
)

// Gateways are where a target goes: each group to one shard of each.
type Gateways []Shards

// A Mode says what becomes of the families that a group has already.
type Mode string

// The modes are the methods of the request (contract C1).
const (
	Replace Mode = http.MethodPut  // the batch is all of the group
	Merge   Mode = http.MethodPost // other families stay
)

// An Origin says whose batch it is. The zero Origin is for the last state at a
// stop: no other batch will follow.
type Origin struct {
	Group    convert.Labels // the target's own
	Interval time.Duration  // until its next batch
}

func (o Origin) isZero() bool { return len(o.Group) == 0 && o.Interval == 0 }

// Begin returns an empty batch. It encodes for each gateway as that is known by
// now to take it. For one that is down nothing is encoded but what its next
// probe takes, or what has no origin.
func (gs Gateways) Begin(mode Mode, from Origin) *Batch {
	b := &Batch{gateways: gs, mode: mode, from: from, groups: make(map[string]*groupBodies)}
	for _, shards := range gs {
		for _, g := range shards {
			c := choice{gateway: g, down: g.isDown(from)}
			if c.down == nil {
				c.profile = g.profile()
			}
			b.choices = append(b.choices, c)
		}
	}
	return b
}

// Delete takes groups away from all gateways.
func (gs Gateways) Delete(group convert.Labels) {
	for _, g := range gs.Of(group) {
		g.Delete(group)
	}
}

// A Batch encodes the groups of one scrape, once for all gateways that want the
// same. It is used by one goroutine. Nothing leaves before Commit; a batch that
// is not committed never does, and is best discarded.
type Batch struct {
	gateways Gateways
	mode     Mode
	from     Origin
	choices  []choice // one for each shard
	groups   map[string]*groupBodies
	order    []*groupBodies
}

// A choice is what a gateway gets, the same for all groups of a batch.
type choice struct {
	gateway *Gateway
	profile profile
	down    error // it gets nothing, for that reason; nil: bodies of the profile
}

// groupBodies are what a group's gateways get.
type groupBodies struct {
	group   convert.Labels
	places  []place
	bodies  []*body          // each profile once
	outputs []convert.Output // the same
}

// A place is where a group goes.
type place struct {
	gateway *Gateway
	body    *body // one of the group's
	down    error // why there is none
}

// Outputs returns the bodies of a group: one for each way of encoding that its
// gateways want.
func (b *Batch) Outputs(group convert.Labels) []convert.Output {
	key := group.Key()
	g := b.groups[key]
	if g == nil {
		g = b.newGroup(group)
		b.groups[key] = g
		b.order = append(b.order, g)
	}
	return g.outputs
}

func (b *Batch) newGroup(group convert.Labels) *groupBodies {
	g := &groupBodies{group: slices.Clone(group)}
	of := b.gateways.Of(group)
	for _, c := range b.choices {
		if !slices.Contains(of, c.gateway) {
			continue // the group is at another shard
		}
		p := place{gateway: c.gateway, down: c.down}
		if p.down == nil {
			p.body = g.bodyOf(c)
		}
		g.places = append(g.places, p)
	}
	return g
}

// bodyOf returns the body that a gateway is to get.
func (g *groupBodies) bodyOf(c choice) *body {
	for _, b := range g.bodies {
		if b.profile == c.profile {
			return b
		}
	}
	b := newBody(c.gateway.Buffers, c.profile)
	g.bodies = append(g.bodies, b)
	g.outputs = append(g.outputs, b)
	return b
}

// release gives the memory of the bodies back.
func (g *groupBodies) release() {
	for _, body := range g.bodies {
		body.release()
	}
}

// Groups returns the groups that the batch has so far.
func (b *Batch) Groups() []convert.Labels {
	groups := make([]convert.Labels, len(b.order))
	for i, g := range b.order {
		groups[i] = g.group
	}
	return groups
}

// Remove leaves a group out of the batch.
func (b *Batch) Remove(group convert.Labels) {
	g := b.groups[group.Key()]
	if g == nil {
		return
	}
	g.release()
	delete(b.groups, group.Key())
	b.order = slices.DeleteFunc(b.order, func(other *groupBodies) bool { return other == g })
}

// Commit gives each gateway its bodies and does not wait for the network. The
// batch is empty afterwards; its outputs must not be used any more.
func (b *Batch) Commit() {
	now, from := time.Now(), b.from.Group.Key()
	for _, g := range b.order {
		for _, body := range g.bodies {
			body.seal()
		}
		for _, p := range g.places {
			if p.down != nil {
				p.gateway.skip(g.group, p.down)
				continue
			}
			p.body.retain()
			p.gateway.offer(&request{
				group: g.group, method: string(b.mode), body: p.body,
				owner: b.from.Group, from: from, interval: b.from.Interval, offered: now,
			})
		}
	}
	b.Discard()
}

// Discard gives the memory of the bodies back where they are not to be sent. The
// batch is empty afterwards; its outputs must not be used any more.
func (b *Batch) Discard() {
	for _, g := range b.order {
		g.release()
	}
	*b = *b.gateways.Begin(b.mode, b.from)
}
