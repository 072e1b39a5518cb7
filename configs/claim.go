package configs

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/promferry/promferry/convert"
)

// A claim is a target's grouping key at the gateways that it goes to. A group
// has one owner on a gateway.
type claim struct {
	labels      convert.Labels
	gateways    []string
	at          hcl.Range
	ownInstance bool // the instance is in the text, not the address of the target
}

func (d *decoder) claim(t placed, gateways []string) {
	d.claims = append(d.claims, claim{t.Labels, gateways, t.at, t.Discovered.Has(instanceLabel)})
}

// checkKeys refuses each target whose key an earlier one has at a common gateway.
func (d *decoder) checkKeys() {
	byKey := map[string][]claim{}
	for _, c := range d.claims {
		key := c.labels.Key()
		for _, other := range byKey[key] {
			if gateway := c.common(other); gateway != "" {
				d.errorf(c.at, "Two targets with one key", "The target at %s has the grouping key %s on the gateway %q too, and one would overwrite the other. %s",
					place(other.at), c.labels, gateway, c.remedy())
				break
			}
		}
		byKey[key] = append(byKey[key], c)
	}
}

// common returns the first gateway of both, or "".
func (c claim) common(other claim) string {
	for _, g := range c.gateways {
		if slices.Contains(other.gateways, g) {
			return g
		}
	}
	return ""
}

func (c claim) remedy() string {
	const apart = "give each a label of its own in a static_config block"
	if c.ownInstance {
		return fmt.Sprintf("To tell them apart, %s, or leave out instance: then it is the address.", apart)
	}
	return fmt.Sprintf("Remove one, or %s.", apart)
}
