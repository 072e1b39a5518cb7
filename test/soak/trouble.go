//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/promferry/promferry/test/oracle"
)

// What may happen to promferry itself.
const (
	pause  oracle.Fault = "SIGSTOP"
	reload oracle.Fault = "reload"
)

// trouble is the time with faults: one more at each tick, some of them at once.
func (w *world) trouble() error {
	random := rand.New(rand.NewPCG(w.seed, 0))
	began := time.Now()
	for time.Since(began) < w.duration {
		if err := w.ferry.Sleep(interval); err != nil {
			return fmt.Errorf("%w\n%s", err, w.ferry.log())
		}
		if err := w.strike(random, time.Since(began) < w.duration/2); err != nil {
			return err
		}
		if err := w.heal(); err != nil {
			return err
		}
	}
	return w.calm()
}

// strike lets one thing go wrong. Each fault that keeps promferry at a distance
// for longer, and the longer the more there are, comes in the first half only.
func (w *world) strike(random *rand.Rand, first bool) error {
	length := time.Duration(50+random.IntN(600)) * time.Millisecond
	if random.IntN(20) == 0 {
		length *= 6
	}
	switch n := random.IntN(100); {
	case n < 80:
		t := w.targets[random.IntN(len(w.targets))]
		f := oracle.TargetFaults[random.IntN(len(oracle.TargetFaults))]
		t.Fail(f, length)
		w.note(f, t.Name, length)
	case n < 97:
		w.strikeGateway(random, first, length)
	case n < 98:
		return w.pause(length)
	default:
		return w.reload(random.IntN(len(w.targets)))
	}
	return nil
}

func (w *world) strikeGateway(random *rand.Rand, first bool, length time.Duration) {
	g := w.gateways[random.IntN(len(w.gateways))]
	f := oracle.GatewayFaults[random.IntN(len(oracle.GatewayFaults))]
	if later := random.IntN(8) == 0; later && first {
		f = oracle.LaterFaults[random.IntN(len(oracle.LaterFaults))]
	}
	if f == oracle.Refused && random.IntN(4) > 0 {
		f = oracle.Slow // a search costs requests, of which there are so many in five minutes
	}
	g.Fail(f, length)
	w.note(f, "gateway "+g.Name, length)
}

// reload takes a target out of the configuration, or back into it.
func (w *world) reload(i int) error {
	what := "without " + w.targets[i].Name
	change := (*oracle.Gateway).Remove
	if w.absent[i] {
		what, change = "with "+w.targets[i].Name, (*oracle.Gateway).Return
		w.returns++
		delete(w.absent, i)
	} else if len(w.absent) < len(w.targets)/4 && jobOf(i) == "soak" { // a job needs a target
		w.absent[i] = true
	} else {
		return nil
	}
	for _, g := range w.gateways {
		change(g, w.path(i))
	}
	w.note(reload, what, 0)
	return w.ferry.Reload(w.config(interval))
}

// pause is what a virtual machine knows.
func (w *world) pause(length time.Duration) error {
	w.note(pause, "promferry", length)
	if err := w.ferry.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	<-time.After(length)
	return w.ferry.Signal(syscall.SIGCONT)
}

func (w *world) note(f oracle.Fault, at string, length time.Duration) {
	w.faults[f]++
	if w.verbose {
		fmt.Printf("%s %s: %s for %v\n", time.Now().Format("15:04:05.000"), at, f, length)
	}
}

// heal opens the doors whose time is over.
func (w *world) heal() error {
	for _, t := range w.targets {
		if err := t.Heal(); err != nil {
			return err
		}
	}
	for _, g := range w.gateways {
		if err := g.Heal(); err != nil {
			return err
		}
	}
	return nil
}

// calm ends all faults.
func (w *world) calm() error {
	for _, t := range w.targets {
		t.Fail(oracle.None, 0)
	}
	for _, g := range w.gateways {
		g.Fail(oracle.None, 0)
	}
	return w.heal()
}
