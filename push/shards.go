package push

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/promferry/promferry/convert"
)

// Shards are one gateway of the configuration: at least one Gateway, and most
// have one. Each group is at one of them.
type Shards []*Gateway

// Of returns the shard of a group: the one with the greatest hash of its URL
// and the group (rendezvous hashing). The order of the shards does not matter,
// and where one comes or goes only the groups move that it gets or had.
func (s Shards) Of(group convert.Labels) *Gateway {
	if len(s) == 1 {
		return s[0]
	}
	key := group.Key()
	best, most := s[0], weight(s[0], key)
	for _, g := range s[1:] {
		w := weight(g, key)
		if w > most || w == most && g.Place() > best.Place() {
			best, most = g, w
		}
	}
	return best
}

// Of returns the shards of a group, one of each gateway.
func (gs Gateways) Of(group convert.Labels) []*Gateway {
	of := make([]*Gateway, len(gs))
	for i, shards := range gs {
		of[i] = shards.Of(group)
	}
	return of
}

// All returns all shards of all gateways.
func (gs Gateways) All() []*Gateway {
	return slices.Concat(gs...)
}

func weight(g *Gateway, key string) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(g.Place())
	_, _ = d.WriteString("\xfe")
	_, _ = d.WriteString(key)
	return d.Sum64()
}

// Place returns the URL of the store: without userinfo, query and the slash at
// its end.
func (g *Gateway) Place() string { return g.urlOf("") }
