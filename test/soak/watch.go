//go:build unix

package main

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/test/oracle"
)

// A watch looks each second at what promferry uses.
type watch struct {
	mu      sync.Mutex
	samples []usage

	end   chan struct{}
	ended sync.WaitGroup
	once  sync.Once
}

type usage struct {
	at                        time.Time
	goroutines, files, memory float64
}

func (w *watch) start(f *ferry) {
	w.end = make(chan struct{})
	w.ended.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-w.end:
				return
			case <-tick.C:
				w.look(f)
			}
		}
	})
}

func (w *watch) look(f *ferry) {
	m, err := f.Metrics()
	if err != nil {
		return // it may be stopped for a moment; too few samples are an error
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.samples = append(w.samples, usage{time.Now(), m["go_goroutines"], m["process_open_fds"], m["process_resident_memory_bytes"]})
}

func (w *watch) stop() {
	w.once.Do(func() {
		close(w.end)
		w.ended.Wait()
	})
}

// report compares the last quarter with the second one; the first is for
// warming up.
func (w *watch) report(judge *oracle.Judge) {
	n := len(w.samples)
	if n < 8 {
		judge.Violated("%d answers of promferry's /metrics, want one a second", n)
		return
	}
	warm, last := w.samples[n/4:n/2], w.samples[n-n/4:]
	for _, of := range []struct {
		what  string
		value func(usage) float64
	}{
		{"goroutines", func(u usage) float64 { return u.goroutines }},
		{"descriptors", func(u usage) float64 { return u.files }},
	} {
		before, after := median(warm, of.value), median(last, of.value)
		fmt.Printf("soak: %s: %v, later %v\n", of.what, before, after)
		if after > before*1.2+8 {
			judge.Violated("%s grew from %v to %v", of.what, before, after)
		}
	}
	memory := func(u usage) float64 { return u.memory / (1 << 20) }
	hours := last[0].at.Sub(warm[0].at).Hours()
	fmt.Printf("soak: RSS: %.1f MiB, later %.1f MiB (%+.1f MiB/h)\n", median(warm, memory), median(last, memory),
		(median(last, memory)-median(warm, memory))/hours)
}

func median(of []usage, value func(usage) float64) float64 {
	values := make([]float64, len(of))
	for i, u := range of {
		values[i] = value(u)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
