package main

import (
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"github.com/promferry/promferry/test/proc"
)

func (o options) measure() error {
	w := newWorld(o)
	defer w.close()
	if err := w.write(0); err != nil {
		return err
	}
	file, err := w.config()
	if err != nil {
		return err
	}
	address, err := proc.FreeAddress()
	if err != nil {
		return err
	}
	began := time.Now()
	p, err := proc.Start(exec.Command(o.binary, "run", "--config.file="+file, "--web.listen-address="+address, "--shutdown.timeout=1s"))
	if err != nil {
		return err
	}
	f := ferry{p, "http://" + address + "/metrics"}
	err = w.follow(f, began)
	_ = p.Stop() // what is not pushed by then makes an exit code of 1
	return err
}

// A ferry is the process that is measured.
type ferry struct {
	*proc.Process
	metrics string // URL
}

// follow measures a process from its start on.
func (w *world) follow(f ferry, began time.Time) error {
	known := func() bool { n, _ := f.value(`promferry_targets{job="node"}`); return n == float64(w.options.targets) }
	if err := f.Await("targets", time.Minute, known); err != nil {
		return err
	}
	fmt.Printf("start to %d targets known: %v\n", w.options.targets, time.Since(began).Round(time.Millisecond))
	if err := f.Await("pushes of all targets", time.Minute, func() bool { return w.pushed() >= w.options.targets }); err != nil {
		return err
	}
	settled, err := f.look()
	if err != nil {
		return err
	}
	settled.print("each scraped and pushed once")
	first, err := w.rewrite(f, 1, w.rewrites/2)
	if err != nil {
		return err
	}
	first.print("first half of the rewrites, peaks")
	second, err := w.rewrite(f, w.rewrites/2+1, w.rewrites)
	if err != nil {
		return err
	}
	second.print("second half of the rewrites, peaks")
	cpu, err := f.CPU()
	if err != nil {
		return err
	}
	fmt.Printf("CPU of all: %v, scrapes and pushes included\n", cpu.Round(time.Millisecond))
	if err := f.Await("groups of the last file alone", time.Minute, func() bool { return w.pushed() == w.options.targets }); err != nil {
		return fmt.Errorf("%w: %d groups, want %d", err, w.pushed(), w.options.targets)
	}
	return second.within(first)
}

// rewrite rewrites the file once a second, and returns the peaks.
func (w *world) rewrite(f ferry, from, to int) (peak use, err error) {
	for round := from; round <= to; round++ {
		if err := w.write(round); err != nil {
			return peak, err
		}
		if err := f.Sleep(time.Second); err != nil {
			return peak, err
		}
		now, err := f.look()
		if err != nil {
			return peak, err
		}
		peak = use{max(peak.rss, now.rss), max(peak.goroutines, now.goroutines), max(peak.files, now.files)}
	}
	return peak, nil
}

// use is what the process has of what must not grow.
type use struct{ rss, goroutines, files float64 }

func (f ferry) look() (u use, err error) {
	for name, to := range map[string]*float64{
		"process_resident_memory_bytes": &u.rss, "go_goroutines": &u.goroutines, "process_open_fds": &u.files,
	} {
		if *to, err = f.value(name); err != nil {
			return u, err
		}
	}
	return u, nil
}

func (u use) print(when string) {
	fmt.Printf("%s: RSS %.0f MiB, %.0f goroutines, %.0f descriptors\n", when, u.rss/(1<<20), u.goroutines, u.files)
}

// within is an error where something has grown that should not: goroutines and
// descriptors by more than a tenth, memory, which depends on when garbage was
// collected, by more than a quarter.
func (u use) within(before use) error {
	if u.rss > 1.25*before.rss || u.goroutines > 1.1*before.goroutines || u.files > 1.1*before.files {
		return fmt.Errorf("something stays behind: %+v after %+v", u, before)
	}
	return nil
}

// value reads one of the process's own metrics.
func (f ferry) value(series string) (float64, error) {
	resp, err := http.Get(f.metrics)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindSubmatch(body)
	if m == nil {
		return 0, fmt.Errorf("no series %s at %s", series, f.metrics)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
