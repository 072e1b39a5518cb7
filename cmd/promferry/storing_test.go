package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push/remote"
)

// An inlet is the network of a store. Where it is dead, nothing is answered.
type inlet struct {
	dead bool // receiver.mu guards it
	receiver
}

// revive has it answer again.
func (n *inlet) revive() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dead = false
}

func (n *inlet) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	plain, err := snappy.Decode(nil, body)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dead {
		return nil, errors.New("cut")
	}
	if err := n.samples.addRequest(plain); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: req}, nil
}

// A storeroom has stores that send, in a bubble, and a log.
type storeroom struct {
	*testing.T
	*storing
	log bytes.Buffer
}

func newStoreroom(t *testing.T) *storeroom {
	r := &storeroom{T: t}
	r.storing = newStoring(slog.New(slog.NewTextHandler(&r.log, nil)))
	t.Cleanup(func() { _ = r.storing.stop(context.Background()) })
	return r
}

// part is a store with a spool in that directory; "" is memory only.
func part(name, directory string, network http.RoundTripper) storePart {
	p := storePart{settings: configs.RemoteWrite{Name: name}, sending: remote.Settings{
		URL:               &url.URL{Scheme: "http", Host: name, Path: "/write"},
		Transport:         network,
		Timeout:           time.Second,
		Capacity:          1000,
		MaxSamplesPerSend: 100,
		BatchSendDeadline: time.Minute,
		MinBackoff:        time.Second,
		MaxBackoff:        time.Second,
	}}
	var spool *remote.Spool
	if directory != "" {
		p.settings.Spool = &configs.Spool{Directory: directory, MaxSize: 1 << 20}
		spool = &remote.Spool{Directory: directory, MaxSize: 1 << 20}
	}
	p.store = remote.New(name, spool, p.sending, remote.Options{})
	return p
}

// commit gives a store one sample.
func (r *storeroom) commit(p storePart, name string) {
	r.Helper()
	request := prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Labels:  []prompb.Label{{Name: "__name__", Value: name}},
		Samples: []prompb.Sample{{Value: 1, Timestamp: 5}},
	}}}
	body, err := request.Marshal()
	if err != nil {
		r.Fatal(err)
	}
	b := p.store.Begin("target", time.UnixMilli(5))
	b.Append(body, 1)
	b.Commit()
}

// took expects a network to have taken these samples since the last call.
func (r *storeroom) took(n *inlet, names ...string) {
	r.Helper()
	want := ""
	for _, name := range names {
		want += name + " 1 5\n"
	}
	if got := n.take(); got != want {
		r.Errorf("stored %q, want %q", got, want)
	}
}

// closed is what the targets of a store have left when they have.
func closed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func TestStopSendsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, n := newStoreroom(t), new(inlet)
		p := part("a", "", n)
		r.start([]storePart{p})
		r.commit(p, "x")
		synctest.Wait()
		r.took(n) // it waits for more
		if err := r.stop(t.Context()); err != nil {
			t.Error(err)
		}
		r.took(n, "x")
		if r.log.Len() > 0 {
			t.Errorf("logged: %s", &r.log)
		}
	})
}

// P10: a store that answers nothing ends with the context. What has a spool is
// kept for the next start.
func TestStopKeepsOrLosesTheRest(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r, n := newStoreroom(t), &inlet{dead: true}
		kept, lost := part("kept", directory, n), part("lost", "", n)
		r.start([]storePart{kept, lost})
		r.commit(kept, "x")
		r.commit(lost, "y")
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		err := r.stop(ctx)
		if err == nil || !strings.Contains(err.Error(), "1 sample is lost") {
			t.Errorf("got error %v, want the sample that is lost", err)
		}
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("the stop took %v, want no more than 5s and what closing takes", took)
		}
		for _, want := range []string{
			"level=INFO msg=\"samples are kept for the next start\" remote_write=kept samples=1 spool=" + directory,
			"remote_write=lost samples=1 err=",
		} {
			if !strings.Contains(r.log.String(), want) {
				t.Errorf("not logged: %s\n%s", want, &r.log)
			}
		}
		again := part("kept", directory, new(inlet))
		next := newStoreroom(t)
		next.start([]storePart{again})
		if err := next.stop(t.Context()); err != nil {
			t.Error(err)
		}
		next.took(again.sending.Transport.(*inlet), "x")
	})
}

// hanging is a network in which requests wait until they are cut off.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// What the end cuts off while it waits for the first answer has no error to tell.
func TestStopOfAStoreThatHangsTellsNoNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newStoreroom(t)
		p := part("hangs", "", hanging{})
		p.sending.Timeout = time.Minute
		p.store.Set(p.sending)
		r.start([]storePart{p})
		r.commit(p, "x")
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := r.stop(ctx); err == nil {
			t.Error("got no error, want the sample that is lost")
		}
		if log := r.log.String(); !strings.Contains(log, "remote_write=hangs samples=1") || strings.Contains(log, "nil") {
			t.Errorf("got log %q, want the sample that is lost, and no error that is none", log)
		}
	})
}

// A store that the configuration has no more sends what its targets leave before
// it is closed.
func TestStoreThatIsTakenOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, n := newStoreroom(t), new(inlet)
		stays, goes := part("stays", "", n), part("goes", "", n)
		r.start([]storePart{stays, goes})
		left, gone := make(chan struct{}), make(chan string, 2)
		r.replace([]storePart{stays}, left, time.Minute, func(p storePart) { gone <- p.store.Name })
		synctest.Wait()
		r.commit(goes, "x")
		close(left)
		synctest.Wait()
		r.took(n, "x")
		if name := <-gone; name != "goes" || len(gone) > 0 {
			t.Errorf("%s is gone, and %d more; want the one that was taken out", name, len(gone))
		}
		r.commit(stays, "y")
		if err := r.stop(t.Context()); err != nil {
			t.Error(err)
		}
		r.took(n, "y")
	})
}

// What is in the spool of a store that was taken out is told: nobody sends it.
func TestStoreThatIsTakenOutWhileItIsDown(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newStoreroom(t)
		p := part("a", directory, &inlet{dead: true})
		r.start([]storePart{p})
		r.commit(p, "x")
		r.replace(nil, closed(), 10*time.Second, func(storePart) {})
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if want := "level=WARN msg=\"samples stay in the spool of a remote_write that was taken out: a remote_write with this directory sends them\" remote_write=a samples=1 spool=" + directory; !strings.Contains(r.log.String(), want) {
			t.Errorf("not logged: %s\n%s", want, &r.log)
		}
	})
}

// A store of another name that has the same directory begins with memory, and goes
// on with the spool when the one before has closed it.
func TestStoreTakesASpoolOver(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r, n := newStoreroom(t), new(inlet)
		before, after := part("before", directory, &inlet{dead: true}), part("after", directory, n)
		r.start([]storePart{before})
		r.commit(before, "x")
		r.start([]storePart{after})
		r.commit(after, "y")
		r.replace([]storePart{after}, closed(), 10*time.Second, func(storePart) {})
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if err := r.stop(t.Context()); err != nil {
			t.Error(err)
		}
		got := n.take()
		for _, name := range []string{"x", "y"} {
			if strings.Count(got, name+" 1 5\n") != 1 {
				t.Errorf("stored %q, want %s once", got, name)
			}
		}
		if r.log.Len() > 0 {
			t.Errorf("logged: %s", &r.log)
		}
	})
}

// A store that replaces another of its name sends to the same series, so it waits
// until that one has sent what it had; what comes meanwhile is in its spool.
func TestStoreSendsAfterTheOneOfItsName(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r, old, now := newStoreroom(t), &inlet{dead: true}, new(inlet)
		before, after := part("a", "", old), part("a", directory, now)
		r.start([]storePart{before})
		r.commit(before, "x")
		r.start([]storePart{after})
		r.commit(after, "y")
		r.replace([]storePart{after}, closed(), 10*time.Minute, func(storePart) {})
		time.Sleep(5 * time.Minute)
		r.took(now)
		if spool := after.store.Status().Spool; spool.Pending != 1 || spool.Err != nil {
			t.Errorf("the spool has %d samples, error %v; want what came meanwhile", spool.Pending, spool.Err)
		}
		old.revive()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		r.took(old, "x")
		r.took(now, "y")
	})
}

// What a reload lost was told then. It is nothing that the stop has lost.
func TestStopTellsOnlyItsOwnLosses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newStoreroom(t)
		p := part("a", "", &inlet{dead: true})
		r.start([]storePart{p})
		r.commit(p, "x")
		r.replace(nil, closed(), 10*time.Second, func(storePart) {})
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if want := "remote_write=a samples=1"; !strings.Contains(r.log.String(), want) {
			t.Errorf("not logged: %s\n%s", want, &r.log)
		}
		if err := r.stop(t.Context()); err != nil {
			t.Errorf("got error %v at a stop that lost nothing", err)
		}
	})
}

// A reload under way when the program ends does not lengthen that.
func TestStopWhileAStoreIsTakenOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newStoreroom(t)
		p := part("a", "", &inlet{dead: true})
		r.start([]storePart{p})
		r.commit(p, "x")
		r.replace(nil, make(chan struct{}), time.Hour, func(storePart) {})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if err := r.stop(ctx); err == nil {
			t.Error("nothing is said of the sample that is lost")
		}
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("the stop took %v, want no more than 5s and what closing takes", took)
		}
	})
}
