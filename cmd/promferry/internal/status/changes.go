package status

import (
	"maps"
	"slices"
	"strings"
)

// Changes says in words what of the last push is not as the target has it.
func (p Push) Changes() (all []string) {
	if p.Retyped > 0 {
		all = append(all, plural(p.Retyped, "family")+" retyped")
	}
	if p.Duplicates > 0 {
		all = append(all, plural(p.Duplicates, "series")+" left out: duplicate")
	}
	if n := len(p.LeftOut); n > 0 {
		text := plural(n, "family") + " left out, refused by the gateway: " + strings.Join(first(p.LeftOut), ", ")
		if more(p.LeftOut) > 0 {
			text += ", …"
		}
		all = append(all, text)
	}
	return all
}

// Changes says in words what its groups miss.
func (g Gateway) Changes() (all []string) {
	if g.Retyped > 0 {
		all = append(all, plural(g.Retyped, "family")+" retyped")
	}
	if g.LeftOut > 0 {
		all = append(all, plural(g.LeftOut, "family")+" left out")
	}
	if g.Duplicates > 0 {
		all = append(all, plural(g.Duplicates, "series")+" left out: duplicate")
	}
	if g.Superseded > 0 {
		all = append(all, plural(g.Superseded, "push")+" superseded since the start")
	}
	for _, reason := range slices.Sorted(maps.Keys(g.Dropped)) {
		all = append(all, plural(g.Dropped[reason], "push")+" dropped since the start: "+reason)
	}
	return all
}
