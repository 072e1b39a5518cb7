package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/promferry/promferry/test/proc"
)

// A cost is what one run shows.
type cost struct {
	delays  []time.Duration // of the pushes to the healthy gateway, sorted
	peakRSS int64
}

// measure runs promferry between the targets, the healthy gateway and bad ones.
func (o options) measure(bad []gateway) (cost, error) {
	w := newWorld(o)
	defer w.close()
	urls := []string{w.healthy.URL}
	for _, start := range bad {
		url, end, err := start()
		if err != nil {
			return cost{}, err
		}
		defer end()
		urls = append(urls, url)
	}
	p, err := w.start(urls)
	if err != nil {
		return cost{}, err
	}
	c, err := w.watch(p)
	var status *exec.ExitError
	if end := p.Stop(); !errors.As(end, &status) { // it may say that it left something undone
		err = errors.Join(err, end)
	}
	return c, err
}

func (w *world) start(gateways []string) (*proc.Process, error) {
	file := filepath.Join(w.dir, "promferry.hcl")
	if err := os.WriteFile(file, w.config(gateways), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(w.binary, "run", "--config.file="+file, "--web.listen-address=127.0.0.1:0", "--log.level=warn", "--shutdown.timeout=1s")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	return proc.Start(cmd)
}

// watch leaves the first interval out, in which connections are made, and the
// time that the first pushes to the hanging gateway take to fail.
func (w *world) watch(p *proc.Process) (c cost, err error) {
	if err := p.Sleep(max(2*w.interval, 12*time.Second)); err != nil {
		return c, err
	}
	w.restart()
	if err := p.Sleep(w.duration); err != nil {
		return c, err
	}
	c.delays = w.restart()
	slices.Sort(c.delays)
	if expected := w.options.targets * int(w.duration/w.interval); len(c.delays) < expected*9/10 {
		return c, fmt.Errorf("%d pushes to the healthy gateway within %v, want about %d", len(c.delays), w.duration, expected)
	}
	c.peakRSS, err = p.PeakRSS()
	return c, err
}

// late is how late the given percentage of pushes is at most.
func (c cost) late(percent int) time.Duration {
	return c.delays[min(len(c.delays)*percent/100, len(c.delays)-1)]
}

func (c cost) print(what string) {
	fmt.Printf("%-32s %5d pushes, late by %v, %v and at most %v (half of them, 99 %%, all), peak RSS %.1f MiB\n", what, len(c.delays),
		round(c.late(50)), round(c.late(99)), round(c.late(100)), mib(c.peakRSS))
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
