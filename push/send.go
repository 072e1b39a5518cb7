package push

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push/internal/answers"
)

// An Outcome is a request that ended.
type Outcome struct {
	Gateway string
	Shard   string // "" where the gateway has none
	Group   convert.Labels
	Method  string
	Path    string
	Series  int
	Bytes   int // as sent, compressed
	Took    time.Duration
	Lag     time.Duration  // from the batch's Commit to the end; 0 of a DELETE
	Retyped int            // families sent with the type that the gateway has
	Refused []string       // families left out: the gateway refuses them beside what it holds
	reasons map[string]int // how many of them for which reason
	// Duplicates are the series left out, as they stood twice in the body.
	Duplicates int
	Err        error // nil: the gateway stored it
}

// maxFits bounds how often one push is fitted anew. Each refusal can teach
// another clash, as other pushes arrive meanwhile; the body that was refused is
// not sent again.
const maxFits = 4

// send performs a request. A body that the gateway refuses for the type of a
// family, or for series that stand twice, goes out again, at once, as the
// gateway can take it.
func (g *Gateway) send(ctx context.Context, r *request) (out Outcome) {
	out = Outcome{Gateway: g.Name, Shard: g.Shard, Group: r.group, Method: r.method, Series: r.series(), Bytes: r.body.size()}
	defer answers.Contain(&out.Err)
	g.remember(ctx, r)
	start := time.Now()
	out.Path, out.Err = GroupPath(r.group)
	if out.Err == nil {
		out.Err = g.admit(ctx)
	}
	switch {
	case out.Err != nil:
	case r.method == http.MethodDelete:
		out.Err = g.do(ctx, r.method, out.Path, nil)
		g.forgotten(r, out.Err)
	default:
		g.sendBody(ctx, &out, r)
	}
	out.Took = time.Since(start)
	return out
}

func (g *Gateway) sendBody(ctx context.Context, out *Outcome, r *request) {
	g.renew(ctx)
	m := g.messageOf(r)
	if r.twice || g.reception.facts().checks != checked {
		m.leaveOutDuplicates()
	}
	fit, err := g.storeFitted(ctx, out, r, m)
	out.Series -= fit.seriesOut + m.duplicates
	out.Retyped, out.Refused, out.reasons, out.Duplicates = len(fit.retyped), fit.names(), fit.reasons(), m.duplicates
	switch {
	case err == nil && g.verification.begin():
		if err = g.verify(ctx, r.group, fit.content); err == nil {
			err = fit.reportLost()
		}
	case err == nil:
		err = fit.reportLost()
	case ctx.Err() == nil && !isInconsistent(err) && !isLocal(err):
		g.reception.doubt()
		g.verification.doubt()
	}
	out.Err = err
}

// storeFitted sends what m says until the gateway has it, or until nothing that
// is known helps: then the families that it does not take are looked for.
func (g *Gateway) storeFitted(ctx context.Context, out *Outcome, r *request, m *message) (fit fitted, err error) {
	fit = g.fit(r.group, m.content)
	if fit.nothingLeft() {
		return fit, errNothingLeft
	}
	var problem error
	err = g.store(ctx, out, r, fit)
	for range maxFits {
		if !isInconsistent(err) {
			return fit, err
		}
		g.phantoms.suspect(r.group)
		if broken := g.halvings.isBroken(); broken != nil {
			return fit, fmt.Errorf("%w; %w", err, broken)
		}
		var again fitted
		again, problem = g.refit(ctx, r, m, fit)
		if !again.differs(fit.content) {
			break
		}
		fit = again
		if fit.nothingLeft() {
			return fit, fmt.Errorf("%w; %v", err, errNothingLeft)
		}
		err = g.store(ctx, out, r, fit)
	}
	if isInconsistent(err) {
		return g.halve(ctx, out, r, fit, err, problem)
	}
	return fit, err
}

// store sends a body and learns from it what the gateway holds then.
func (g *Gateway) store(ctx context.Context, out *Outcome, r *request, fit fitted) error {
	answered := g.unanswered.add()
	defer answered()
	p := g.accepted(r.body.profile)
	err := g.transfer(ctx, out, fit, p)
	if p.compression != CompressionNone && isRefused(err) && g.reception.tryPlain() {
		err = g.transferPlain(ctx, out, fit, p)
	}
	if err == nil {
		g.types.stored(fit.content)
		g.halvings.works()
	}
	return err
}

// transfer sends a body of that profile.
func (g *Gateway) transfer(ctx context.Context, out *Outcome, fit fitted, p profile) error {
	b := fit.encode(p, g.Buffers)
	defer b.release()
	out.Bytes = b.size()
	return g.do(ctx, out.Method, out.Path, b)
}

// refit fits a refused body: without series that stand twice, which takes no
// question, then to the types that the gateway holds. Where what is known does
// not explain the refusal, the cause may be a push that the gateway took a
// moment ago, and whose answer is still on its way here. The error is that of a
// reading: then only what is known since the last one helps.
func (g *Gateway) refit(ctx context.Context, r *request, m *message, before fitted) (fitted, error) {
	if m.leaveOutDuplicates() {
		return g.fit(r.group, m.content), nil
	}
	problem := g.types.refresh(ctx, func() (types, error) { return g.readTypes(ctx) })
	if problem != nil {
		problem = fmt.Errorf("read types: %w", problem)
	}
	after := g.fitAnew(r, m)
	if !after.differs(before.content) {
		g.unanswered.wait(ctx)
		after = g.fitAnew(r, m)
	}
	return after, problem
}

func (g *Gateway) fitAnew(r *request, m *message) fitted {
	g.types.remember(m.content)
	return g.fit(r.group, m.content)
}
