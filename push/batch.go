package push

import (
	"net/http"
	"slices"

	"github.com/promferry/promferry/convert"
)

// Gateways are where a target goes: each group to each of them.
type Gateways []*Gateway

// A Mode says what becomes of the families that a group has already.
type Mode string

// The modes are the methods of the request (contract C1).
const (
	Replace Mode = http.MethodPut  // the batch is all of the group
	Merge   Mode = http.MethodPost // other families stay
)

// Begin returns an empty batch.
func (gs Gateways) Begin(mode Mode) *Batch {
	return &Batch{gateways: gs, mode: mode, bodies: make(map[string]*request)}
}

// Delete takes groups away from all gateways.
func (gs Gateways) Delete(group convert.Labels) {
	for _, g := range gs {
		g.offer(&request{group: group, method: http.MethodDelete})
	}
}

// A Batch encodes the groups of one scrape. It is used by one goroutine.
// Nothing leaves before Commit; a batch that is not committed never does.
type Batch struct {
	gateways Gateways
	mode     Mode
	bodies   map[string]*request
	order    []*request
}

// Outputs returns the body of a group.
func (b *Batch) Outputs(group convert.Labels) []convert.Output {
	key := group.Key()
	r := b.bodies[key]
	if r == nil {
		r = &request{group: slices.Clone(group), method: string(b.mode)}
		b.bodies[key] = r
		b.order = append(b.order, r)
	}
	return []convert.Output{r}
}

// Groups returns the groups that the batch has so far.
func (b *Batch) Groups() []convert.Labels {
	groups := make([]convert.Labels, len(b.order))
	for i, r := range b.order {
		groups[i] = r.group
	}
	return groups
}

// Commit gives each gateway its bodies and does not wait for the network. The
// batch is empty afterwards.
func (b *Batch) Commit() {
	for _, r := range b.order {
		for _, g := range b.gateways {
			own := *r
			g.offer(&own)
		}
	}
	*b = *b.gateways.Begin(b.mode)
}

// Format is that of the body.
func (r *request) Format() convert.Format { return convert.Text }

// Append adds to the body.
func (r *request) Append(encoded []byte, series int) {
	r.body = append(r.body, encoded...)
	r.series += series
}

// Rewrite changes the body.
func (r *request) Rewrite(change func([]byte, int) ([]byte, int)) {
	r.body, r.series = change(r.body, r.series)
}
