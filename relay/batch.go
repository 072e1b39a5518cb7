package relay

import (
	"errors"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A batch has what the gateways and the stores of a target get of one scrape.
type batch struct {
	mode   push.Mode
	groups *push.Batch
	at     time.Time // of the scrape
	stores []StoreBatch
}

// timeOf is the time of the samples of a scrape that begins at start.
func (t *Target) timeOf(start time.Time) time.Time {
	if t.isLast {
		return t.lastTime(start)
	}
	return t.schedule.timeOf(start)
}

// beginBatch returns an empty batch. The time is what stores get; a gateway
// takes none.
func (t *Target) beginBatch(mode push.Mode, at time.Time) batch {
	return batch{mode, t.Gateways.Begin(mode, t.origin()), at, t.beginAt(t.Stores, at)}
}

// origin says that the target's next batch comes with its next cycle, if one
// does.
func (t *Target) origin() push.Origin {
	if t.isLast {
		return push.Origin{}
	}
	return push.Origin{Group: t.Labels, Interval: t.Interval}
}

// beginAt returns an empty batch of each of the stores.
func (t *Target) beginAt(stores []Store, at time.Time) (batches []StoreBatch) {
	for _, s := range stores {
		batches = append(batches, s.Begin(t.Labels.Key(), at))
	}
	return batches
}

// outputs are the stores' part, for the converter.
func (b batch) outputs() convert.Stores {
	to := convert.Stores{Time: b.at}
	for _, s := range b.stores {
		to.Outputs = append(to.Outputs, s)
	}
	return to
}

// discard ends a batch of which nothing is to leave.
func (b batch) discard() {
	b.groups.Discard()
	for _, s := range b.stores {
		s.Discard()
	}
}

// store gives the stores their part, and returns when they have it: on disk, if
// they keep it there. That may take long, so it takes no worker, no store waits
// for the disk of another, and a target that waits is not late.
func (t *Target) store(b batch, w *worker) error {
	if len(b.stores) == 0 {
		return nil
	}
	if b.at.After(t.scraped) {
		t.scraped = b.at
	}
	t.excuse()
	w.leave()
	errs := make([]error, len(b.stores))
	var group sync.WaitGroup
	for i, s := range b.stores {
		group.Go(func() {
			defer t.contain(&errs[i])
			s.Commit()
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
