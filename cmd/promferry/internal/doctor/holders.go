package doctor

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A holder has a family at a gateway.
type holder struct {
	kind convert.Type
	by   string // the group, for people; or the gateway itself
	ours bool   // a target of this configuration makes it
}

// A name's holders are one of each type and side.
type holdersOf map[string][]holder

// Holders are who has which families at each gateway: a name has one type in all
// groups of a gateway (contract C35). The zero value is ready.
type holders struct {
	mu sync.Mutex
	at map[*push.Gateway]holdersOf
}

// maxNames bounds the names of families that are remembered of a gateway.
const maxNames = 1 << 18

func (h *holders) add(g *push.Gateway, name string, is holder) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at == nil {
		h.at = make(map[*push.Gateway]holdersOf)
	}
	if h.at[g] == nil {
		h.at[g] = make(holdersOf)
	}
	h.at[g].add(name, is)
}

// of returns those of a gateway, which nobody adds to any more.
func (h *holders) of(g *push.Gateway) holdersOf {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at[g] == nil {
		return make(holdersOf)
	}
	return h.at[g]
}

func (h holdersOf) add(name string, is holder) {
	all, known := h[name]
	if !known && len(h) >= maxNames {
		return
	}
	for _, other := range all {
		if other.kind == is.kind && other.ours == is.ours {
			return
		}
	}
	h[name] = append(all, is)
}

// A clash is a family that a gateway cannot have beside another.
type clash struct {
	text    string
	ours    bool // a target of this configuration has it
	retyped bool // ours goes out with the other's type, which is the same to Prometheus
}

// clashes are all of them, by name.
func (h holdersOf) clashes() (all []clash) {
	types := h.types()
	for _, name := range slices.Sorted(maps.Keys(h)) {
		first := h[name][max(0, slices.IndexFunc(h[name], func(is holder) bool { return is.ours }))]
		other := slices.IndexFunc(h[name], func(is holder) bool { return is.kind != first.kind })
		switch {
		case other >= 0:
			second := h[name][other]
			all = append(all, clash{
				text:    fmt.Sprintf("%s: %s in %s, %s in %s", name, first.kind, first.by, second.kind, second.by),
				ours:    first.ours,
				retyped: first.kind.Simple() && second.kind.Simple(),
			})
		case push.InTheWay(types, name, first.kind):
			all = append(all, clash{
				text: fmt.Sprintf("%s: %s in %s, whose lines are another family's, too", name, first.kind, first.by),
				ours: first.ours,
			})
		}
	}
	return all
}

// types are the first type of each name.
func (h holdersOf) types() map[string]convert.Type {
	types := make(map[string]convert.Type, len(h))
	for name, all := range h {
		types[name] = all[0].kind
	}
	return types
}

// texts are those of the clashes that are wanted.
func texts(clashes []clash, wanted func(clash) bool) (all []string) {
	for _, c := range clashes {
		if wanted(c) {
			all = append(all, c.text)
		}
	}
	return all
}
