package builtin

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/scrape"
)

// Self writes promferry's own metrics, so that a relay that nobody can scrape
// pushes itself.
type Self struct {
	Gatherer prometheus.Gatherer // required
}

// Scrape gathers all or nothing: what a Gatherer returns beside an error is
// only a part and must not replace a whole.
func (s Self) Scrape(ctx context.Context) (*scrape.Exposition, error) {
	families, err := s.Gatherer.Gather()
	if err == nil {
		err = ctx.Err() // Gather takes no context
	}
	if err != nil {
		return nil, collectError("self", err)
	}
	e, err := encode(families)
	if err != nil {
		return nil, collectError("self", err)
	}
	return e, nil
}
