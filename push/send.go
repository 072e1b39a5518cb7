package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// maxFits bounds how often one push is fitted anew. Each refusal can teach
// another clash, as other pushes arrive meanwhile; the body that was refused is
// not sent again.
const maxFits = 4

// send performs a request. A body that the gateway refuses for the type of a
// family goes out again, at once, as the gateway can take it.
func (g *Gateway) send(ctx context.Context, r *request) (out Outcome) {
	start := time.Now()
	out = Outcome{Gateway: g.Name, Group: r.group, Method: r.method, Series: r.series, Bytes: len(r.body)}
	defer func() {
		if p := recover(); p != nil { // one push fails, not the program
			out.Err = &panicError{p, debug.Stack()}
		}
	}()
	out.Path, out.Err = GroupPath(r.group)
	switch {
	case out.Err != nil:
	case r.method == http.MethodDelete:
		out.Err = g.do(ctx, r.method, out.Path, nil)
	default:
		g.sendBody(ctx, &out, r)
	}
	out.Took = time.Since(start)
	return out
}

// A panicError is a push that panicked, with the stack: a defect.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string {
	return fmt.Sprintf("panic: %v; this is a defect of promferry, please report it: %s", e.value, e.stack)
}

func (g *Gateway) sendBody(ctx context.Context, out *Outcome, r *request) {
	fit := g.types.fit(r.body)
	out.Err = g.store(ctx, r, out.Path, fit.body)
	for range maxFits {
		var status *StatusError
		if !errors.As(out.Err, &status) || !status.Inconsistent() {
			break
		}
		again, err := g.refit(ctx, r, fit)
		if err != nil {
			out.Err = fmt.Errorf("%w (and %w)", out.Err, err)
			break
		}
		if !again.differs(fit) {
			break
		}
		fit = again
		out.Err = g.store(ctx, r, out.Path, fit.body)
	}
	out.Series -= fit.seriesOut
	out.Bytes = len(fit.body)
	out.Retyped, out.Refused = fit.retyped, fit.refused
	if out.Err == nil {
		out.Err = fit.reportLost()
	}
}

// store sends a body and learns from it what the gateway holds then.
func (g *Gateway) store(ctx context.Context, r *request, path string, body []byte) error {
	answered := g.unanswered.add()
	defer answered()
	err := g.do(ctx, r.method, path, body)
	if err == nil {
		g.types.stored(body)
	}
	return err
}

// refit fits a refused body to the types that the gateway holds. Where what is
// known does not explain the refusal, the cause may be a push that the gateway
// took a moment ago, and whose answer is still on its way here.
func (g *Gateway) refit(ctx context.Context, r *request, before fitted) (fitted, error) {
	if err := g.types.refresh(func() (types, error) { return g.readTypes(ctx) }); err != nil {
		return before, err
	}
	after := g.fitAnew(r)
	if !after.differs(before) {
		g.unanswered.wait(ctx)
		after = g.fitAnew(r)
	}
	if after.differs(before) {
		g.logger().Warn("gateway has other types for families of this group",
			"gateway", g.Name, "group", r.group.String(), "retyped", after.retyped, "left_out", strings.Join(after.refused, " "))
	}
	return after, nil
}

func (g *Gateway) fitAnew(r *request) fitted {
	g.types.remember(r.body)
	return g.types.fit(r.body)
}
