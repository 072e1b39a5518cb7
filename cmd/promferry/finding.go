package main

import (
	"context"
	"sync"
	"time"
)

// firstLook bounds how long the start and a reload wait for what their jobs
// find: other targets wait meanwhile.
const firstLook = 2 * time.Second

// finding lets the finders of a ferry look, and has their targets relayed.
type finding struct {
	ferry   *ferry
	timeout time.Duration // of what a change leaves behind, see switchTo
	wake    chan struct{} // something else was found; has room for one
	group   sync.WaitGroup
	ctx     func() context.Context // ends when nothing is to be found any more

	mu      sync.Mutex
	running map[*finder]context.CancelFunc
}

// startFinding lets all finders look again and again. The returned function
// waits until none does.
func (f *ferry) startFinding(timeout time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	find := &finding{
		ferry:   f,
		timeout: timeout,
		wake:    make(chan struct{}, 1),
		ctx:     func() context.Context { return ctx },
		running: make(map[*finder]context.CancelFunc),
	}
	f.finding = find
	find.group.Go(find.follow)
	find.replace(f.current().finders())
	return func() {
		cancel()
		find.group.Wait()
	}
}

// replace makes these the finders that look. Those that do already go on.
func (fg *finding) replace(finders []*finder) {
	fg.mu.Lock()
	defer fg.mu.Unlock()
	now := make(map[*finder]bool, len(finders))
	for _, fi := range finders {
		now[fi] = true
		if fg.running[fi] == nil {
			fg.start(fi)
		}
	}
	for fi, stop := range fg.running {
		if !now[fi] {
			stop()
			delete(fg.running, fi)
		}
	}
}

// start lets a finder look. fg.mu is held.
func (fg *finding) start(fi *finder) {
	ctx, cancel := context.WithCancel(fg.ctx())
	fg.running[fi] = cancel
	fg.group.Go(func() { fi.Run(ctx, fg.changed) })
}

// changed has what is found now relayed, soon.
func (fg *finding) changed() {
	select {
	case fg.wake <- struct{}{}:
	default: // it is awake already
	}
}

// follow relays what is found until nothing is to be found any more.
func (fg *finding) follow() {
	for {
		select {
		case <-fg.ctx().Done():
			return
		case <-fg.wake:
			fg.ferry.refind(fg.timeout)
		}
	}
}

// find has the finders of parts that do not run look, and settles what they
// find. The error says what is not known; a reload or a start goes on without.
func (f *ferry) find(ctx context.Context, p, before *parts, timeout time.Duration) error {
	err := p.look(ctx, timeout)
	f.settle(p, before)
	return err
}

// findFirst is find for parts that are the ferry's and do not run yet.
func (f *ferry) findFirst(ctx context.Context, timeout time.Duration) error {
	err := f.find(ctx, f.parts, new(parts), timeout)
	f.pool.Replace(f.parts.targets())
	return err
}
