package discovery

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// A Watcher looks again and again, and keeps the last good groups of each
// place. Discoverer and Interval are required. All methods are safe for
// concurrent use, but only one Run may be under way.
type Watcher struct {
	Discoverer Discoverer
	// Interval is from the end of one look to the start of the next, a tenth
	// more or less, so that a fleet does not ask in step.
	Interval time.Duration
	Logger   *slog.Logger // of Run; nil discards

	looking sync.Mutex // one look at a time
	told    errorTexts // what Run has logged or Look returned; under looking

	mu    sync.Mutex
	known knowledge
}

// Look looks now. The error is what [Status] says then: it joins those of all
// places that are not known now. What was known of them stays, and what the
// others said counts.
func (w *Watcher) Look(ctx context.Context) error {
	w.looking.Lock()
	defer w.looking.Unlock()
	answers, _, err := w.look(ctx)
	if err != nil {
		return err
	}
	w.told.update(answers)
	return errorOf(answers)
}

// Run looks until ctx ends: at once, unless one look has been, and then each
// Interval. It calls changed after a look that found other groups than were
// known before, or all of them for the first time. It logs each error once when
// it begins or changes, and its end; what Look has returned is not logged again.
func (w *Watcher) Run(ctx context.Context, changed func()) {
	if !w.hasLooked() && ctx.Err() == nil {
		w.lookAndTell(ctx, changed)
	}
	for wait(ctx, jittered(w.Interval)) {
		w.lookAndTell(ctx, changed)
	}
}

// jittered is d, a tenth more or less.
func jittered(d time.Duration) time.Duration {
	tenth := d / 10
	return d - tenth + rand.N(2*tenth+1)
}

func (w *Watcher) lookAndTell(ctx context.Context, changed func()) {
	if w.lookAndLog(ctx) {
		changed()
	}
}

func (w *Watcher) lookAndLog(ctx context.Context) (changed bool) {
	w.looking.Lock()
	defer w.looking.Unlock()
	answers, changed, err := w.look(ctx)
	if err != nil {
		return false // Run ends, which is no news
	}
	for _, n := range w.told.update(answers) {
		n.log(w.Logger)
	}
	return changed
}

// look fails only where ctx has ended: then nothing is known anew.
func (w *Watcher) look(ctx context.Context) (answers []Answer, changed bool, err error) {
	answers = w.discover(ctx)
	if ctx.Err() != nil {
		return nil, false, fmt.Errorf("discover targets: %w", context.Cause(ctx))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return answers, w.known.update(answers), nil
}

// discover makes an answer of a panic.
func (w *Watcher) discover(ctx context.Context) (answers []Answer) {
	var err error
	defer func() {
		if err != nil {
			answers = []Answer{unknown("", err)}
		}
	}()
	defer contain(&err)
	return w.Discoverer.Discover(ctx)
}

// Inherit takes over what another Watcher knows of the same places, until they
// have answered. It is called before the first look.
func (w *Watcher) Inherit(before *Watcher) {
	before.mu.Lock()
	places, groups := before.known.places, before.known.groups
	before.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known.places, w.known.groups = places, groups
}

func (w *Watcher) hasLooked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known.looked
}

// Groups returns what is known, in the order of places. Neither the slice nor a
// group changes later, nor may the caller change them.
func (w *Watcher) Groups() []*targetgroup.Group {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known.groups
}

// Status says how the looks go.
func (w *Watcher) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known.status
}
