package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/push/remote"
)

// storing are the stores that send: those of the configuration, and those that it
// has no more until they have sent what they can.
type storing struct {
	ctx    context.Context // of all that send
	cancel context.CancelFunc
	logger *slog.Logger
	group  sync.WaitGroup // of all goroutines

	mu   sync.Mutex
	all  []*storer
	lost int // samples, since the stop began
}

// startStoring opens the stores and lets them send.
func (f *ferry) startStoring() {
	f.storing = newStoring(f.logger)
	f.storing.start(f.current().stores)
}

func newStoring(logger *slog.Logger) *storing {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	s := &storing{logger: logger}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// start lets those send that do not yet, and returns when they are open: what the
// first scrape has is to be in the spool. Where another store has that, it is
// opened when that one has closed it; until then, all waits in memory.
func (s *storing) start(parts []storePart) {
	var opening sync.WaitGroup
	for _, part := range parts {
		w, before := s.add(part)
		if w == nil {
			continue
		}
		if !slices.ContainsFunc(before, w.inherits) {
			opening.Go(part.store.Open)
		}
		s.group.Go(func() {
			opening.Wait()
			w.run(before)
		})
	}
	opening.Wait()
}

// add returns nil for a store that is there, and else which others it comes after:
// those that have its spool, and those that have its name, and so its series. A
// receiver takes none of a series that is older than what it has of it.
func (s *storing) add(part storePart) (w *storer, before []*storer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.all, func(old *storer) bool { return old.store == part.store }) {
		return nil, nil
	}
	w = &storer{storePart: part, stopped: make(chan struct{}), closed: make(chan struct{})}
	w.sends, w.finish = context.WithCancel(s.ctx)
	for _, old := range s.all {
		old.heir = old.heir || w.inherits(old)
		if w.inherits(old) || old.store.Name == part.store.Name {
			before = append(before, old)
		}
	}
	s.all = append(s.all, w)
	return w, before
}

// replace ends the stores that are not among these: when their targets have left,
// and all is stored, or after the timeout. Then it calls gone.
func (s *storing) replace(parts []storePart, left <-chan struct{}, timeout time.Duration, gone func(storePart)) {
	for _, w := range s.endAllBut(parts) {
		w.out = true
		s.group.Go(func() {
			ctx, cancel := context.WithTimeout(s.ctx, timeout)
			defer cancel()
			await(ctx, left)
			s.end(ctx, w)
			gone(w.storePart)
		})
	}
}

// endAllBut returns the stores that are to end from now on.
func (s *storing) endAllBut(parts []storePart) (ending []*storer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.all {
		stays := slices.ContainsFunc(parts, func(p storePart) bool { return p.store == w.store })
		if !stays && !w.ending {
			w.ending = true
			ending = append(ending, w)
		}
	}
	return ending
}

// end lets a store send what it can until ctx ends, and closes it.
func (s *storing) end(ctx context.Context, w *storer) {
	_ = w.store.Drain(ctx) // leave tells of what is left
	w.finish()
	<-w.stopped
	s.leave(w, w.store.Close())
	close(w.closed)
}

// leave takes a store off that is closed, and tells what becomes of its samples
// that nobody has.
func (s *storing) leave(w *storer, err error) {
	last := w.store.Status()
	lost := int(last.Dropped[remote.DropShutdown])
	s.mu.Lock()
	s.all = slices.DeleteFunc(s.all, func(other *storer) bool { return other == w })
	heir := w.heir
	s.lost += lost
	s.mu.Unlock()
	logger := s.logger.With("remote_write", last.Name)
	if err != nil {
		logger.Error("spool not closed", "spool", last.Spool.Directory, "err", err)
	}
	if lost > 0 {
		about := []any{"samples", lost}
		if last.LastError != nil { // a request that the end cut off has none
			about = append(about, "err", last.LastError)
		}
		logger.Error("samples for a remote_write are lost: they were in memory at its end", about...)
	}
	switch kept := last.Spool.Pending; {
	case kept == 0 || heir:
	case w.out:
		logger.Warn("samples stay in the spool of a remote_write that was taken out: a remote_write with this directory sends them", "samples", kept, "spool", last.Spool.Directory)
	default:
		logger.Info("samples are kept for the next start", "samples", kept, "spool", last.Spool.Directory)
	}
}

// closeTimeout is for disks that stall: the end of the process does not wait for
// them any longer, and the spool is one that the next start accepts.
const closeTimeout = time.Second

// stop lets all stores send what they can until ctx ends, and closes them. The
// error says that samples were lost.
func (s *storing) stop(ctx context.Context) error {
	defer s.cancel()
	s.mu.Lock()
	s.lost = 0 // by reloads
	s.mu.Unlock()
	release := context.AfterFunc(ctx, s.cancel) // of those, too, that a reload has ended
	defer release()
	for _, w := range s.endAllBut(nil) {
		s.group.Go(func() { s.end(ctx, w) })
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.group.Wait()
	}()
	await(ctx, ended)
	closing, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	await(closing, ended)
	return s.losses()
}

func (s *storing) losses() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.all {
		s.logger.Error("store not closed in time: its disk stalls", "remote_write", w.store.Name, "spool", w.directory())
	}
	switch {
	case len(s.all) > 0:
		return fmt.Errorf("stop: %s not closed in time", count(len(s.all), "store is", "stores are"))
	case s.lost > 0:
		return fmt.Errorf("stop: %s lost that no store has taken", count(s.lost, "sample is", "samples are"))
	}
	return nil
}
