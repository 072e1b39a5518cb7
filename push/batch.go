package push

import (
	"net/http"
	"slices"

	"github.com/promferry/promferry/convert"
)

// Gateways are where a target goes: each group to each of them.
type Gateways []*Gateway

// A Mode says what becomes of the families that a group has already.
type Mode string

// The modes are the methods of the request (contract C1).
const (
	Replace Mode = http.MethodPut  // the batch is all of the group
	Merge   Mode = http.MethodPost // other families stay
)

// Begin returns an empty batch. It encodes for each gateway as that is known by
// now to take it.
func (gs Gateways) Begin(mode Mode) *Batch {
	b := &Batch{gateways: gs, mode: mode, groups: make(map[string]*groupBodies)}
	for _, g := range gs {
		p := g.profile()
		if !slices.Contains(b.profiles, p) {
			b.profiles = append(b.profiles, p)
			b.buffers = append(b.buffers, g.Buffers)
		}
		b.chosen = append(b.chosen, slices.Index(b.profiles, p))
	}
	return b
}

// Delete takes groups away from all gateways.
func (gs Gateways) Delete(group convert.Labels) {
	for _, g := range gs {
		g.offer(&request{group: group, method: http.MethodDelete})
	}
}

// A Batch encodes the groups of one scrape, once for all gateways that want the
// same. It is used by one goroutine. Nothing leaves before Commit; a batch that
// is not committed never does, and is best discarded.
type Batch struct {
	gateways Gateways
	mode     Mode
	profiles []profile  // each once
	buffers  []*Buffers // of the bodies of each profile
	chosen   []int      // the profile of each gateway
	groups   map[string]*groupBodies
	order    []*groupBodies
}

// groupBodies are what a group's gateways get, by profile.
type groupBodies struct {
	group   convert.Labels
	bodies  []*body
	outputs []convert.Output // the same
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
	for i, p := range b.profiles {
		body := newBody(b.buffers[i], p)
		g.bodies = append(g.bodies, body)
		g.outputs = append(g.outputs, body)
	}
	return g
}

// Groups returns the groups that the batch has so far.
func (b *Batch) Groups() []convert.Labels {
	groups := make([]convert.Labels, len(b.order))
	for i, g := range b.order {
		groups[i] = g.group
	}
	return groups
}

// Commit gives each gateway its bodies and does not wait for the network. The
// batch is empty afterwards; its outputs must not be used any more.
func (b *Batch) Commit() {
	for _, g := range b.order {
		for _, body := range g.bodies {
			body.seal()
		}
		for i, gateway := range b.gateways {
			body := g.bodies[b.chosen[i]]
			body.retain()
			gateway.offer(&request{group: g.group, method: string(b.mode), body: body})
		}
	}
	b.Discard()
}

// Discard gives the memory of the bodies back where they are not to be sent. The
// batch is empty afterwards; its outputs must not be used any more.
func (b *Batch) Discard() {
	for _, g := range b.order {
		for _, body := range g.bodies {
			body.release()
		}
	}
	*b = *b.gateways.Begin(b.mode)
}
