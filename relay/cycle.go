package relay

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/scrape"
)

// A result is how one cycle went.
type result struct {
	start time.Time
	took  time.Duration
	stats convert.Stats
	err   error
	// stopped is true where the end of the program ended the cycle: nothing
	// was pushed, and err says nothing of the target.
	stopped bool
}

// cycle scrapes the target once and gives its gateways the new state, and its
// stores the samples. A scrape that fails, however late, leaves nothing of itself
// in a group or a store.
func (t *Target) cycle(ctx context.Context, w *worker) (res result) {
	defer t.contain(&res.err)
	res.start = time.Now()
	at := t.timeOf(res.start)
	batch := t.beginBatch(push.Replace, at)
	res.stats, res.err = t.collect(ctx, w, batch)
	res.took = time.Since(res.start)
	if res.err != nil {
		batch.discard() // nothing has left: a half-read scrape must not replace a whole one
		if res.stopped = ctx.Err() != nil; res.stopped {
			return res // what becomes of the groups is for Retire to say
		}
		batch = t.beginBatch(t.failureMode(), at)
	}
	t.report(res, batch)
	t.commit(batch)
	res.err = cmp.Or(res.err, t.store(batch, w))
	return res
}

// collect scrapes and converts. A panic in there is a failed scrape.
func (t *Target) collect(ctx context.Context, w *worker, b batch) (stats convert.Stats, err error) {
	defer t.contain(&err)
	ctx, cancel := scrape.WithTimeout(ctx, t.Timeout)
	defer cancel()
	exposition, err := t.scrape(ctx, w)
	if err != nil {
		return stats, err
	}
	defer exposition.Body.Close()
	stats, err = t.converter.Convert(convert.Input{
		Body:      exposition.Body,
		MediaType: exposition.MediaType,
		Unframed:  exposition.Unframed,
		Stores:    b.outputs(),
	}, b.groups)
	return stats, t.explain(err, exposition)
}

// scrape returns the exposition as soon as it begins. Waiting for it takes no
// worker.
func (t *Target) scrape(ctx context.Context, w *worker) (exposition *scrape.Exposition, err error) {
	free := w.await(ctx, func() {
		defer t.contain(&err)
		exposition, err = t.Source.Scrape(ctx)
	})
	if err == nil && free != nil {
		exposition.Body.Close()
		return nil, fmt.Errorf("scrape %s: %w", t.Address, free)
	}
	return exposition, err
}

func (t *Target) failureMode() push.Mode {
	if t.KeepOnFailure {
		return push.Merge
	}
	return push.Replace
}

// report adds the series that Prometheus has of each scrape.
func (t *Target) report(res result, b batch) {
	t.converter.Report(convert.Report{
		Up:          res.err == nil,
		Duration:    res.took,
		Samples:     res.stats.Samples,
		PostRelabel: res.stats.PostRelabel,
		Stores:      b.outputs(),
	}, b.groups)
}

// contain makes an error of a panic.
func (t *Target) contain(err *error) {
	if p := recover(); p != nil {
		*err = &panicError{t.Address, p, debug.Stack()}
	}
}
