package push

import (
	"context"
	"net/http"
)

// remember lets the ledger know of a group before the gateway does: whatever
// happens then, the next process can delete it.
func (g *Gateway) remember(ctx context.Context, r *request) {
	if r.method != http.MethodDelete {
		g.Ledger.Remember(ctx, Entry{URL: g.Place(), Group: r.group, Owner: r.owner})
	}
}

// forgotten lets the ledger know of a DELETE that the gateway has answered.
func (g *Gateway) forgotten(r *request, err error) {
	if err == nil {
		g.Ledger.Forget(g.Place(), r.group)
	}
}
