package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// senders are the gateways that send: those of the configuration, and those that
// it has no more until they have told the last of it.
type senders struct {
	run    func(g *push.Gateway) // until cancel
	within func(time.Duration) (context.Context, context.CancelFunc)
	cancel context.CancelFunc
	logger *slog.Logger
	group  sync.WaitGroup // of all goroutines

	mu       sync.Mutex
	all      []*sender
	stopping bool
	stay     int // groups that a gateway keeps that was taken out, told since the stop began
}

// A sender is a gateway that sends.
type sender struct {
	*push.Gateway
	stopped chan struct{} // closed when it sends no more
	ending  bool          // as the configuration has it no more; senders.mu guards it
	heir    bool          // there is one that goes on with what it leaves; senders.mu guards it
}

// startPushing lets the gateways send. The returned function waits until all is
// stored, or given up, and ends it: what is not when ctx ends is counted and
// left. The error is about gateways that the configuration has no more; Groups
// tells of the others.
func (f *ferry) startPushing() (stop func(ctx context.Context) error) {
	f.senders = newSenders(f.logger)
	for _, g := range f.gateways() {
		f.senders.start(g, nil)
	}
	return f.senders.stop
}

func newSenders(logger *slog.Logger) *senders {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	pushing, cancel := context.WithCancel(context.Background())
	return &senders{
		run:    func(g *push.Gateway) { g.Run(pushing) },
		within: func(d time.Duration) (context.Context, context.CancelFunc) { return context.WithTimeout(pushing, d) },
		cancel: cancel,
		logger: logger,
	}
}

func (s *senders) stop(ctx context.Context) error {
	all := s.beginStop()
	for _, this := range all {
		this.Hurry()
	}
	for _, this := range all {
		this.Drain(ctx)
	}
	s.cancel()
	s.group.Wait()
	for _, this := range all {
		groups := this.Abandon()
		if this.ending {
			s.tellStay(this, groups)
		}
	}
	if s.stay > 0 {
		return fmt.Errorf("stop: %s at gateways that were taken out", count(s.stay, "group stays", "groups stay"))
	}
	return nil
}

// tellStay names what a gateway keeps that was taken out of the configuration.
func (s *senders) tellStay(this *sender, groups []convert.Labels) {
	if s.stopping {
		s.stay += len(groups)
	}
	if len(groups) > 0 {
		s.logger.Error("groups stay at a gateway that was taken out, as it did not answer in time",
			"gateway", this.Name, "url", this.Place(), "groups", len(groups), "group", groups[0].String(), "err", this.Status().LastError, "try", "promferry prune --older-than=1h --gateway="+this.Place())
	}
}

// start lets a gateway send, after those whose place it takes: it goes on with
// what they leave, when their last request has ended. A newer push must not be
// followed by an older one.
func (s *senders) start(g *push.Gateway, before []*sender) {
	this := &sender{Gateway: g, stopped: make(chan struct{})}
	s.mu.Lock()
	s.all = append(s.all, this)
	for _, old := range before {
		old.heir = true
	}
	s.mu.Unlock()
	for _, old := range before {
		old.Finish()
	}
	s.group.Go(func() {
		defer close(this.stopped)
		for _, old := range before {
			<-old.stopped
			old.HandOver(g)
		}
		s.run(g)
	})
}

// replace starts the gateways that are new, and ends those that are gone: when
// their targets have left and all that they say of it is answered, or after the
// timeout. Then it calls gone.
func (s *senders) replace(gateways []*push.Gateway, left <-chan struct{}, timeout time.Duration, gone func(*push.Gateway)) {
	running, old, ending := s.exchange(gateways)
	for _, g := range gateways {
		if !slices.Contains(running, g) {
			s.start(g, samePlace(old, g))
		}
	}
	for _, this := range ending {
		s.group.Go(func() {
			s.end(this, left, timeout)
			gone(this.Gateway)
		})
	}
}

// exchange returns the gateways that send, those among them that are old, and
// the ones of these that are to end from now on.
func (s *senders) exchange(gateways []*push.Gateway) (running []*push.Gateway, old, ending []*sender) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, this := range s.all {
		running = append(running, this.Gateway)
		if slices.Contains(gateways, this.Gateway) {
			continue
		}
		old = append(old, this)
		if !this.ending {
			this.ending = true
			this.TakeOut()
			ending = append(ending, this)
		}
	}
	return running, old, ending
}

// samePlace returns those that push to where g does.
func samePlace(all []*sender, g *push.Gateway) (same []*sender) {
	for _, this := range all {
		if this.Place() == g.Place() {
			same = append(same, this)
		}
	}
	return same
}

// end returns when the gateway sends no more.
func (s *senders) end(this *sender, left <-chan struct{}, timeout time.Duration) {
	ctx, cancel := s.within(timeout)
	defer cancel()
	await(ctx, left)
	this.Hurry()
	this.Drain(ctx)
	this.Finish()
	<-this.stopped // what was under way has ended, and counts as that
	s.mu.Lock()
	defer s.mu.Unlock()
	if !this.heir && errors.Is(ctx.Err(), context.DeadlineExceeded) { // else stop tells of it
		s.tellStay(this, this.Abandon())
	}
	s.all = slices.DeleteFunc(s.all, func(other *sender) bool { return other == this })
}

// after calls do when left is closed, or after the timeout.
func (s *senders) after(left <-chan struct{}, timeout time.Duration, do func()) {
	s.group.Go(func() {
		ctx, cancel := s.within(timeout)
		defer cancel()
		await(ctx, left)
		do()
	})
}

func await(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// beginStop returns those that send at present.
func (s *senders) beginStop() []*sender {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
	return slices.Clone(s.all)
}
