package push

import (
	"slices"
	"strings"
	"time"

	"github.com/promferry/promferry/convert"
)

// Groups returns the status of all groups of this gateway, by group.
func (g *Gateway) Groups() []GroupStatus {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]GroupStatus, 0, len(g.slots))
	for _, s := range g.slots {
		all = append(all, g.status(s))
	}
	slices.SortFunc(all, func(a, b GroupStatus) int { return strings.Compare(a.Group.Key(), b.Group.Key()) })
	return all
}

// Group returns the status of one group; the zero time means that nothing was
// sent for it yet.
func (g *Gateway) Group(group convert.Labels) GroupStatus {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.slots[group.Key()]; s != nil {
		return g.status(s)
	}
	return GroupStatus{Gateway: g.Name, Shard: g.Shard, Group: group}
}

func (g *Gateway) status(s *slot) GroupStatus {
	status := s.status
	status.Gateway, status.Shard, status.Group = g.Name, g.Shard, s.group
	status.Waiting = s.busy()
	return status
}

// A State says how a gateway is doing.
type State string

// The states. It is answering until the contrary is known.
const (
	StateAnswering State = "answering"
	StateDown      State = "down"     // no answers, or errors of its own: it gets one request at a time
	StateRefusing  State = "refusing" // likewise: credentials, path or redirects are wrong
)

// A GatewayStatus says how all pushes to one gateway go.
type GatewayStatus struct {
	Name        string
	Shard       string // "" where the gateway has none
	State       State
	Since       time.Time // of the state; zero: nothing was answered yet
	LastSuccess time.Time // of any group; zero: never
	LastError   error     // of the last failure for the gateway's sake; nil since the last success
	NextTry     time.Time // zero while it is answering
	Version     string    // "unknown" where it did not say
	Encoding    string
	Compression string
	Tally       Tally
	// Doubt is why it may be no Pushgateway although it takes pushes, for people;
	// "": none.
	Doubt string
}

// Status returns how the gateway is doing now.
func (g *Gateway) Status() GatewayStatus {
	p := g.profile()
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &g.circuit
	status := GatewayStatus{
		Name: g.Name, Shard: g.Shard, State: StateAnswering, Since: c.since, LastSuccess: g.success, LastError: c.err,
		Version: g.reception.facts().version.String(), Encoding: string(p.format), Compression: string(p.compression),
		Tally: g.tally(), Doubt: g.doubts(),
	}
	if c.open {
		status.State, status.NextTry = StateDown, c.next
		if classify(c.err) == later {
			status.State = StateRefusing
		}
	}
	return status
}
