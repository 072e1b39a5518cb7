package configs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// A claim is a target's grouping key at the gateways and remote_writes that it
// goes to. A group has one owner on a gateway, and a series one in a store.
type claim struct {
	labels      convert.Labels
	address     string   // as it is written; "" for files and builtins
	gateways    []string // and remote_writes, by name
	at          hcl.Range
	ownInstance bool // the instance is in the text, not the address of the target
}

func (d *decoder) claim(t placed, gateways []string) {
	d.claims = append(d.claims, claim{t.Labels, t.Discovered.Get(model.AddressLabel), gateways, t.at, t.Discovered.Has(instanceLabel)})
}

// checkKeys refuses the targets whose key an earlier one has at a common gateway:
// all that clash with the same one in one diagnostic, since they are mostly one
// list with one instance.
func (d *decoder) checkKeys() {
	byKey := map[string][]int{}
	clashes := map[int][]claim{} // with the claim at that index
	for i, c := range d.claims {
		key := c.labels.Key()
		earlier := slices.IndexFunc(byKey[key], func(other int) bool { return c.common(d.claims[other]) != "" })
		if earlier >= 0 {
			owner := byKey[key][earlier]
			clashes[owner] = append(clashes[owner], c)
		}
		byKey[key] = append(byKey[key], i)
	}
	for i, owner := range d.claims {
		if later := clashes[i]; len(later) > 0 {
			d.refuseClash(owner, later)
		}
	}
}

// refuseClash says what would become of the targets where they meet first.
func (d *decoder) refuseClash(owner claim, later []claim) {
	at := later[0].common(owner)
	has, end := fmt.Sprintf("grouping key %s on the gateway %q", owner.labels, at), "one would overwrite the other"
	if d.kindOfDestination(at) == remoteWriteSchema.kind {
		has, end = fmt.Sprintf("labels %s at the remote_write %q", owner.labels, at), "their samples would mix in the same series"
	}
	d.errorf(later[0].at, "Two targets with one key", "The target %s has the %s, and so %s: %s. %s", owner.name(), has, nameAll(later), end, later[0].remedy())
}

// nameAll names the first few.
func nameAll(claims []claim) string {
	const most = 3
	names := make([]string, 0, most)
	for _, c := range claims[:min(most, len(claims))] {
		names = append(names, c.name())
	}
	if more := len(claims) - most; more > 0 {
		return fmt.Sprintf("have %s and %d more", strings.Join(names, ", "), more)
	}
	if len(claims) == 1 {
		return "has " + names[0]
	}
	return "have " + strings.Join(names, ", ")
}

// name is the address, but for one that a snippet would not show, and the place.
func (c claim) name() string {
	if c.address == "" || strings.ContainsAny(c.address, "?#") {
		return "at " + place(c.at)
	}
	return quote(c.address) + " at " + place(c.at)
}

// common returns the first gateway or remote_write of both, or "".
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
