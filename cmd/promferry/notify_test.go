package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/push"
)

// A manager keeps what it is told.
type manager struct {
	mu   sync.Mutex
	told []string
}

func (m *manager) send(state string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, state)
	return nil
}

// count is how often it was told exactly this.
func (m *manager) count(state string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.told {
		if s == state {
			n++
		}
	}
	return n
}

// notifierTo has a watchdog of 20 s and a status that stays.
func notifierTo(m *manager, alive func() bool) *notifier {
	return &notifier{
		send:     m.send,
		alive:    alive,
		status:   func() string { return "1 of 1 targets up" },
		watchdog: 20 * time.Second,
		logger:   slog.New(slog.DiscardHandler),
	}
}

func TestNotifierTellsALife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m manager
		ctx, cancel := context.WithCancel(t.Context())
		wait := notifierTo(&m, func() bool { return true }).start(ctx)
		time.Sleep(time.Minute - time.Second)
		cancel()
		wait(t.Context())
		if got := m.count("WATCHDOG=1"); got != 6 {
			t.Errorf("%d signs of life in a minute, want one in 10s", got)
		}
		want := []string{"READY=1", "WATCHDOG=1", "STATUS=1 of 1 targets up", "WATCHDOG=1"}
		if len(m.told) < 4 || !slices.Equal(m.told[:4], want) || m.told[len(m.told)-1] != "STOPPING=1" || len(m.told) != 9 {
			t.Errorf("told %q, want %q, then signs of life and STOPPING=1", m.told, want)
		}
	})
}

// A schedule that does not move gives no sign of life, nor does one whose lock
// is held for ever, which even keeps the question from being answered.
func TestStuckScheduleGivesNoSignOfLife(t *testing.T) {
	held := make(chan struct{})
	for name, stuck := range map[string]func() bool{
		"does not move": func() bool { return false },
		"lock is held":  func() bool { <-held; return true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				held = make(chan struct{})
				var m manager
				ctx, cancel := context.WithCancel(t.Context())
				n := notifierTo(&m, func() bool { return true })
				begun := time.Now()
				n.alive = func() bool { return time.Since(begun) < time.Minute || stuck() }
				wait := n.start(ctx)
				time.Sleep(time.Minute - time.Second)
				before := m.count("WATCHDOG=1")
				time.Sleep(time.Hour)
				if after := m.count("WATCHDOG=1"); before == 0 || after != before {
					t.Errorf("%d signs of life while it lived, %d when it was stuck", before, after-before)
				}
				cancel()
				ending, stop := context.WithTimeout(t.Context(), time.Second)
				defer stop()
				wait(ending) // returns
				close(held)
				synctest.Wait()
			})
		})
	}
}

func TestNotifierWithoutWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m manager
		ctx, cancel := context.WithCancel(t.Context())
		n := notifierTo(&m, nil)
		n.watchdog = 0
		asked := 0
		n.status = func() string {
			asked++
			return fmt.Sprintf("%d of 1 targets up", min(asked/3, 1))
		}
		wait := n.start(ctx)
		time.Sleep(9*statusInterval + time.Second)
		cancel()
		wait(t.Context())
		want := []string{"READY=1", "STATUS=0 of 1 targets up", "STATUS=1 of 1 targets up", "STOPPING=1"}
		if !slices.Equal(m.told, want) {
			t.Errorf("told %q, want %q: a status only where it is another", m.told, want)
		}
	})
}

// How a reload ended is told with its end, not at the next look.
func TestReloadEndsWithTheStatus(t *testing.T) {
	var m manager
	n := notifierTo(&m, nil)
	done := n.reloading()
	n.status = func() string { return "configuration not reloaded" }
	done()
	if want := []string{"STATUS=configuration not reloaded", "READY=1"}; !slices.Equal(m.told[1:], want) {
		t.Errorf("told %q after the reload, want %q", m.told[1:], want)
	}
}

// A manager that is gone stops nothing, and is told of in the log.
func TestNotifierWhoseManagerIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		n := notifierTo(nil, func() bool { return true })
		var log strings.Builder
		n.logger = slog.New(slog.NewTextHandler(&log, nil))
		n.send = func(string) error { return errors.New("nobody there") }
		wait := n.start(ctx)
		n.reloading()()
		cancel()
		wait(t.Context())
		if strings.Count(log.String(), `err="nobody there"`) != 1 {
			t.Errorf("log does not say once that nobody is told:\n%s", &log)
		}
	})
}

func TestGatewayAnswersOnlyOnceItHas(t *testing.T) {
	for _, c := range []struct {
		status push.GatewayStatus
		want   bool
	}{
		{push.GatewayStatus{State: push.StateAnswering}, false},
		{push.GatewayStatus{State: push.StateAnswering, Since: time.Unix(1, 0)}, true},
		{push.GatewayStatus{State: push.StateDown, Since: time.Unix(1, 0)}, false},
		{push.GatewayStatus{State: push.StateRefusing, Since: time.Unix(1, 0)}, false},
	} {
		if got := isAnswering(c.status); got != c.want {
			t.Errorf("%+v: got %v, want %v", c.status, got, c.want)
		}
	}
}
