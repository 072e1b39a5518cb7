package push

import (
	"context"
	"net/http"
	"slices"
	"time"

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
	for _, g := range gs {
		if down := g.isDown(from); down != nil {
			b.chosen = append(b.chosen, choice{down: down})
			continue
		}
		p := g.profile()
		if !slices.Contains(b.profiles, p) {
			b.profiles = append(b.profiles, p)
			b.buffers = append(b.buffers, g.Buffers)
		}
		b.chosen = append(b.chosen, choice{profile: slices.Index(b.profiles, p)})
	}
	return b
}

// AwaitRoom waits until much of what waits for the gateways has left: for whoever
// makes more bodies than the budget holds, and wants none dropped. The error is
// that of ctx.
func (gs Gateways) AwaitRoom(ctx context.Context) error {
	for _, g := range gs {
		if err := g.Budget.await(ctx); err != nil {
			return err
		}
	}
	return nil
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
	from     Origin
	profiles []profile  // each once
	buffers  []*Buffers // of the bodies of each profile
	chosen   []choice   // for each gateway
	groups   map[string]*groupBodies
	order    []*groupBodies
}

// A choice is what a gateway gets.
type choice struct {
	profile int
	down    error // nothing, for that reason; nil: the bodies of profile
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
		for i, gateway := range b.gateways {
			if down := b.chosen[i].down; down != nil {
				gateway.skip(g.group, down)
				continue
			}
			body := g.bodies[b.chosen[i].profile]
			body.retain()
			gateway.offer(&request{
				group: g.group, method: string(b.mode), body: body,
				from: from, interval: b.from.Interval, offered: now,
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
