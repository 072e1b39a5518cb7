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
	if res.err != nil && ctx.Err() != nil {
		res.stopped = true // what becomes of the groups is for Retire to say
		batch.discard()
		return res
	}
	if res.err != nil {
		batch.discard()
		batch = t.beginBatch(t.failureMode(), at)
	}
	t.converter.Report(convert.Report{
		Up:          res.err == nil,
		Duration:    res.took,
		Samples:     res.stats.Samples,
		PostRelabel: res.stats.PostRelabel,
		Stores:      batch.outputs(),
	}, batch.groups)
	t.commit(batch.groups, res.err == nil || !t.KeepOnFailure)
	res.err = cmp.Or(res.err, t.store(batch, w))
	return res
}

// origin says that the target's next batch comes with its next cycle, if one
// does.
func (t *Target) origin() push.Origin {
	if t.isLast {
		return push.Origin{}
	}
	return push.Origin{Group: t.Labels, Interval: t.Interval}
}

func (t *Target) failureMode() push.Mode {
	if t.KeepOnFailure {
		return push.Merge
	}
	return push.Replace
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

// contain makes an error of a panic.
func (t *Target) contain(err *error) {
	if p := recover(); p != nil {
		*err = &panicError{t.Address, p, debug.Stack()}
	}
}

// commit sends groups. Where they are all that the target has now, those that it
// has no more are deleted.
func (t *Target) commit(batch *push.Batch, whole bool) {
	for _, group := range batch.Groups() {
		if t.owners.taken(t, group) {
			batch.Remove(group)
		}
	}
	made := t.placements(batch.Groups())
	batch.Commit()
	for key, p := range t.pushed {
		if _, again := made[key]; again {
			continue
		}
		if whole {
			t.delete(p)
		} else {
			made[key] = p
		}
	}
	t.remember(made)
}

// delete takes a group away where it is still the target's.
func (t *Target) delete(p placement) {
	placement{p.group, t.owners.deletable(t, p)}.delete()
}

// deleteAll takes all of the target's groups away.
func (t *Target) deleteAll() {
	for _, p := range t.pushed {
		t.delete(p)
	}
}
