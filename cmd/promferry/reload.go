package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A reloader reads the configuration again when it is told to, and has the ferry
// switch to it. Reloads come one after the other; triggers that come during one
// are one more. A configuration that cannot be used changes nothing but what the
// log, the metrics and the page say.
type reloader struct {
	flags   *configFlags
	ferry   *ferry
	timeout time.Duration // of what the old configuration leaves behind
	watch   *watch        // nil: nobody looks at the files
	logger  *slog.Logger

	notifier *notifier // nil: nobody is told

	hangups <-chan os.Signal
	wake    chan struct{} // somebody waits; has room for one

	successful, since prometheus.Gauge

	mu      sync.Mutex
	waiting []chan<- reloadOutcome // each has room for one
	stopped bool
	last    reloadOutcome
}

// A reloadOutcome is what became of the last load.
type reloadOutcome struct {
	At     time.Time
	Failed bool   // the configuration before goes on
	Text   string // errors or warnings for people, secrets masked
}

// hangups returns SIGHUPs from now on; many are one. Before the first reload is
// possible, one must not end the process.
func hangups() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c
}

// register begins with the outcome of the start.
func (r *reloader) register(reg prometheus.Registerer, start loaded) {
	r.wake = make(chan struct{}, 1)
	r.successful = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "promferry_config_last_reload_successful", Help: "Whether the last load of the configuration was good: 1, or 0.",
	})
	r.since = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "promferry_config_last_reload_success_timestamp_seconds", Help: "When a configuration was last loaded that is good.",
	})
	reg.MustRegister(r.successful, r.since)
	r.note(reloadOutcome{At: time.Now(), Text: start.diagnostics})
}

// start reloads until the returned function is called. That waits for a reload
// under way, but not longer than its context.
func (r *reloader) start() (stop func(ctx context.Context)) {
	if r == nil {
		return func(context.Context) {}
	}
	stopping := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.loop(stopping)
	}()
	return func(ctx context.Context) {
		close(stopping)
		await(ctx, ended)
	}
}

func (r *reloader) loop(stopping <-chan struct{}) {
	polls, stopPolls := r.watch.ticks()
	defer stopPolls()
	defer r.refuse()
	for {
		select {
		case <-stopping:
			return
		case <-r.hangups:
		case <-r.wake:
		case <-polls:
			if !r.watch.changed() {
				continue
			}
		}
		r.reload()
	}
}

// reload tells all who wait what became of it.
func (r *reloader) reload() {
	defer r.notifier.reloading()()
	waiting := r.whoWaits()
	outcome := reloadOutcome{Text: "nothing to reload: the configuration is in the flags\n"}
	if r.flags.isQuick() {
		r.logger.Info("nothing to reload: the configuration is in the flags")
	} else {
		outcome = r.attempt()
		r.note(outcome)
		r.tell(outcome)
	}
	for _, answer := range waiting {
		answer <- outcome
	}
}

// attempt makes all of the new configuration first, and only then changes what
// runs.
func (r *reloader) attempt() reloadOutcome {
	began := time.Now()
	l, err := r.flags.read()
	r.watch.look(l.loader)
	if err != nil {
		return reloadOutcome{At: began, Failed: true, Text: err.Error() + "\n"}
	}
	if l.config == nil {
		return reloadOutcome{At: began, Failed: true, Text: l.diagnostics}
	}
	r.ferry.reload(l.config, r.timeout)
	return reloadOutcome{At: began, Text: l.diagnostics}
}

func (r *reloader) note(outcome reloadOutcome) {
	r.mu.Lock()
	r.last = outcome
	r.mu.Unlock()
	if outcome.Failed {
		r.successful.Set(0)
		return
	}
	r.successful.Set(1)
	r.since.Set(float64(outcome.At.UnixMilli()) / 1e3)
}

func (r *reloader) tell(outcome reloadOutcome) {
	took := time.Since(outcome.At).Round(time.Millisecond)
	switch {
	case outcome.Failed:
		r.logger.Error("configuration not reloaded, the one before goes on", "err", outcome.Text)
	case outcome.Text != "":
		r.logger.Warn("configuration reloaded", "took", took, "warnings", outcome.Text)
	default:
		r.logger.Info("configuration reloaded", "took", took, "targets", len(r.ferry.pool.Status()))
	}
}

// outcome is that of the last load.
func (r *reloader) outcome() reloadOutcome {
	if r == nil {
		return reloadOutcome{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}
