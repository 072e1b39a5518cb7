//go:build unix

package main

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/model/value"
)

// A store takes remote_write and keeps what is needed to judge it.
type store struct {
	address string
	server  *http.Server

	mu     sync.Mutex
	away   bool // keeps nothing
	seed   maphash.Seed
	series map[uint64]*kept
	newest map[string]int64 // the last time of each instance, in milliseconds
	sums
	problems []string // a few of them
	troubles int      // all
}

// kept is the last sample of a series.
type kept struct {
	at    int64
	value float64
}

// sums are counted since the start.
type sums struct {
	requests int
	bytes    int64 // of requests, compressed
	samples  int64 // all but stale markers
	scraped  int64 // those of targets, without the report of a scrape
	missing  int64 // of series that went on
}

func newStore(address string) *store {
	return &store{address: address, seed: maphash.MakeSeed(), series: make(map[uint64]*kept), newest: make(map[string]int64)}
}

// listen has it take requests until leave.
func (s *store) listen() error {
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.away = false // nobody is there yet
	s.server = &http.Server{Handler: http.HandlerFunc(s.take)}
	go func() { _ = s.server.Serve(l) }() // ends with leave
	return nil
}

// leave refuses connections, as if nothing were there. What it has kept has its
// answer before: else it would rightly come again.
func (s *store) leave() error {
	s.mu.Lock()
	s.away = true // what comes on a connection that seems idle to Shutdown is not kept
	s.mu.Unlock()
	return s.server.Shutdown(context.Background())
}

func (s *store) take(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	plain, err := snappy.Decode(nil, body)
	if err == nil {
		err = s.keep(plain, len(body))
	}
	if err != nil {
		s.mu.Lock()
		s.trouble("a request that cannot be read: %v", err)
		s.mu.Unlock()
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

func (s *store) keep(plain []byte, size int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		panic(http.ErrAbortHandler)
	}
	s.requests++
	s.bytes += int64(size)
	return eachSample(plain, s.seed, s.one)
}

// one judges a sample: times of a series only grow, and so do the values of one
// that a target offers, one by one.
func (s *store) one(got sample) {
	before, known := s.series[got.series]
	if !known {
		before = &kept{}
		s.series[got.series] = before
	}
	if got.at <= before.at {
		s.trouble("%s of %s: %s came after %s", got.name, got.instance, clock(got.at), clock(before.at))
	}
	before.at = got.at
	if s.newest[string(got.instance)] < got.at {
		s.newest[string(got.instance)] = got.at
	}
	if value.IsStaleNaN(got.value) {
		return
	}
	s.samples++
	if isReport(string(got.name)) {
		return
	}
	s.scraped++
	if known && got.value != before.value+1 {
		s.missing += int64(math.Max(0, got.value-before.value-1))
		if got.value <= before.value {
			s.trouble("%s of %s: scrape %v came after scrape %v", got.name, got.instance, got.value, before.value)
		}
	}
	before.value = got.value
}

func isReport(name string) bool { return name == "up" || strings.HasPrefix(name, "scrape_") }

func (s *store) trouble(format string, args ...any) {
	s.troubles++
	if s.troubles <= 10 {
		s.problems = append(s.problems, fmt.Sprintf(format, args...))
	}
}

func clock(ms int64) string { return time.UnixMilli(ms).Format("15:04:05.000") }

// so returns what was counted by now.
func (s *store) so() sums {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sums
}

// ages are how long ago the newest sample of each target from one number to
// another was scraped.
func (s *store) ages(from, to int) (all []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := from; i < to; i++ {
		if at, known := s.newest[fmt.Sprint("t", i)]; known {
			all = append(all, time.Since(time.UnixMilli(at)))
		}
	}
	return all
}
