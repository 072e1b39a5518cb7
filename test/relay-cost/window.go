package main

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/promferry/promferry/test/proc"
)

// A cost is what a relay took in the windows of a shape.
type cost struct {
	relay    string
	cpu      time.Duration
	samples  int64 // scraped
	scrapes  int64
	expected int64 // scrapes at the interval
	pushes   int64 // requests: one a scrape to a gateway, as they come to a store
	pushed   int64 // bytes; those of remote_write before compression
	text     int64 // bytes that a target offers
	peakRSS  int64 // bytes, since the start of the process
	exit     error // it did not end cleanly; nil: it did
}

// and adds another window.
func (c cost) and(d cost) cost {
	return cost{
		relay:    d.relay,
		cpu:      c.cpu + d.cpu,
		samples:  c.samples + d.samples,
		scrapes:  c.scrapes + d.scrapes,
		expected: c.expected + d.expected,
		pushes:   c.pushes + d.pushes,
		pushed:   c.pushed + d.pushed,
		text:     d.text,
		peakRSS:  max(c.peakRSS, d.peakRSS),
		exit:     cmp.Or(c.exit, d.exit),
	}
}

// behind tells whether scrapes or pushes are missing, so that this is not what
// the shape costs. A few may be on their way at either end. A series has about as
// many bytes in a request of remote_write as in text.
func (c cost) behind() bool {
	most := c.expected * 95 / 100
	if c.isWritten() {
		return c.scrapes < most || c.pushed < most*c.text*3/4
	}
	return min(c.scrapes, c.pushes) < most
}

func (c cost) isWritten() bool { return c.relay == nameWritten || c.relay == nameSpooled }

func (c cost) secondsPerMillion() float64 { return c.cpu.Seconds() / float64(c.samples) * 1e6 }

func (c cost) peakMiB() float64 { return float64(c.peakRSS) / (1 << 20) }

// window starts a relay, measures it for a while when it has warmed up, and
// stops it.
func (w *world) window(r relay, length time.Duration) (cost, error) {
	cmd, err := r.command(w)
	if err != nil {
		return cost{}, err
	}
	p, err := proc.Start(cmd)
	if err != nil {
		return cost{}, err
	}
	c, err := w.watch(p, length)
	c.exit = p.Stop()
	var status *exec.ExitError
	if errors.As(c.exit, &status) && status.Exited() {
		return c, err // a relay may say that it left something undone
	}
	return c, errors.Join(err, c.exit)
}

func (w *world) watch(p *proc.Process, length time.Duration) (cost, error) {
	if err := w.warmUp(p); err != nil {
		return cost{}, err
	}
	before, err := w.reading(p)
	if err != nil {
		return cost{}, err
	}
	if err := p.Sleep(length); err != nil {
		return cost{}, err
	}
	after, err := w.reading(p)
	if err != nil {
		return cost{}, err
	}
	return w.between(before, after, length)
}

// warmUp waits for two intervals, in which each target has its first scrape.
// Then it waits for the middle between two pushes: with a single target the
// window then cuts no cycle in two.
func (w *world) warmUp(p *proc.Process) error {
	if err := p.Sleep(2 * w.shape.interval); err != nil {
		return err
	}
	pushes := w.pushes.Load()
	pushed := func() bool { return w.pushes.Load() > pushes }
	if err := p.Await("push", 4*w.shape.interval, pushed); err != nil {
		return err
	}
	return p.Sleep(w.shape.interval / 2)
}

// reading is all that was used and counted so far.
func (w *world) reading(p *proc.Process) (c cost, err error) {
	c.scrapes, c.pushes, c.pushed = w.scrapes.Load(), w.pushes.Load(), w.pushed.Load()
	if c.cpu, err = p.CPU(); err != nil {
		return cost{}, err
	}
	c.peakRSS, err = p.PeakRSS()
	return c, err
}

func (w *world) between(before, after cost, length time.Duration) (cost, error) {
	c := cost{
		cpu:      after.cpu - before.cpu,
		scrapes:  after.scrapes - before.scrapes,
		expected: int64(w.shape.targets) * int64(length/w.shape.interval),
		pushes:   after.pushes - before.pushes,
		pushed:   after.pushed - before.pushed,
		text:     int64(len(w.body)),
		peakRSS:  after.peakRSS,
	}
	c.samples = c.scrapes * int64(w.samples)
	switch {
	case c.scrapes == 0 || c.pushes == 0:
		return cost{}, fmt.Errorf("%d scrapes and %d pushes within %v", c.scrapes, c.pushes, length)
	case c.pushed/c.scrapes < c.text/100: // up 0, and nothing else
		return cost{}, fmt.Errorf("%d bytes of a scrape are pushed where targets have %d", c.pushed/c.scrapes, c.text)
	}
	return c, nil
}
