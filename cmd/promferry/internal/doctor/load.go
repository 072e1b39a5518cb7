package doctor

import (
	"fmt"
	"time"
)

// What pushes cost a Pushgateway, in time of one core: the rule of thumb of
// docs/sizing.md, which has what was measured with 1.5.1. It is about right up to
// some hundred groups, and too kind to many small ones.
const (
	// checkCost is for each series that is stored, in any group, of every push:
	// the check gathers the whole store (contract C49).
	checkCost = 2500 * time.Nanosecond
	// protobufCost and textCost are for each series of the body. Text was measured
	// beside protobuf: 2,000 series in 30 ms, without the check.
	protobufCost = 5 * time.Microsecond
	textCost     = 15 * time.Microsecond
)

// The parts of one core from which there is something to do. A Pushgateway works
// at one push at a time: more than a core it cannot use.
const (
	loadWarning = 0.5
	loadFull    = 1.0
)

// A load is what a gateway has to do.
type load struct {
	checks   bool          // it checks each push against all groups
	protobuf bool          // of our bodies
	stored   int           // series of all groups, ours among them
	pushes   float64       // of our targets, a second
	series   float64       // in these, a second
	observed float64       // pushes of everybody since its start, a second; 0: it does not say
	used     float64       // of one core since its start; 0: it does not say
	since    time.Duration // its start; what is observed in no time says nothing
}

// longEnough is how long a gateway has to run until what it has done on average
// says something.
const longEnough = 5 * time.Minute

// rate is how many pushes a second are to be expected. Those of everybody are
// known only on average since the start, ours among them or not.
func (l load) rate() float64 {
	if l.since < longEnough {
		return l.pushes
	}
	return max(l.pushes, l.observed)
}

// perPush is what the check costs at each push.
func (l load) perPush() time.Duration {
	if !l.checks {
		return 0
	}
	return time.Duration(l.stored) * checkCost
}

// core is the part of one core that is expected.
func (l load) core() float64 {
	body := textCost
	if l.protobuf {
		body = protobufCost
	}
	return l.rate()*l.perPush().Seconds() + l.series*body.Seconds()
}

// check says how near the gateway is to its limit.
func (l load) check(cs *Checks, who speaker) {
	const name = "load"
	found := l.text()
	if l.used > 0 && l.since >= longEnough {
		found += fmt.Sprintf("; since its start it has used %s of one", percent(l.used))
	}
	worst := l.core()
	if l.since >= longEnough {
		worst = max(worst, l.used)
	}
	switch {
	case worst >= loadFull:
		cs.fail(name, found, l.advice(who))
	case worst >= loadWarning:
		cs.warn(name, found, l.advice(who))
	default:
		cs.ok(name, found)
	}
}

func (l load) text() string {
	if !l.checks {
		return fmt.Sprintf("%s a second: %s of one core", rateText(l.rate()), percent(l.core()))
	}
	return fmt.Sprintf("%s a second, each with a check of %d series in about %s: %s of one core",
		rateText(l.rate()), l.stored, took(l.perPush()), percent(l.core()))
}

func (l load) advice(who speaker) string {
	if !l.checks {
		return fmt.Sprintf("Give %s several urls (shards), or raise scrape_interval.", who.name)
	}
	return fmt.Sprintf("Give %s several urls (shards): half the groups are a quarter of the work. Or raise scrape_interval, prune groups that nobody needs, or start it with --push.disable-consistency-check and know what that risks.", who.name)
}

func rateText(perSecond float64) string {
	if perSecond < 10 {
		return fmt.Sprintf("%.2g pushes", perSecond)
	}
	return fmt.Sprintf("%.0f pushes", perSecond)
}

func percent(part float64) string {
	if part < 0.01 {
		return "less than 1 %"
	}
	return fmt.Sprintf("about %.0f %%", 100*part)
}
