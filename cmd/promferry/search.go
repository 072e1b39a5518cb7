package main

import (
	"context"
	"sync"
	"time"
)

// firstLook bounds how long the start and a reload wait for what their jobs
// find: other targets wait meanwhile.
const firstLook = 2 * time.Second

// search lets the finders of a ferry look, and has their targets relayed.
type search struct {
	ferry   *ferry
	timeout time.Duration // of what a change leaves behind, see switchTo
	wake    chan struct{} // something else was found; has room for one
	group   sync.WaitGroup
	begin   func(fi *finder) (stop func()) // until nothing is to be found any more

	mu      sync.Mutex
	running map[*finder]func() // what stops each
}

// startDiscovery lets all finders look again and again. The returned function
// waits until none does, or its context ends: a file system may hang.
func (f *ferry) startDiscovery(timeout time.Duration) (stop func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &search{
		ferry:   f,
		timeout: timeout,
		wake:    make(chan struct{}, 1),
		running: make(map[*finder]func()),
	}
	s.begin = func(fi *finder) (stop func()) {
		ctx, cancel := context.WithCancel(ctx)
		s.group.Go(func() { fi.Run(ctx, s.changed) })
		return cancel
	}
	f.search = s
	s.group.Go(func() { s.follow(ctx) })
	s.replace(f.current().finders())
	return func(ctx context.Context) {
		cancel()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.group.Wait()
		}()
		await(ctx, ended)
	}
}

// replace makes these the finders that look. Those that do already go on.
func (s *search) replace(finders []*finder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := make(map[*finder]bool, len(finders))
	for _, fi := range finders {
		now[fi] = true
		if s.running[fi] == nil {
			s.running[fi] = s.begin(fi)
		}
	}
	for fi, stop := range s.running {
		if !now[fi] {
			stop()
			delete(s.running, fi)
		}
	}
}

// changed has what is found now relayed, soon.
func (s *search) changed() {
	select {
	case s.wake <- struct{}{}:
	default: // it is awake already
	}
}

// follow relays what is found until nothing is to be found any more.
func (s *search) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			s.ferry.refind(s.timeout)
		}
	}
}

// discoverFirst finds the targets of a ferry that does not run yet. It returns
// what is not known.
func (f *ferry) discoverFirst(ctx context.Context, timeout time.Duration) (unknown []error) {
	before := f.current()
	if len(before.finders()) == 0 {
		return nil
	}
	unknown = look(ctx, before.finders(), timeout)
	next := before.clone()
	f.settle(next, before)
	f.exchange(next)
	f.pool.Replace(next.targets())
	return unknown
}

// tellUnknown logs what the first look did not find. What changes is told by
// the finders themselves.
func (f *ferry) tellUnknown(unknown []error) {
	for _, err := range unknown {
		f.logger.Warn("targets are not discovered yet", "err", err)
	}
}
