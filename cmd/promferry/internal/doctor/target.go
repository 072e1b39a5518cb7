package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/promferry/promferry/builtin"
	"github.com/promferry/promferry/cmd/promferry/internal/lint"
	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
)

// The links behind the connection to a target.
const (
	linkScrape = "scrape"
	linkParse  = "parse"
	linkLint   = "lint"
	linkCarry  = "carry"
)

// lintLimit bounds what is kept of an exposition to look at, in bytes.
const lintLimit = 64 << 20

// near is the part of a limit from which it is a warning.
const near = 0.8

// An answer is what a target gave.
type answer struct {
	converter convert.Converter
	stats     convert.Stats
	bodies    lint.Bodies
	took      time.Duration
	where     func(line int) string // the place of a line; nil: there is one body only
}

// target walks the chain of one target.
func (w *walk) target(ctx context.Context, v *visit) {
	seen := &trail{origin: originOf(v.target)}
	got, err := w.scrape(seen.watch(ctx), v.target)
	if err != nil && ctx.Err() != nil {
		v.checks.notReached(linkScrape, linkParse, linkLint, linkCarry) // time was up
		return
	}
	who := speakerOf(v.target)
	if overHTTP, secure := wayOf(v.target); overHTTP && !seen.links(&v.checks, secure, err, who) {
		v.checks.notReached(linkScrape, linkParse, linkLint, linkCarry)
		return
	}
	if !v.accept(got, err, who) {
		return
	}
	v.scraped, v.samples = true, got.stats.Samples
	v.partial = got.stats.Escaped > 0 || got.bodies.Cut() || isSelf(v.target)
	w.look(ctx, v, got)
	got.converter.Report(convert.Report{Up: true}, &got.bodies) // is pushed, too, and not the target's to mend
	w.remember(v, &got.bodies)
}

// isSelf tells the target whose metrics are those of the program that asks: of
// one that runs, doctor sees its own, which are others.
func isSelf(t *relay.Target) bool {
	_, ok := t.Source.(builtin.Self)
	return ok
}

// speakerOf is a target in the words of advice.
func speakerOf(t *relay.Target) speaker {
	overHTTP, secure := wayOf(t)
	return speaker{fmt.Sprintf("job %q", t.Job), "the exporter", "targets", overHTTP && !secure}
}

// wayOf tells whether a target is asked over HTTP, and whether over TLS.
func wayOf(t *relay.Target) (overHTTP, secure bool) {
	s, ok := t.Source.(*scrape.HTTP)
	return ok, ok && s.URL.Scheme == "https"
}

// originOf is the host and port of a target that is asked over HTTP; else "".
func originOf(t *relay.Target) string {
	s, ok := t.Source.(*scrape.HTTP)
	if !ok {
		return ""
	}
	port := map[string]string{"http": "80", "https": "443"}[s.URL.Scheme]
	return net.JoinHostPort(s.URL.Hostname(), cmp.Or(s.URL.Port(), port))
}

// scrape does what a cycle does, up to the bodies of its groups.
func (w *walk) scrape(ctx context.Context, t *relay.Target) (*answer, error) {
	ctx, cancel := scrape.WithTimeout(ctx, t.Timeout)
	defer cancel()
	began := time.Now()
	exposition, err := t.Source.Scrape(ctx)
	if err != nil {
		return nil, err
	}
	defer exposition.Body.Close()
	got := &answer{took: time.Since(began)}
	if err := w.reading.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer w.reading.Release(1)
	began = time.Now()
	err = got.convert(t, exposition)
	got.took += time.Since(began)
	return got, err
}

func (got *answer) convert(t *relay.Target, exposition *scrape.Exposition) (err error) {
	got.bodies.MaxBytes = lintLimit
	got.where = exposition.Where
	got.converter = convert.Converter{Target: t.Labels, HonorLabels: t.HonorLabels, Limits: t.Limits, Rules: t.Rules, Buffers: t.Buffers}
	got.stats, err = got.converter.Convert(convert.Input{
		Body:      exposition.Body,
		MediaType: exposition.MediaType,
		Unframed:  exposition.Unframed,
	}, &got.bodies)
	return err
}

// accept judges the answer as a scrape does. It is false where nothing of it
// would be pushed.
func (v *visit) accept(got *answer, err error, who speaker) bool {
	var syntax *convert.SyntaxError
	var limit *convert.LimitError
	switch {
	case errors.As(err, &syntax):
		v.checks.ok(linkScrape, got.summary())
		v.checks.fail(linkParse, oneLine(got.place(syntax)), "What it serves is no exposition, so nothing of it is taken: look at that line of "+v.target.Address+", and tell the makers of "+who.program+".")
	case errors.As(err, &limit):
		v.checks.ok(linkScrape, got.summary())
		v.checks.fail(linkParse, oneLine(limit.Error()), fmt.Sprintf("Raise %s of %s, or have it expose less: now nothing of it is taken.", limit.Limit, who.name))
	case err != nil:
		v.checks.fail(linkScrape, oneLine(plain(err).Error()), who.scrapeAdvice(err))
		v.checks.notReached(linkParse)
	default:
		v.checkLimits(got, who)
		v.checks.ok(linkParse, count(got.stats.Samples, "sample", "samples"))
		return true
	}
	v.checks.notReached(linkLint, linkCarry)
	return false
}

// place says what is wrong and where.
func (got *answer) place(syntax *convert.SyntaxError) string {
	if got.where == nil {
		return syntax.Error()
	}
	return fmt.Sprintf("%s, column %d: %s", got.where(syntax.Line), syntax.Column, syntax.Message)
}

func (got *answer) summary() string {
	return fmt.Sprintf("%s in %s", size(got.stats.Bytes), took(got.took))
}

// checkLimits compares a good answer with what it may be at most.
func (v *visit) checkLimits(got *answer, who speaker) {
	timeout, most := v.target.Timeout, int64(0)
	if s, ok := v.target.Source.(*scrape.HTTP); ok {
		most = s.MaxBytes
	}
	switch {
	case timeout > 0 && got.took > time.Duration(near*float64(timeout)):
		v.checks.warn(linkScrape, fmt.Sprintf("%s, of a scrape_timeout of %s", got.summary(), timeout), who.scrapeAdvice(&scrape.Error{Reason: scrape.ReasonTimeout}))
	case most > 0 && float64(got.stats.Bytes) > near*float64(most):
		v.checks.warn(linkScrape, fmt.Sprintf("%s, of a body_size_limit of %s", got.summary(), size(most)), who.scrapeAdvice(&scrape.Error{Reason: scrape.ReasonBodySizeLimit}))
	default:
		v.checks.ok(linkScrape, got.summary())
	}
}
