package configs

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A destination is what a job may name in gateways: a gateway or a remote_write.
// Both have their names from one set.
type destination struct {
	name text
	kind string // the type of its block
}

// decodeDestinations reads the gateways and remote_writes among the blocks, in
// their order.
func (d *decoder) decodeDestinations(config *Config, blocks hclsyntax.Blocks) {
	names := map[string]*hclsyntax.Block{}
	for _, block := range blocks {
		switch block.Type {
		case gatewaySchema.kind:
			name := d.destinationName(block, names)
			config.Gateways = append(config.Gateways, d.decodeGateway(block, name))
		case remoteWriteSchema.kind:
			name := d.destinationName(block, names)
			config.RemoteWrites = append(config.RemoteWrites, d.decodeRemoteWrite(block, name))
		}
	}
}

func (d *decoder) destinationName(block *hclsyntax.Block, names map[string]*hclsyntax.Block) named {
	name := d.nameOf(block, names)
	if !name.twice {
		d.destinations = append(d.destinations, destination{name.text, block.Type})
	}
	return name
}

// kindOfDestination is "gateway" or "remote_write". A name that is not known may
// be in what could not be read.
func (d *decoder) kindOfDestination(name string) string {
	for _, known := range d.destinations {
		if known.name.value == name {
			return known.kind
		}
	}
	return gatewaySchema.kind
}

// destinationNames are those that a job names in gateways, or all.
func (s *section) destinationNames() []string {
	known := make([]string, len(s.destinations))
	for i, of := range s.destinations {
		known[i] = of.name.value
	}
	var of []string
	for _, t := range s.texts("gateways") {
		switch {
		case slices.Contains(of, t.value):
			s.refuse("gateways", t.at, "Gateway named twice", "The job goes to the %s %q already.", s.kindOfDestination(t.value), t.value)
		case slices.Contains(known, t.value) || s.incomplete:
			of = append(of, t.value)
		default:
			s.refuse("gateways", t.at, "Unknown gateway name", "There is no gateway or remote_write %q.%s", t.value, didYouMean(t.value, known))
		}
	}
	if s.has("gateways") && of == nil && !s.bad["gateways"] {
		s.refuse("gateways", s.at("gateways"), "Empty list of gateways", "The job would go nowhere. Name a gateway or a remote_write, or leave gateways out for all.")
	}
	if of == nil {
		return known
	}
	return of
}
