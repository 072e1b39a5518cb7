package push

import (
	"slices"
	"strings"

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
	return GroupStatus{Gateway: g.Name, Group: group}
}

func (g *Gateway) status(s *slot) GroupStatus {
	status := s.status
	status.Gateway, status.Group = g.Name, s.group
	status.Waiting = s.waiting != nil || s.sending
	return status
}
