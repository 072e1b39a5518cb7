package push

import "maps"

// A Tally says what a gateway's groups lose. What counts bodies counts them since
// the start; what counts families and series is of the last push of each group.
type Tally struct {
	Groups     int // that it has or is to have
	Waiting    int // of them: something newer is to be sent, or under way
	Failing    int // of them: what was last to be sent is not stored
	Retyped    int // families sent with the type that the gateway has
	Refused    int // families left out: the gateway refuses them beside what it holds
	Duplicates int // series left out, as they stood twice
	Superseded int // bodies that waited until a newer one took their place
	// Dropped are bodies and DELETEs that were given up, by the reason that
	// promferry_pushes_dropped_total has.
	Dropped map[string]int
}

// drops counts a body, or a DELETE, that is given up. g.mu is held.
func (g *Gateway) drops(reason string) {
	if g.dropped == nil {
		g.dropped = make(map[string]int)
	}
	g.dropped[reason]++
	g.Metrics.dropped(g.address(), reason)
}

// supersedes counts a body whose place a newer one took. g.mu is held.
func (g *Gateway) supersedes() {
	g.replaced++
	g.Metrics.superseded(g.address())
}

// tally looks through all groups. g.mu is held.
func (g *Gateway) tally() Tally {
	t := Tally{Groups: len(g.slots), Superseded: g.replaced, Dropped: maps.Clone(g.dropped)}
	for _, s := range g.slots {
		if s.busy() {
			t.Waiting++
		}
		if s.status.LastError != nil {
			t.Failing++
		}
		t.Retyped += s.status.Retyped
		t.Refused += len(s.status.Refused)
		t.Duplicates += s.status.Duplicates
	}
	return t
}
