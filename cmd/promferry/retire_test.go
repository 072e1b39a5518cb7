package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/prometheus/model/relabel"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
)

// A stalling store waits for its disk from some moment on.
type stalling struct{ disk chan struct{} }

func (s *stalling) Begin(string, time.Time) relay.StoreBatch { return s }
func (s *stalling) Rules() []*relabel.Config                 { return nil }
func (s *stalling) Append([]byte, int)                       {}
func (s *stalling) AppendTimed([]byte, int)                  {}
func (s *stalling) Discard()                                 {}

func (s *stalling) Commit() {
	if s.disk != nil {
		<-s.disk
	}
}

// An empty source has no samples.
type empty struct{}

func (empty) Scrape(context.Context) (*scrape.Exposition, error) {
	return &scrape.Exposition{Body: io.NopCloser(strings.NewReader("")), MediaType: scrape.MediaTypeText}, nil
}

// P10: a stop ends within its time, although a disk stalls.
func TestRetireBesideADiskThatStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(stalling)
		f := newFerry(1<<20, composition{})
		f.pool = relay.NewPool([]*relay.Target{{
			Labels: convert.Labels{{Name: "job", Value: "j"}}, Source: empty{}, Stores: []relay.Store{s}, Interval: time.Minute, Timeout: time.Minute,
		}}, relay.Options{Workers: 1})
		if err := f.pool.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.disk = make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		err := f.retire(ctx, func(context.Context) error { return nil })
		if took := time.Since(began); took != 5*time.Second+closeTimeout || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v after %v, want one of the deadline soon after 5s", err, took)
		}
		close(s.disk)
	})
}
