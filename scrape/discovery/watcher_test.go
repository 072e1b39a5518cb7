package discovery

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// A watched discoverer answers what the test says, in a synctest bubble.
type watched struct {
	*testing.T
	watcher *Watcher
	takes   time.Duration // a look

	mu      sync.Mutex
	answers []Answer // of the next looks
	panics  any      // instead
	looks   []time.Time
	changes int
	log     bytes.Buffer
}

const interval = 10 * time.Second

func inBubble(t *testing.T, test func(w *watched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{T: t}
		w.watcher = &Watcher{
			Discoverer: discovererFunc(w.discover),
			Interval:   interval,
			Logger:     slog.New(slog.NewTextHandler(w, nil)),
		}
		test(w)
	})
}

func (w *watched) discover(ctx context.Context) []Answer {
	wait(ctx, w.takes)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks = append(w.looks, time.Now().Add(-w.takes))
	if w.panics != nil {
		panic(w.panics)
	}
	return w.answers
}

// Write is for the logger.
func (w *watched) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

func (w *watched) changed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changes++
}

// lookedAt returns when the looks were.
func (w *watched) lookedAt() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.looks)
}

// run runs the watcher until stop is called, which waits for it.
func (w *watched) run() (stop func()) {
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.watcher.Run(ctx, w.changed)
	}()
	synctest.Wait()
	return func() {
		cancel()
		<-done
	}
}

// then lets the watcher look at these answers.
func (w *watched) then(answers ...Answer) { w.thenPanic(nil, answers...) }

// thenPanic panics unless value is nil.
func (w *watched) thenPanic(value any, answers ...Answer) {
	w.mu.Lock()
	w.answers, w.panics = answers, value
	w.mu.Unlock()
	time.Sleep(interval * 12 / 10)
	synctest.Wait()
}

// want expects these targets, and so many changes up to now.
func (w *watched) want(targets string, changes int) {
	w.Helper()
	if got := addresses(w.watcher.Groups()); got != targets {
		w.Errorf("got targets %q, want %q", got, targets)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changes != changes {
		w.Errorf("got %d changes, want %d", w.changes, changes)
	}
}

// wantLog expects the lines since it was called last, each with its text.
func (w *watched) wantLog(texts ...string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	got := strings.Split(strings.TrimSuffix(w.log.String(), "\n"), "\n")
	if w.log.Len() == 0 {
		got = nil
	}
	w.log.Reset()
	if len(got) != len(texts) {
		w.Errorf("got %d lines of log, want %d:\n%s", len(got), len(texts), strings.Join(got, "\n"))
		return
	}
	for i, text := range texts {
		if !strings.Contains(got[i], text) {
			w.Errorf("got %q, want %q in it", got[i], text)
		}
	}
}

func good(from string, targets ...string) Answer {
	return Answer{From: from, Groups: []*targetgroup.Group{group(from+":0", targets...)}}
}

func bad(from, text string) Answer { return unknown(from, errors.New(text)) }

func TestWatcherLooksAtOnceAndThenEachInterval(t *testing.T) {
	inBubble(t, func(w *watched) {
		start := time.Now()
		stop := w.run()
		if looks := w.lookedAt(); len(looks) != 1 || looks[0] != start {
			w.Fatalf("got looks at %v, want one at once", looks)
		}
		time.Sleep(100 * interval)
		stop()
		looks := w.lookedAt()
		if got := len(looks); got < 91 || got > 112 {
			w.Errorf("got %d looks, want about 100", got)
		}
		differ := map[time.Duration]bool{}
		for i := 1; i < len(looks); i++ {
			d := looks[i].Sub(looks[i-1])
			if d < interval*9/10 || d > interval*11/10+1 {
				w.Errorf("look %d came %s after the one before, want %s and a tenth", i, d, interval)
			}
			differ[d] = true
		}
		if len(differ) < 10 {
			w.Errorf("got only %d different pauses", len(differ))
		}
	})
}

func TestWatcherLooksNoSecondTimeAtTheStart(t *testing.T) {
	inBubble(t, func(w *watched) {
		w.answers = []Answer{good("a", "a:1")}
		if err := w.watcher.Look(w.Context()); err != nil {
			w.Fatal(err)
		}
		stop := w.run()
		defer stop()
		w.want("a:1", 0)
		if len(w.lookedAt()) != 1 {
			w.Errorf("got %d looks, want that of Look alone", len(w.lookedAt()))
		}
	})
}

func TestWatcherTellsWhatHasChanged(t *testing.T) {
	inBubble(t, func(w *watched) {
		stop := w.run()
		defer stop()
		w.want("", 1) // that there are none is known now
		w.then(good("a", "a:1", "a:2"), good("b", "b:1"))
		w.want("a:1 a:2 b:1", 2)
		w.then(good("a", "a:1", "a:2"), good("b", "b:1")) // equal, though new
		w.want("a:1 a:2 b:1", 2)
		w.then(good("a", "a:1"), good("b", "b:1"))
		w.want("a:1 b:1", 3)
		w.then(good("b", "b:1")) // a is gone
		w.want("b:1", 4)
		labelled := good("b", "b:1")
		labelled.Groups[0].Labels = model.LabelSet{"env": "dev"}
		w.then(labelled)
		w.want("b:1", 5)
		w.then()
		w.want("", 6)
		w.wantLog()
	})
}

// TestWatcherInherits: what another one knew of the same places is known until
// they have answered.
func TestWatcherInherits(t *testing.T) {
	inBubble(t, func(w *watched) {
		before := &Watcher{Discoverer: fixed{good("a", "a:1"), good("b", "b:1")}, Interval: time.Second}
		if err := before.Look(w.Context()); err != nil {
			w.Fatal(err)
		}
		w.watcher.Inherit(before)
		if status := w.watcher.Status(); !status.Success.IsZero() || addresses(w.watcher.Groups()) != "a:1 b:1" {
			w.Errorf("got %v with status %+v, want the groups of before, not yet found", w.watcher.Groups(), status)
		}
		w.answers = []Answer{bad("a", "broken"), good("b", "b:2")}
		stop := w.run()
		defer stop()
		w.want("a:1 b:2", 1)
	})
}

// fixed is a Discoverer that always answers the same.
type fixed []Answer

func (f fixed) Discover(context.Context) []Answer { return f }

// TestWatcherGroupsStay: who has them may go on reading.
func TestWatcherGroupsStay(t *testing.T) {
	inBubble(t, func(w *watched) {
		w.answers = []Answer{good("a", "a:1")}
		stop := w.run()
		defer stop()
		before := w.watcher.Groups()
		w.then(good("a", "a:2"))
		w.want("a:2", 2)
		if got := addresses(before); got != "a:1" {
			w.Errorf("groups of before have become %q", got)
		}
	})
}

func TestWatcherKeepsTheLastGoodOfEachPlace(t *testing.T) {
	inBubble(t, func(w *watched) {
		stop := w.run()
		defer stop()
		w.then(good("a", "a:1"), good("b", "b:1"))
		w.then(bad("a", "broken"), good("b", "b:2"))
		w.want("a:1 b:2", 3)
		w.then(bad("a", "broken"), bad("b", "broken"))
		w.want("a:1 b:2", 3)
		w.then(good("a", "a:1"), bad("b", "broken"), bad("c", "never seen"))
		w.want("a:1 b:2", 3)
		w.then(good("a"), good("b"))
		w.want("", 4)
	})
}

func TestWatcherLogsAnErrorOnce(t *testing.T) {
	inBubble(t, func(w *watched) {
		w.answers = []Answer{good("a", "a:1"), bad("b", "broken")}
		stop := w.run()
		defer stop()
		const failed, again = `level=WARN msg="targets are not discovered, the last known ones stay" from=`, `level=INFO msg="targets are discovered again" from=`
		w.wantLog(failed + `b err="discover targets in b: broken"`)
		w.then(w.answers...)
		w.wantLog()
		w.then(bad("a", "broken"), bad("b", "broken otherwise"))
		w.wantLog(failed+"a", failed+`b err="discover targets in b: broken otherwise"`)
		w.then(good("a", "a:1"), bad("b", "broken otherwise"))
		w.wantLog(again + "a")
		w.then(good("a", "a:1"), good("b"))
		w.wantLog(again + "b")
		w.then(good("a", "a:1"), bad("b", "broken"))
		w.wantLog(failed + "b")
		w.then(good("a", "a:1")) // b is gone, and its error
		w.wantLog()
	})
}

func TestWatcherDoesNotLogWhatLookReturned(t *testing.T) {
	inBubble(t, func(w *watched) {
		w.answers = []Answer{good("a", "a:1"), bad("b", "broken"), bad("c", "broken too")}
		err := w.watcher.Look(w.Context())
		if got, want := err.Error(), "discover targets in b: broken\ndiscover targets in c: broken too"; got != want {
			w.Errorf("got error %q, want %q", got, want)
		}
		stop := w.run()
		defer stop()
		w.then(w.answers...)
		w.want("a:1", 0)
		w.wantLog()
	})
}

func TestWatcherContainsAPanic(t *testing.T) {
	inBubble(t, func(w *watched) {
		w.answers = []Answer{good("a", "a:1"), bad("b", "broken")}
		stop := w.run()
		defer stop()
		w.wantLog("in b: broken")
		w.thenPanic("out of order")
		w.want("a:1", 1)
		w.wantLog(`err="discover targets: panic: out of order" stack=`)
		checkError(w, w.watcher.Status().Err, "discover targets: panic: out of order")
		w.thenPanic("out of order")
		w.wantLog()
		w.then(good("a", "a:2"), bad("b", "broken")) // which is no news
		w.want("a:2", 2)
		w.wantLog("targets are discovered again")
	})
}

func TestWatcherStatus(t *testing.T) {
	inBubble(t, func(w *watched) {
		check := func(want Status, text string) {
			w.Helper()
			got := w.watcher.Status()
			if text != "" {
				checkError(w, got.Err, text)
			} else if got.Err != nil {
				w.Error(got.Err)
			}
			if got.Err = nil; got != want {
				w.Errorf("got %+v, want %+v", got, want)
			}
		}

		check(Status{}, "")
		w.answers = []Answer{good("a", "a:1", "a:2"), good("b", "b:1")}
		start := time.Now()
		stop := w.run()
		defer stop()
		check(Status{Success: start, Groups: 2, Targets: 3}, "")
		w.then(good("a", "a:1"), bad("b", "broken"))
		check(Status{Success: start, Groups: 2, Targets: 2, Failures: 1}, "discover targets in b: broken")
		w.then(good("a", "a:1"))
		check(Status{Success: w.lookedAt()[2], Groups: 1, Targets: 1, Failures: 1}, "")
	})
}

// TestWatcherStopsWithinALook: what such a look says does not count.
func TestWatcherStopsWithinALook(t *testing.T) {
	inBubble(t, func(w *watched) {
		w.takes = time.Minute
		w.answers = []Answer{good("a", "a:1")}
		start := time.Now()
		stop := w.run()
		time.Sleep(time.Second)
		stop()
		if took := time.Since(start); took != time.Second {
			w.Errorf("the stop took until %s, want at once", took)
		}
		w.want("", 0)
		w.wantLog()
	})
}

// TestWatcherLooksOneAtATime: a reload may look while Run does.
func TestWatcherLooksOneAtATime(t *testing.T) {
	var underWay, looks atomic.Int64
	w := &Watcher{Discoverer: discovererFunc(func(context.Context) []Answer {
		if n := underWay.Add(1); n != 1 {
			t.Errorf("%d looks are under way", n)
		}
		runtime.Gosched()
		underWay.Add(-1)
		looks.Add(1)
		return nil
	})}
	var looking sync.WaitGroup
	for range 100 {
		looking.Go(func() { w.Look(t.Context()) })
	}
	looking.Wait()
	if got := looks.Load(); got != 100 {
		t.Errorf("got %d looks, want 100", got)
	}
}

func TestWatcherWithoutALogger(t *testing.T) {
	inBubble(t, func(w *watched) {
		w.watcher.Logger = nil
		w.answers = []Answer{bad("a", "broken")}
		stop := w.run()
		defer stop()
		w.want("", 0)
		checkError(w, w.watcher.Status().Err, "broken")
	})
}
