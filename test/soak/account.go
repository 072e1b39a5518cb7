//go:build unix

package main

import (
	"fmt"
	"math"
	"time"

	"github.com/promferry/promferry/test/oracle"
	"github.com/promferry/promferry/test/proc"
)

// account holds promferry's own counters against what the ends have seen.
//
// For each gateway:
//
//	scrapes = pushes + superseded + dropped + open; a DELETE that a returned
//	  target's push takes the place of is one of the superseded
//	bodies stored by the gateway ≥ pushes, by at most the requests without an answer,
//	  and the parts of refused bodies
//	good scrapes - scrapes found at the gateway ≤ superseded + dropped + open + empty ones
//
// and for all targets, where good is scrapes - errors:
//
//	whole answers - good ≤ errors of the way (timeout, reset …)
//	good ≤ whole answers + empty ones
//
// open are the bodies that wait or are under way; there are moments without any.
func (w *world) account() error {
	open, m, err := w.settled()
	if err != nil {
		return err
	}
	whole, empty := 0.0, 0.0
	for _, t := range w.targets {
		served, nothing := t.Served()
		whole, empty = whole+float64(served), empty+float64(nothing)
	}
	scrapes, failed := m.Sum("promferry_scrapes_total"), m.Sum("promferry_scrape_errors_total")
	good := scrapes - failed
	onTheWay := failed - m.Sum("promferry_scrape_errors_total", "reason=status") - m.Sum("promferry_scrape_errors_total", "reason=parse")
	fmt.Printf("soak: %v scrapes, %v failed, %v answers left whole, %v empty\n", scrapes, failed, whole, empty)
	w.atMost("whole answers that count as failed without a reason", whole-good, onTheWay+float64(w.options.targets))
	w.atMost("good scrapes without a whole answer", good, whole+empty)
	for _, g := range w.gateways {
		w.accountGateway(m, g, good, empty, open[g.Name])
	}
	return nil
}

func (w *world) accountGateway(m proc.Metrics, g *oracle.Gateway, good, empty, open float64) {
	of, c := "gateway="+g.Name, g.Count()
	lost := m.Sum("promferry_pushes_superseded_total", of) + m.Sum("promferry_pushes_dropped_total", of)
	failed := m.Sum("promferry_push_errors_total", of)
	pushed := m.Sum("promferry_pushes_total", of)
	fmt.Printf("soak: gateway %s: %v requests stored, %v failed, %v bodies superseded or dropped, %v open, %d scrapes and %d parts found there\n",
		g.Name, pushed, failed, lost, open, c.Scrapes, c.Parts)
	slack := float64(w.options.targets)
	w.atMost(g.Name+": bodies that promferry has neither pushed nor counted", open, 0)
	w.atMost(g.Name+": bodies that it has counted twice", -open, float64(w.returns))
	w.atMost(g.Name+": pushes that the gateway has not stored", pushed, float64(c.Bodies+c.Deletes))
	w.atMost(g.Name+": bodies stored without a push", float64(c.Bodies+c.Deletes-c.Parts)-pushed, failed+slack)
	w.atMost(g.Name+": scrapes that are missing and not counted", good-float64(c.Scrapes), lost+empty+slack)
}

func (w *world) atMost(what string, got, most float64) {
	if got > most {
		w.judge.Violated("%s: %v, want at most %v", what, got, most)
	}
}

// openAt returns the bodies of a gateway that have not come to an end.
func openAt(gateway string, m proc.Metrics) float64 {
	of := "gateway=" + gateway
	return m.Sum("promferry_scrapes_total") - m.Sum("promferry_pushes_total", of, "method=PUT") - m.Sum("promferry_pushes_total", of, "method=POST") -
		m.Sum("promferry_pushes_superseded_total", of) - m.Sum("promferry_pushes_dropped_total", of)
}

// settled asks until nothing is open at any gateway, which is so for moments,
// or for a few seconds in vain.
func (w *world) settled() (open map[string]float64, last proc.Metrics, err error) {
	open = make(map[string]float64)
	const wait = 7 * time.Millisecond
	for range settling / wait {
		if last, err = w.ferry.Metrics(); err != nil {
			return nil, nil, err
		}
		settled := true
		for _, g := range w.gateways {
			n := openAt(g.Name, last)
			if least, seen := open[g.Name]; !seen || math.Abs(n) < math.Abs(least) {
				open[g.Name] = n
			}
			settled = settled && open[g.Name] <= 0
		}
		if settled {
			break
		}
		if err := w.ferry.Sleep(wait); err != nil {
			return nil, nil, err
		}
	}
	return open, last, nil
}

// settling is how long settled looks for a moment without anything under way, in
// its own waits.
const settling = 5 * time.Second
