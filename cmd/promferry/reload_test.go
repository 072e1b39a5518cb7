package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/configs"
)

// newReloader has no file to read.
func newReloader() *reloader {
	r := &reloader{
		flags:  &configFlags{quick: configs.Flags{Gateway: "http://gw:9091", Targets: []string{"t"}}},
		logger: slog.New(slog.DiscardHandler),
	}
	r.register(prometheus.NewRegistry(), loaded{})
	return r
}

// Who asks before the start gets an answer after it, who asks in time gets one,
// and who asks later hears why not.
func TestAskForAReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReloader()
		var asking sync.WaitGroup
		ask := func() {
			if _, err := r.ask(t.Context()); err != nil {
				t.Errorf("got %v, want an answer", err)
			}
		}
		for range 100 {
			asking.Go(ask)
		}
		synctest.Wait()
		stop := r.start()
		for range 100 {
			asking.Go(ask)
		}
		asking.Wait()
		stop(t.Context())
		if _, err := r.ask(t.Context()); !errors.Is(err, errStopping) {
			t.Errorf("got %v after the stop, want %v", err, errStopping)
		}
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/-/reload", nil))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("status %d after the stop, want 503", w.Code)
		}
	})
}

func TestStopAnswersWhoWaits(t *testing.T) {
	r := newReloader()
	answer := make(chan reloadOutcome, 1)
	if err := r.enlist(answer); err != nil {
		t.Fatal(err)
	}
	r.refuse()
	if _, good := <-answer; good {
		t.Error("got an outcome of a reload that was not there")
	}
}

// Those who wait when a reload begins need no other one.
func TestReloadsCoalesce(t *testing.T) {
	r := newReloader()
	for range 100 {
		if err := r.enlist(make(chan reloadOutcome, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(r.whoWaits()); got != 100 {
		t.Errorf("the reload is for %d, want 100", got)
	}
	select {
	case <-r.wake:
		t.Error("another reload is due")
	default:
	}
}

// A reload that takes long does not hold the stop up.
func TestStopDuringALongReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReloader()
		r.logger = slog.New(slowHandler{slog.DiscardHandler})
		stop := r.start()
		go func() { _, _ = r.ask(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		stop(ctx)
		if took := time.Since(start); took != time.Second {
			t.Errorf("the stop took %v, want what its context allows", took)
		}
		<-time.After(time.Hour) // until it has ended after all
	})
}

// A slowHandler takes a minute for an entry.
type slowHandler struct{ slog.Handler }

func (slowHandler) Enabled(context.Context, slog.Level) bool { return true }

func (slowHandler) Handle(context.Context, slog.Record) error {
	<-time.After(time.Minute)
	return nil
}
