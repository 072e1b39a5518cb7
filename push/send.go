package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// send performs a request. A body that the gateway refuses for the type of a
// family goes out once more, at once, as the gateway can take it.
func (g *Gateway) send(ctx context.Context, r *request) Outcome {
	start := time.Now()
	out := Outcome{Gateway: g.Name, Group: r.group, Method: r.method, Series: r.series, Bytes: len(r.body)}
	out.Path, out.Err = GroupPath(r.group)
	if out.Err == nil {
		g.sendTo(ctx, &out, r)
	}
	out.Took = time.Since(start)
	return out
}

func (g *Gateway) sendTo(ctx context.Context, out *Outcome, r *request) {
	if r.method == http.MethodDelete {
		out.Err = g.do(ctx, r.method, out.Path, nil)
		return
	}
	fit := g.types.fit(r.body)
	out.Err = g.do(ctx, r.method, out.Path, fit.body)
	var status *StatusError
	if errors.As(out.Err, &status) && status.Inconsistent() {
		again, err := g.refit(ctx, r, fit)
		switch {
		case err != nil:
			out.Err = fmt.Errorf("%w (and %w)", out.Err, err)
		case again.differs(fit):
			fit = again
			out.Err = g.do(ctx, r.method, out.Path, fit.body)
		}
	}
	out.Series -= fit.seriesOut
	out.Bytes = len(fit.body)
	out.Retyped, out.Refused = fit.retyped, fit.refused
	if out.Err == nil {
		out.Err = fit.reportLost()
	}
}

// refit asks the gateway for its types and fits the body to them.
func (g *Gateway) refit(ctx context.Context, r *request, before fitted) (fitted, error) {
	held, err := g.types.held(func() (types, error) { return g.readTypes(ctx) })
	if err != nil {
		return before, err
	}
	g.types.remember(r.body, held)
	after := g.types.fit(r.body)
	if after.differs(before) {
		g.logger().Warn("gateway has other types for families of this group",
			"gateway", g.Name, "group", r.group.String(), "retyped", after.retyped, "left_out", strings.Join(after.refused, " "))
	}
	return after, nil
}
