package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// errStopping is for who asks too late.
var errStopping = errors.New("promferry stops: nothing is reloaded any more")

// ask has a reload begin, and waits for what becomes of it.
func (r *reloader) ask(ctx context.Context) (reloadOutcome, error) {
	answer := make(chan reloadOutcome, 1)
	if err := r.enlist(answer); err != nil {
		return reloadOutcome{}, err
	}
	select {
	case outcome, good := <-answer:
		if !good {
			return outcome, errStopping
		}
		return outcome, nil
	case <-ctx.Done():
		return reloadOutcome{}, ctx.Err()
	}
}

func (r *reloader) enlist(answer chan<- reloadOutcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return errStopping
	}
	r.waiting = append(r.waiting, answer)
	select {
	case r.wake <- struct{}{}:
	default: // it is awake already
	}
	return nil
}

// refuse lets go who waits, now and later.
func (r *reloader) refuse() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	for _, answer := range r.waiting {
		close(answer)
	}
	r.waiting = nil
}

// ServeHTTP answers POST /-/reload when the reload has ended: 200, or 500 with
// what is wrong.
func (r *reloader) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	outcome, err := r.ask(req.Context())
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case outcome.Failed:
		http.Error(w, "configuration not reloaded, the one before goes on:\n"+outcome.Text, http.StatusInternalServerError)
	case outcome.Text != "":
		fmt.Fprint(w, outcome.Text)
	default:
		fmt.Fprintln(w, "configuration reloaded")
	}
}

// whoWaits returns those that the reload that begins now is for.
func (r *reloader) whoWaits() []chan<- reloadOutcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() { r.waiting = nil }()
	select {
	case <-r.wake: // they need no other one
	default:
	}
	return r.waiting
}
