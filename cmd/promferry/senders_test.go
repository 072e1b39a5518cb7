package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A wire notes when requests begin and end. Each takes a while; where it is cut,
// none is answered.
type wire struct {
	took time.Duration
	cut  bool
	mu   sync.Mutex
	log  []string
}

func (w *wire) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// notes returns what was noted since the last call.
func (w *wire) notes() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.log = nil }()
	return w.log
}

// end is that of one gateway's settings.
type end struct {
	*wire
	name string
}

func (e end) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodDelete { // it asks for the version
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
	}
	if e.cut {
		return nil, errors.New("cut")
	}
	e.note("%s begins", e.name)
	select {
	case <-time.After(e.took):
		e.note("%s ends", e.name)
		return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: r}, nil
	case <-r.Context().Done():
		e.note("%s is cancelled", e.name)
		return nil, r.Context().Err()
	}
}

func (w *wire) gateway(name, host string) *push.Gateway {
	return &push.Gateway{
		Name:      name,
		URL:       &url.URL{Scheme: "http", Host: host},
		Transport: end{w, name},
		Timeout:   10 * time.Second,
		Budget:    push.NewBudget(1 << 20),
	}
}

func deleteAt(g *push.Gateway) {
	g.Delete(convert.LabelsOf(map[string]string{"job": "j", "instance": "i"}))
}

var hasLeft = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func checkNotes(t *testing.T, w *wire, want ...string) {
	t.Helper()
	if got := w.notes(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A gateway with other settings begins when the last request of the old one has
// ended, also where that is replaced before it has begun.
func TestSendersOfOnePlaceComeInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{took: 5 * time.Second}
		s := newSenders(nil)
		first, second, third := w.gateway("first", "gw"), w.gateway("second", "gw"), w.gateway("third", "gw")
		var gone atomic.Int64
		note := func(*push.Gateway) { gone.Add(1) }
		s.start(first, nil)
		deleteAt(first)
		synctest.Wait()
		deleteAt(first) // waits for the one under way
		s.replace([]*push.Gateway{second}, hasLeft, time.Minute, note)
		synctest.Wait()
		deleteAt(second)
		s.replace([]*push.Gateway{third}, hasLeft, time.Minute, note)
		<-time.After(time.Minute)
		checkNotes(t, w, "first begins", "first ends", "third begins", "third ends")
		if n, sending := gone.Load(), len(s.beginStop()); n != 2 || sending != 1 {
			t.Errorf("%d are gone, %d send, want two gone and one that sends", n, sending)
		}
		s.stop(t.Context())
	})
}

// A gateway that the configuration has no more is told the last of it, when its
// targets have left.
func TestSenderThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{took: time.Second}
		s := newSenders(nil)
		old, kept := w.gateway("old", "a"), w.gateway("kept", "b")
		s.start(old, nil)
		s.start(kept, nil)
		left, gone := make(chan struct{}), make(chan struct{})
		s.replace([]*push.Gateway{kept}, left, time.Minute, func(*push.Gateway) { close(gone) })
		<-time.After(30 * time.Second)
		deleteAt(old)
		close(left)
		<-gone
		checkNotes(t, w, "old begins", "old ends")
		deleteAt(kept)
		s.stop(t.Context())
		checkNotes(t, w, "kept begins", "kept ends")
	})
}

// It gets no more time than the timeout, and the process at its stop waits no
// longer for it than for others.
func TestSenderThatIsGoneAndDown(t *testing.T) {
	for name, stop := range map[string]time.Duration{"reload": time.Hour, "stop": 3 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &wire{cut: true}
				s := newSenders(nil)
				old := w.gateway("old", "a")
				s.start(old, nil)
				deleteAt(old)
				start := time.Now()
				var ended time.Duration
				s.replace(nil, hasLeft, time.Minute, func(*push.Gateway) { ended = time.Since(start) })
				ctx, cancel := context.WithTimeout(t.Context(), stop)
				defer cancel()
				s.stop(ctx)
				if want := min(stop, time.Minute); ended != want {
					t.Errorf("it ended after %v, want %v", ended, want)
				}
			})
		})
	}
}

// What a gateway does not end in time is counted once: as pushed, as dropped, or
// by the gateway that takes its place.
func TestSendersCountOnce(t *testing.T) {
	check := func(name, next string, deletes int, stored, dropped float64) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reg := prometheus.NewRegistry()
				metrics := push.NewMetrics(reg, nil)
				w := &wire{took: 5 * time.Second}
				old, other := w.gateway("old", "a"), w.gateway("other", next)
				old.Metrics, other.Metrics = metrics, metrics
				s := newSenders(nil)
				s.start(old, nil)
				for range deletes { // the second one waits for the first
					deleteAt(old)
					synctest.Wait()
				}
				s.replace([]*push.Gateway{other}, hasLeft, time.Second, func(*push.Gateway) {})
				<-time.After(time.Minute)
				s.stop(t.Context())
				if got := sumOf(t, reg, "promferry_pushes_total"); got != stored {
					t.Errorf("pushed: got %v, want %v", got, stored)
				}
				if got := sumOf(t, reg, "promferry_pushes_dropped_total"); got != dropped {
					t.Errorf("dropped: got %v, want %v", got, dropped)
				}
			})
		})
	}
	check("gone while it sends", "b", 1, 1, 0)
	check("gone with something that waits", "b", 2, 1, 1)
	check("replaced", "a", 2, 2, 0)
}

// A gateway that moves, and is switched off where it was, is up: an alert on what
// its old address says would never end.
func TestSenderThatIsGoneSaysNothingOfItsHeir(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewRegistry()
		metrics := push.NewMetrics(reg, nil)
		old, moved := (&wire{cut: true}).gateway("gw", "a"), new(wire).gateway("gw", "b")
		old.Metrics, moved.Metrics = metrics, metrics
		s := newSenders(nil)
		s.start(old, nil)
		s.replace([]*push.Gateway{moved}, hasLeft, time.Minute, func(*push.Gateway) {})
		deleteAt(old)
		deleteAt(moved)
		<-time.After(30 * time.Second)
		if old.Status().State != push.StateDown || moved.Status().State == push.StateDown {
			t.Errorf("got %v at the old address and %v at the new one, want only the old one down", old.Status().State, moved.Status().State)
		}
		if got := sumOf(t, reg, "promferry_gateway_up"); got != 1 {
			t.Errorf("promferry_gateway_up: got %v, want 1", got)
		}
		s.stop(t.Context())
	})
}

// sumOf returns the sum of a counter or gauge.
func sumOf(t testing.TB, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}
