package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/configs"
)

// oneShot is how commands that end push. They say in lines of their own what
// failed; who asks for debugging gets the daemon's log as well.
func (a *app) oneShot() composition {
	how := composition{giveUp: giveUp}
	if a.debugging() {
		how.logger = a.logger()
	}
	return how
}

// giveUp is how long a command that ends tries a request again.
const giveUp = 5 * time.Second

// composeGateways makes the gateways of a configuration and nothing else.
// Nothing is started. What one command sends is never too much.
func composeGateways(cfg *configs.Config, how composition) *ferry {
	f := newFerry(math.MaxInt64, how)
	f.parts = f.assemble(&configs.Config{Gateways: cfg.Gateways}, new(parts))
	return f
}

// sendPlain has no gateway asked what it takes: that is a request more, for
// bodies that are small.
func sendPlain(cfg *configs.Config) {
	cfg.Gateways = slices.Clone(cfg.Gateways)
	for i := range cfg.Gateways {
		cfg.Gateways[i].Encoding, cfg.Gateways[i].Compression = configs.EncodingText, configs.CompressionNone
	}
}

// learn asks all gateways what they take. The daemon does not wait for it: it
// encodes its first bodies for any gateway.
func (f *ferry) learn(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, learnTime(ctx))
	defer cancel()
	var group sync.WaitGroup
	for _, g := range f.gateways() {
		group.Go(func() { g.Learn(ctx) })
	}
	group.Wait()
}

// learnTime is how long the only scrape waits for gateways to say what they take,
// at most a fifth of the command's time: without an answer they get text, which
// cannot carry all, but one that is down must not cost the others their time.
func learnTime(ctx context.Context) time.Duration {
	const longest = 3 * time.Second
	if end, bounded := ctx.Deadline(); bounded {
		return min(longest, time.Until(end)/5)
	}
	return longest
}

// deliver lets gateways and stores send what offer gives them, waits for their
// answers and returns a line for each push that failed, and for each store that
// has not taken all.
func (f *ferry) deliver(ctx context.Context, offer func()) (failures []string) {
	stop := f.startSending()
	offer()
	var stored sync.WaitGroup
	for _, s := range f.stores() {
		stored.Go(func() { _ = s.Drain(ctx) }) // failedStores tells of what is left
	}
	for _, g := range f.gateways() {
		g.Drain(ctx)
	}
	stored.Wait()
	failures = f.failedPushes(ctx)
	now, cancel := context.WithCancel(ctx)
	cancel()      // all that may have an answer has one
	_ = stop(now) // no gateway or store is taken out of one command
	return append(failures, f.failedStores(ctx)...)
}

func checkTimeout(timeout time.Duration) error {
	if timeout <= 0 {
		return fmt.Errorf("--timeout=%s: want a duration above zero", timeout)
	}
	return nil
}

// withTimeout bounds a command by its --timeout.
func withTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not finished within --timeout=%s", timeout))
}

// untilSignalOrTimeout is untilSignal with the bound of withTimeout.
func untilSignalOrTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	ctx, release := untilSignal(ctx)
	ctx, cancel := withTimeout(ctx, timeout)
	return ctx, func() {
		cancel()
		release()
	}
}
