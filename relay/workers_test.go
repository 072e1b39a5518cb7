package relay

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/promferry/promferry/scrape"
)

// A level is the most that were in something at once.
type level struct {
	mu        sync.Mutex
	now, most int
}

// reading is a source whose answer takes d to read, all of it within the level.
func (l *level) reading(d time.Duration) sourceFunc {
	return func(ctx context.Context) (*scrape.Exposition, error) {
		l.add(1)
		slow := readFunc(func([]byte) (int, error) {
			defer l.add(-1)
			return 0, cmp.Or(wait(ctx, d), io.EOF)
		})
		return &scrape.Exposition{Body: io.NopCloser(slow), MediaType: scrape.MediaTypeText}, nil
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func (l *level) add(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now += n
	l.most = max(l.most, l.now)
}

// since returns the most since the last call.
func (l *level) since() (most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	most, l.most = l.most, l.now
	return most
}

func TestWorkersBoundCycles(t *testing.T) {
	for name, run := range map[string]func(w *world, p *Pool){
		"run":  func(w *world, p *Pool) { w.runFor(p, time.Minute) },
		"once": func(w *world, p *Pool) { w.once(p) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				var l level
				var targets []*Target
				for i := range 50 {
					targets = append(targets, w.target(fmt.Sprint(i), l.reading(3*time.Second)))
				}
				run(w, NewPool(targets, Options{Workers: 7, Metrics: w.metrics}))
				if l.most != 7 {
					t.Errorf("%d scrapes at once, want 7", l.most)
				}
				if got := w.metric("promferry_scrapes_in_flight"); got != 0 {
					t.Errorf("%v scrapes in flight at the end, want none", got)
				}
			})
		})
	}
}

func TestSetWorkers(t *testing.T) {
	inBubble(t, func(w *world) {
		var l level
		var targets []*Target
		for i := range 50 {
			targets = append(targets, w.target(fmt.Sprint(i), l.reading(3*time.Second)))
		}
		p := NewPool(targets, Options{Workers: 3})
		p.SetWorkers(9)
		w.running(p)
		pass(time.Minute)
		if got := l.since(); got != 9 {
			t.Errorf("%d scrapes at once, want 9", got)
		}
		p.SetWorkers(2)
		pass(time.Minute)
		l.since()
		pass(time.Minute)
		if got := l.since(); got != 2 {
			t.Errorf("%d scrapes at once, want 2", got)
		}
	})
}
