package main

import (
	"fmt"
	"time"

	"github.com/promferry/promferry/test/proc"
)

func (o options) measure() error {
	w := newWorld(o)
	defer w.close()
	if err := w.write(0); err != nil {
		return err
	}
	began := time.Now()
	f, err := proc.StartFerry(o.binary, o.dir, w.config(), "", "--shutdown.timeout=1s")
	if err != nil {
		return err
	}
	err = w.follow(f, began)
	_ = f.Stop() // what is not pushed by then makes an exit code of 1
	return err
}

// follow measures a process from its start on.
func (w *world) follow(f *proc.Ferry, began time.Time) error {
	known := func() bool {
		m, err := f.Metrics()
		return err == nil && m["promferry_targets,job=node"] == float64(w.options.targets)
	}
	if err := f.Await("targets", time.Minute, known); err != nil {
		return err
	}
	fmt.Printf("start to %d targets known: %v\n", w.options.targets, time.Since(began).Round(time.Millisecond))
	if err := f.Await("pushes of all targets", time.Minute, func() bool { return w.pushed() >= w.options.targets }); err != nil {
		return err
	}
	settled, err := look(f)
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
func (w *world) rewrite(f *proc.Ferry, from, to int) (peak use, err error) {
	for round := from; round <= to; round++ {
		if err := w.write(round); err != nil {
			return peak, err
		}
		if err := f.Sleep(time.Second); err != nil {
			return peak, err
		}
		now, err := look(f)
		if err != nil {
			return peak, err
		}
		peak = use{max(peak.rss, now.rss), max(peak.goroutines, now.goroutines), max(peak.files, now.files)}
	}
	return peak, nil
}

// use is what the process has of what must not grow.
type use struct{ rss, goroutines, files float64 }

func look(f *proc.Ferry) (use, error) {
	m, err := f.Metrics()
	u := use{m["process_resident_memory_bytes"], m["go_goroutines"], m["process_open_fds"]}
	if err == nil && min(u.rss, u.goroutines, u.files) == 0 {
		err = fmt.Errorf("its metrics have only %+v", u)
	}
	return u, err
}

func (u use) print(when string) {
	fmt.Printf("%s: RSS %.0f MiB, %.0f goroutines, %.0f descriptors\n", when, u.rss/(1<<20), u.goroutines, u.files)
}

// within is an error where something has grown that should not: goroutines and
// descriptors by more than a tenth, memory, which depends on when garbage was
// collected, by more than a quarter. There are few descriptors, and some more where
// the machine stood still for a moment: then more targets are scraped at once, and
// their connections stay open. What a leak keeps is as many as there are targets.
func (u use) within(before use) error {
	if u.rss > 1.25*before.rss || u.goroutines > 1.1*before.goroutines || u.files > 1.1*before.files+100 {
		return fmt.Errorf("something stays behind: %+v after %+v", u, before)
	}
	return nil
}
