package relay

import (
	"context"
	"errors"
	"testing"
	"time"
)

// What is the last at a store has its time after all that was before, also where
// that was in the same millisecond.
func TestEndingsInStores(t *testing.T) {
	for _, test := range []struct {
		ending Ending
		want   []string
	}{
		{"", []string{"a stale 1ms", "up 0 1ms"}},
		{EndMarkDown, []string{"a stale 1ms", "up 0 1ms"}},
		{EndDelete, []string{"a stale 1ms", "up stale 1ms"}},
		{EndKeep, []string{"a 1 1ms", "up 1 1ms"}},
	} {
		t.Run(string(test.ending), func(t *testing.T) {
			inBubble(t, func(w *world) {
				s := w.newShelf()
				target := w.storing("i", exposes("a 1\n"), s)
				target.OnShutdown = test.ending
				p := w.pool(target)
				w.once(p)
				if err := p.Retire(w.Context()); err != nil {
					t.Error(err)
				}
				w.checkShelf(s, "i at 0s", "i at 1ms")
				w.checkSamples(s, append([]string{"a 1 0s", "up 1 0s"}, test.want...)...)
			})
		})
	}
}

func TestEndingOfATargetThatWasNeverStored(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		for _, ending := range []Ending{EndMarkDown, EndDelete, EndKeep} {
			target := w.storing("i", exposes("a 1\n"), s)
			target.OnShutdown = ending
			if err := w.pool(target).Retire(w.Context()); err != nil {
				t.Errorf("%s: %v", ending, err)
			}
		}
		w.checkShelf(s)
	})
}

// Many targets may wait for one disk at a stop: they do that at once.
func TestEndingsWaitForTheDiskAtOnce(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		one, two := w.storing("1", exposes("a 1\n"), s), w.storing("2", exposes("a 1\n"), s)
		p := NewPool([]*Target{one, two}, Options{Workers: 1})
		w.once(p)
		w.checkShelf(s, "1 at 0s", "2 at 0s")
		s.disk = make(chan struct{})
		time.AfterFunc(time.Second, func() { close(s.disk) })
		if err := p.Retire(w.Context()); err != nil {
			t.Error(err)
		}
		if got := s.take(); len(got) != 2 {
			t.Errorf("stored %q, want the end of both", got)
		}
	})
}

// P4: a disk that stalls keeps no gateway from its last state.
func TestEndingsBesideADiskThatStalls(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		beside := w.target("i", exposes("a 1\n"))
		beside.Stores = []Store{s}
		p := NewPool([]*Target{w.storing("1", exposes("a 1\n"), s), beside, w.target("2", exposes("a 1\n"))}, Options{Workers: 1})
		w.once(p)
		pushedTo(&w.requests)
		s.disk = make(chan struct{})
		ended := make(chan error)
		go func() { ended <- p.Retire(w.Context()) }()
		pass(time.Second)
		w.checkPushed(put+report(0, 0, 0, 0), "PUT /metrics/job/j/instance/2\n"+report(0, 0, 0, 0))
		close(s.disk)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestEndingWithoutTime(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.storing("i", exposes("a 1\n"), w.newShelf()))
		w.once(p)
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		if err := p.Retire(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want that the target was not reached", err)
		}
	})
}

func TestRemovedTargetLeavesItsStores(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		p := w.pool(w.storing("i", exposes("a 1\n"), s))
		w.running(p)
		pass(time.Minute)
		s.take()
		replace(p)
		w.checkShelf(s, "i at 1m0s")
		pass(time.Minute)
		w.checkShelf(s)
	})
}

// The clock was set back since the last scrape.
func TestRemovedTargetLeavesAfterItsLastScrape(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		target := w.storing("i", exposes("a 1\n"), s)
		p := w.pool(target)
		w.once(p)
		target.scraped = time.Now().Add(time.Hour)
		replace(p)
		w.checkShelf(s, "i at 0s", "i at 1h0m0.001s")
	})
}

// A target that was never scraped has nothing to leave.
func TestRemovedBeforeItsFirstScrape(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		p := w.pool(w.storing("i", exposes("a 1\n"), s))
		replace(p)
		w.checkShelf(s)
	})
}

// Where a target with the same labels goes on, nothing is stale but what that does
// not have; a store that it has no more is told.
func TestSuccessorInStores(t *testing.T) {
	inBubble(t, func(w *world) {
		kept, gone, added := w.newShelf(), w.newShelf(), w.newShelf()
		p := w.pool(w.storing("i", inTurn(exposes("a 1\nb 1\n")), gone, kept))
		w.running(p)
		pass(time.Minute)
		kept.take()
		gone.take()
		kept.samples, gone.samples = nil, nil
		next := w.storing("i", exposes("a 2\n"), kept, added)
		replace(p, next)
		w.checkShelf(gone, "i at 1m0s")
		w.checkSamples(gone, "a stale 1m0s", "b stale 1m0s", "up stale 1m0s")
		w.checkShelf(kept)
		w.checkShelf(added)
		pass(15 * time.Second)
		if kept, added := kept.take(), added.take(); len(kept) != 1 || len(added) != 1 {
			t.Errorf("stored %q and %q, want a scrape on the schedule of the old target", kept, added)
		}
		w.checkShelf(gone)
		if countOf(kept.samples, "b stale") != 1 || countOf(kept.samples, "a 2 ") != 1 {
			t.Errorf("stored %q, want one marker for what the new target has no more", kept.samples)
		}
	})
}

// A successor begins when the cycle of the one before has ended.
func TestSuccessorComesAfterASlowDisk(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		s.disk = make(chan struct{})
		p := w.pool(w.storing("i", exposes("a 1\n"), s))
		w.running(p)
		pass(10 * time.Second) // it has begun by now, and waits
		source := &clocked{source: exposes("a 2\n")}
		next := w.storing("i", nil, s)
		next.Source = source
		left := p.Replace([]*Target{next})
		pass(time.Minute)
		if len(source.begun) != 0 {
			t.Error("the new target was scraped before the last scrape of the old one was stored")
		}
		close(s.disk)
		<-left
		pass(15 * time.Second)
		if len(source.begun) != 1 {
			t.Errorf("%d scrapes of the new target, want one", len(source.begun))
		}
	})
}

// Labels may be those of two targets, each with stores of its own, and then of one
// that has the stores of both.
func TestSuccessorOfTwo(t *testing.T) {
	inBubble(t, func(w *world) {
		one, two := w.newShelf(), w.newShelf()
		p := w.pool(w.storing("i", exposes("a 1\n"), one), w.storing("i", exposes("b 1\n"), two))
		w.running(p)
		pass(time.Minute)
		replace(p, w.storing("i", exposes("c 1\n"), one, two))
		one.take()
		two.take()
		replace(p)
		w.checkShelf(one, "i at 1m0s")
		w.checkShelf(two, "i at 1m0s")
	})
}
