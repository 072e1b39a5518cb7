//go:build unix

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/promferry/promferry/test/oracle"
)

const (
	interval = 100 * time.Millisecond // of the scrapes and of the faults
	pushes   = 4                      // max_concurrent_pushes
	// recovery is how long all may take to be fresh after the last fault: an
	// interval and 5 s.
	recovery = interval + 5*time.Second
)

// A world is promferry and all that is around it.
type world struct {
	options
	judge    oracle.Judge
	targets  []*oracle.Target
	gateways []*oracle.Gateway
	ferry    *ferry
	watch    watch
	faults   map[oracle.Fault]int
	absent   map[int]bool // targets that the configuration has not
	returns  int          // of such
}

func newWorld(o options) (w *world, err error) {
	w = &world{options: o, faults: make(map[oracle.Fault]int), absent: make(map[int]bool)}
	for i := range o.targets {
		t, err := oracle.NewTarget(fmt.Sprintf("t%d", i), shapeOf(i))
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		t.Keep = jobOf(i) == "keep"
		w.targets = append(w.targets, t)
	}
	for _, name := range []string{"a", "b"} {
		g, err := oracle.NewGateway(name, "1.11.3", pushes, &w.judge)
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		for i, t := range w.targets {
			g.Expect(t, w.path(i))
		}
		w.gateways = append(w.gateways, g)
	}
	if w.ferry, err = startFerry(o, w.config(interval)); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// close ends what is left. What promferry leaves unsaid then does not matter.
func (w *world) close() error {
	var err error
	if w.ferry != nil {
		err = w.ferry.kill()
	}
	for _, t := range w.targets {
		t.Close()
	}
	for _, g := range w.gateways {
		g.Close()
	}
	return err
}

// shapeOf makes a few large targets, and some whose set of series changes.
func shapeOf(i int) oracle.Shape {
	switch {
	case i%8 == 3:
		return oracle.Shape{Series: 1000}
	case i%3 == 1:
		return oracle.Shape{Series: 200, Changing: true}
	}
	return oracle.Shape{Series: 20}
}

// jobOf has every fourth target keep its last values when a scrape fails.
func jobOf(i int) string {
	if i%4 == 2 {
		return "keep"
	}
	return "soak"
}

// path is that of a target's group.
func (w *world) path(i int) string {
	return "/metrics/job/" + jobOf(i) + "/instance/" + w.targets[i].Name
}

// config pushes to one gateway as packed protobuf, which is tried again soon, to
// the other as packed text, with the defaults.
func (w *world) config(interval time.Duration) string {
	var text strings.Builder
	fmt.Fprintf(&text, "global {\n  scrape_interval = %q\n}\n", interval)
	ways := []string{
		"encoding = \"protobuf\"\n  compression = \"snappy\"\n  retry {\n    min_backoff = \"20ms\"\n    max_backoff = \"500ms\"\n  }",
		"encoding = \"text\"\n  compression = \"gzip\"",
	}
	for i, g := range w.gateways {
		fmt.Fprintf(&text, "gateway %q {\n  url = %q\n  timeout = \"1s\"\n  max_concurrent_pushes = %d\n  %s\n}\n", g.Name, g.URL(), pushes, ways[i])
	}
	for job, failure := range map[string]string{"soak": "mark_down", "keep": "keep"} {
		fmt.Fprintf(&text, "job %q {\n  on_scrape_failure = %q\n", job, failure)
		for i, t := range w.targets {
			if jobOf(i) == job && !w.absent[i] {
				fmt.Fprintf(&text, "  static_config {\n    targets = [%q]\n    labels = { instance = %q }\n  }\n", t.Address(), t.Name)
			}
		}
		text.WriteString("}\n")
	}
	return text.String()
}

// live is the whole run.
func (w *world) live() error {
	if err := w.fresh(time.Now(), 20*time.Second); err != nil {
		return fmt.Errorf("before any fault: %w\n%s", err, w.ferry.log())
	}
	w.watch.start(w.ferry)
	defer w.watch.stop()
	if err := w.trouble(); err != nil {
		return err
	}
	w.watch.stop()
	healed := time.Now()
	if err := w.fresh(healed, recovery); err != nil {
		w.judge.Violated("after the last fault: %v", err)
	} else {
		fmt.Printf("soak: all groups fresh %v after the last fault\n", time.Since(healed).Round(time.Millisecond))
	}
	if err := w.account(); err != nil {
		return err
	}
	return w.end()
}

// fresh waits until every group has a scrape that was served after since.
func (w *world) fresh(since time.Time, within time.Duration) error {
	var stale []string
	err := w.ferry.Await("fresh group", within, func() bool {
		stale = nil
		for _, g := range w.gateways {
			stale = append(stale, g.Stale(since)...)
		}
		return len(stale) == 0
	})
	if err != nil {
		return fmt.Errorf("%w: %d are not: %s", err, len(stale), strings.Join(stale, ", "))
	}
	return nil
}

// end stops promferry, which then marks all groups down.
func (w *world) end() error {
	if err := w.ferry.Stop(); err != nil {
		return err
	}
	for _, g := range w.gateways {
		for _, other := range g.NotDown() {
			w.judge.Violated("gateway %s after a clean stop: %s", g.Name, other)
		}
	}
	return nil
}

// verdict prints what was done and what was wrong.
func (w *world) verdict() error {
	fmt.Printf("soak: faults %v\n", w.faults)
	w.watch.report(&w.judge)
	found, total := w.judge.Violations()
	for _, v := range found {
		fmt.Printf("%s %s\n", v.At.Format("15:04:05.000"), v.Text)
	}
	if total > 0 {
		fmt.Printf("the end of promferry's log:\n%s\n", w.ferry.log())
		return fmt.Errorf("seed %d: %d violations", w.seed, total)
	}
	fmt.Println("soak: no violation")
	return nil
}
