//go:build unix

package main

import (
	"fmt"
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
// open are the bodies that wait or are under way. Counters are not read all at one
// moment: so it is held when nothing moves any more.
func (w *world) account() error {
	if err := w.ferry.Reload(w.config(never)); err != nil {
		return err
	}
	open, m, err := w.settled()
	if err != nil {
		return err
	}
	whole, empty := 0.0, 0.0
	for _, t := range w.targets {
		served, nothing := t.Served()
		whole, empty = whole+float64(served), empty+float64(nothing)
	}
	scraped, failed := m.Sum(scrapes), m.Sum("promferry_scrape_errors_total")
	good := scraped - failed
	onTheWay := failed - m.Sum("promferry_scrape_errors_total", "reason=status") - m.Sum("promferry_scrape_errors_total", "reason=parse")
	fmt.Printf("soak: %v scrapes, %v failed, %v answers left whole, %v empty\n", scraped, failed, whole, empty)
	w.atMost("whole answers that count as failed without a reason", whole-good, onTheWay+float64(2*w.options.targets)) // the reload may have cut one of each
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
	return m.Sum(scrapes) - m.Sum("promferry_pushes_total", of, "method=PUT") - m.Sum("promferry_pushes_total", of, "method=POST") -
		m.Sum("promferry_pushes_superseded_total", of) - m.Sum("promferry_pushes_dropped_total", of)
}

// settled asks until promferry's counters stand still and nothing is open at any
// gateway, or for a while in vain.
func (w *world) settled() (open map[string]float64, last proc.Metrics, err error) {
	for end := time.Now().Add(settling); ; {
		before := last
		if last, err = w.ferry.Metrics(); err != nil {
			return nil, nil, err
		}
		open = make(map[string]float64)
		settled := before != nil && before.Sum(scrapes) == last.Sum(scrapes)
		for _, g := range w.gateways {
			open[g.Name] = openAt(g.Name, last)
			settled = settled && open[g.Name] <= 0 && open[g.Name] == openAt(g.Name, before)
		}
		if settled || time.Now().After(end) {
			return open, last, nil
		}
		if err := w.ferry.Sleep(lastScrapes); err != nil {
			return nil, nil, err
		}
	}
}

const (
	scrapes = "promferry_scrapes_total"
	// never is an interval that does not come again in this run.
	never = time.Hour
	// lastScrapes is how long after a reload each target is scraped, at most
	// (firstScrapeWithin of package relay), and a bit.
	lastScrapes = 6 * time.Second
	// settling is how long settled looks.
	settling = time.Minute
)
