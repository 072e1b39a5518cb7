package test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestRemoteWriteAnswers (G23): what may go well another time is tried again, by
// whatever answer, and nothing newer goes before it. A redirect is not followed.
func TestRemoteWriteAnswers(t *testing.T) {
	t.Parallel()
	elsewhere := startRecording(t)
	receiver, target := startRecording(t), startNumbered(t, 1)
	receiver.answer.Store(inTurn(status(http.StatusServiceUnavailable, "starting"), later(http.StatusTooManyRequests, "1"), rawReset(""),
		redirect(http.StatusTemporaryRedirect, elsewhere.URL), typed("text/html", "<html>Sign in</html>"), takes))
	ferry := run(t, writeConfig(t, receiver.URL, often, soon, target[0].scripted))
	eventually(t, "scrapes", func() error { return receiver.atLeast(inApp("up"), 5) })
	ferry.terminate(t)
	if n := elsewhere.requests.Load(); n != 0 {
		t.Errorf("the redirect was followed by %d requests", n)
	}
	requests := receiver.requestsSoFar()
	first, waited := requests[0].request.String(), requests[2].at.Sub(requests[1].at)
	for i, w := range requests[:5] {
		if w.request.Timeseries[0].Samples[0].Timestamp != requests[0].request.Timeseries[0].Samples[0].Timestamp {
			t.Errorf("try %d is of another scrape: %s, want %s", i, w.request.String(), first)
		}
	}
	if waited.Milliseconds() < 950 {
		t.Errorf("came %v after Retry-After: 1", waited)
	}
	if err := receiver.taken(inApp("")).mustBeAll("target", target[0].scrapes.Load(), 0); err != nil {
		t.Error(err)
	}
}

// TestRemoteWriteRefused: what a store refuses is dropped and counted, the log
// tells it once, and what comes then is sent.
func TestRemoteWriteRefused(t *testing.T) {
	t.Parallel()
	receiver := startRecording(t)
	receiver.answer.Store(status(http.StatusBadRequest, "out of bounds"))
	target := startScripted(t, exposition(goodText))
	ferry := run(t, writeConfig(t, receiver.URL, often, soon, target))
	const dropped = `promferry_remote_write_samples_dropped_total{reason="refused",remote_write="store"}`
	eventually(t, "dropped samples", func() error { return ferry.atLeast(dropped, 14) })
	receiver.answer.Store(http.HandlerFunc(takes))
	eventually(t, "scrapes", func() error { return receiver.atLeast(inApp("up"), 3) })
	all, err := ferry.metric(dropped)
	if err != nil {
		t.Error(err)
	}
	ferry.terminate(t)
	if told := linesWith(ferry.stderr.String(), "refuses", "out of bounds"); len(told) != 1 {
		t.Errorf("the log tells %d times what was refused, want 1: %s", len(told), &ferry.stderr)
	}
	counted := float64(0)
	for _, w := range receiver.requestsSoFar() {
		for _, s := range w.request.Timeseries {
			if w.code == http.StatusBadRequest {
				counted -= float64(len(s.Samples))
			}
		}
	}
	if counted += all; counted != 0 {
		t.Errorf("counted %v samples more than were refused", counted)
	}
}

// TestRemoteWriteRefusedAlone: Prometheus takes a request as a whole or not at
// all. What it refuses of one target takes nothing of another along, although
// they were sent together.
func TestRemoteWriteRefusedAlone(t *testing.T) {
	t.Parallel()
	s, good := startReceiver(t, "scrape_configs: []\n"), startNumbered(t, 1)
	old := startScripted(t, exposition(fmt.Sprintf("old 1 %d\n", time.Now().Add(-2*time.Hour).UnixMilli())))
	ferry := run(t, config(t, `
		global { scrape_interval = "300ms" }
		remote_write "store" {
			url = %q
			queue { batch_send_deadline = "500ms" }
		}
		job "app" {
			static_config {
				targets = [%q]
				labels  = { instance = "good" }
			}
			static_config {
				targets = [%q]
				labels  = { instance = "old" }
			}
		}
	`, s.write, good[0].address(), old.address()))
	const dropped = `promferry_remote_write_samples_dropped_total{reason="refused",remote_write="store"}`
	eventually(t, "refused samples", func() error { return ferry.atLeast(dropped, 18) })
	ferry.terminate(t)
	scraped := good[0].scrapes.Load()
	got, err := s.taken(`{instance="good"}`)
	if err == nil {
		err = got.mustBeAll("good", scraped, 0)
	}
	if err != nil {
		t.Error(err)
	}
}
