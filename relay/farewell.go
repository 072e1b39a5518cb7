package relay

import (
	"slices"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// lastTime is that of the last samples at a store. It is now, but after what was
// sent before, in the milliseconds that stores know: nothing comes later that
// could make up for what they refuse as out of order.
func (t *Target) lastTime(now time.Time) time.Time {
	now = now.Round(0)
	if soonest := t.scraped.Add(time.Millisecond); now.Before(soonest) {
		return soonest
	}
	return now
}

// markDown leaves up 0 and nothing else: in groups, and in the stores that have
// anything of the target.
func (t *Target) markDown(w *worker) (err error) {
	defer t.contain(&err)
	t.isLast = true
	b := batch{mode: push.Replace, groups: t.Gateways.Begin(push.Replace, t.origin()), at: t.lastTime(time.Now())}
	if t.isStored() {
		b.stores = t.beginAt(t.Stores, b.at)
	}
	t.converter.Report(convert.Report{Stores: b.outputs()}, b.groups)
	t.commit(b)
	return t.store(b, w)
}

// goStale tells stores that have something of the target that it is there no
// more. At others it may have an heir.
func (t *Target) goStale(stores []Store, w *worker) (err error) {
	defer t.contain(&err)
	if len(stores) == 0 || !t.isStored() {
		return nil
	}
	b := batch{at: t.lastTime(time.Now())}
	b.stores = t.beginAt(stores, b.at)
	if len(stores) == len(t.Stores) {
		t.converter.Leave(b.outputs())
	} else {
		t.converter.LeaveSome(b.outputs())
	}
	return t.store(b, w)
}

// resume goes on in the stores that another target with the same labels had, too:
// series that do not come again are stale there.
func (t *Target) resume(before *Target) {
	common := func(s Store) bool { return slices.Contains(before.Stores, s) }
	if !slices.ContainsFunc(t.Stores, common) {
		return
	}
	before.mu.Lock() // it may have several successors, each with some of its stores
	defer before.mu.Unlock()
	if before.scraped.After(t.scraped) {
		t.scraped = before.scraped
	}
	t.converter.Succeed(&before.converter)
}

// isStored tells whether there is anything of the target in its stores.
func (t *Target) isStored() bool { return !t.scraped.IsZero() }
