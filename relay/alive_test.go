package relay

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/scrape"
)

// living runs the pool until test has returned.
func (w *world) living(p *Pool, test func()) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx)
	}()
	test()
	cancel()
	<-ended
}

// mustBeAlive looks often, as a watchdog does.
func (w *world) mustBeAlive(p *Pool, d time.Duration) {
	w.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(7 * time.Second) {
		if !p.Alive() {
			w.Fatal("not alive, though the schedule moves")
		}
	}
}

func TestAliveWhateverTargetsDo(t *testing.T) {
	for name, target := range map[string]struct {
		source   sourceFunc
		interval time.Duration
		timeout  time.Duration
	}{
		"answers":                       {exposes("a 1\n"), 15 * time.Second, 10 * time.Second},
		"hangs until its timeout":       {hangs, 15 * time.Second, 10 * time.Second},
		"long interval":                 {exposes("a 1\n"), 24 * time.Hour, 10 * time.Second},
		"long timeout":                  {hangs, time.Hour, time.Hour},
		"deaf to the end of its time":   {deaf(35*time.Second, exposes("a 1\n")), 15 * time.Second, 10 * time.Second},
		"reads until its time has come": {new(level).reading(time.Hour), time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				one := w.target("i", target.source)
				one.Interval, one.Timeout = target.interval, target.timeout
				p := w.pool(one)
				w.mustBeAlive(p, time.Minute) // not running: nothing is due
				w.living(p, func() { w.mustBeAlive(p, 3*time.Hour) })
			})
		})
	}
}

func TestAliveWithoutTargets(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool()
		w.living(p, func() { w.mustBeAlive(p, time.Hour) })
	})
}

// A cycle that does not even end with its timeout keeps the one worker.
func TestNotAliveWhereTheScheduleIsStuck(t *testing.T) {
	inBubble(t, func(w *world) {
		open := make(chan struct{})
		stuck := sourceFunc(func(ctx context.Context) (*scrape.Exposition, error) {
			<-open
			return exposes("a 1\n")(ctx)
		})
		p := w.pool(w.target("i", stuck))
		w.living(p, func() {
			time.Sleep(3 * time.Minute)
			if p.Alive() {
				w.Error("alive, though its only target is stuck")
			}
			close(open)
			synctest.Wait()
			w.mustBeAlive(p, 5*time.Minute)
		})
	})
}

// One target that is stuck does not stop the others: no reason to restart.
func TestAliveWhileOthersMove(t *testing.T) {
	inBubble(t, func(w *world) {
		open := make(chan struct{})
		stuck := sourceFunc(func(ctx context.Context) (*scrape.Exposition, error) {
			<-open
			return exposes("a 1\n")(ctx)
		})
		p := w.pool(w.target("stuck", stuck), w.target("i", exposes("a 1\n")))
		w.living(p, func() {
			w.mustBeAlive(p, 10*time.Minute)
			close(open)
		})
	})
}
