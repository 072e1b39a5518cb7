package relay

import (
	"sync"

	"github.com/promferry/promferry/convert"
)

// owners says which target may write into a group of a gateway: one only, or
// targets would overwrite each other. A target's own group is its for good;
// others, which honor_labels makes, belong to the first that claims them.
type owners struct {
	mu     sync.Mutex
	groups map[string]*Target // by gateway and group
}

// reserve takes the target's own group, from whoever has it.
func (o *owners) reserve(t *Target) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.groups == nil {
		o.groups = make(map[string]*Target)
	}
	for _, place := range places(t, t.Labels) {
		o.groups[place] = t
	}
}

// claim tells whether the target may write into the group at all of its
// gateways, and makes it the target's if so.
func (o *owners) claim(t *Target, group convert.Labels) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, place := range places(t, group) {
		if owner := o.groups[place]; owner != nil && owner != t {
			return false
		}
	}
	for _, place := range places(t, group) {
		o.groups[place] = t
	}
	return true
}

// keep releases the groups of a target that are not in kept, but for its own.
func (o *owners) keep(t *Target, kept map[string]convert.Labels) {
	stay := make(map[string]bool)
	for _, group := range kept {
		for _, place := range places(t, group) {
			stay[place] = true
		}
	}
	for _, place := range places(t, t.Labels) {
		stay[place] = true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for place, owner := range o.groups {
		if owner == t && !stay[place] {
			delete(o.groups, place)
		}
	}
}

func places(t *Target, group convert.Labels) []string {
	all := make([]string, len(t.Gateways))
	for i, g := range t.Gateways {
		all[i] = g.Name + "\xfe" + group.Key()
	}
	return all
}
