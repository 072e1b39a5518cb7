package status

import (
	"fmt"
	"strings"
	"time"
)

// A Level says how much a verdict matters.
type Level string

// The levels.
const (
	Good    Level = "good"
	Waiting Level = "waiting" // it has only begun
	Warn    Level = "warning"
	Bad     Level = "bad"
)

// A Verdict says in one line whether everything flows.
type Verdict struct {
	Level Level
	Text  string
	Also  string // what else is not well, of less weight; "" is nothing
}

// Verdict judges the snapshot.
func (s Snapshot) Verdict() Verdict {
	var counts Counts
	leftOut := 0
	for _, job := range s.Jobs {
		for _, t := range job.Targets {
			counts.add(t.State())
		}
	}
	for _, g := range s.Gateways {
		leftOut += g.LeftOut
	}
	j := judgement{done: s.done()}
	j.targets(counts)
	for _, g := range s.Gateways {
		j.gateway(g, s.At)
	}
	for _, st := range s.Stores {
		j.store(st, s.At)
	}
	j.count(j.doubtful, "gateway may be no Pushgateway", "gateways may be no Pushgateways")
	for _, job := range s.Jobs {
		j.job(job)
	}
	j.stores()
	j.count(j.unfound, "discovery fails", "discoveries fail")
	j.findsNothing()
	j.count(j.refused, "found target is refused", "found targets are refused")
	j.count(leftOut, "family is left out of pushes", "families are left out of pushes")
	if s.Load.Failed {
		j.add("the configuration was not reloaded")
	}
	return j.verdict(counts)
}

// A judgement collects what is not well.
type judgement struct {
	done             string // with scrapes
	level            Level
	says, also       []string
	away             int // gateways
	unfound, refused int
	empty            []string // what finds nothing
	doubtful         int      // gateways
	storesAway       int
	behind           []string // stores, by name; so are those below
	unused           []string
	nearlyFull       []string
	dropping         []string
}

// say adds what keeps targets from Prometheus.
func (j *judgement) say(level Level, format string, args ...any) {
	j.raise(level)
	j.says = append(j.says, fmt.Sprintf(format, args...))
}

// add adds what else is not well.
func (j *judgement) add(text string) {
	j.raise(Warn)
	j.also = append(j.also, text)
}

// raise keeps the worst level.
func (j *judgement) raise(level Level) {
	if j.level == "" || level == Bad || level == Warn && j.level == Waiting {
		j.level = level
	}
}

func (j *judgement) targets(c Counts) {
	if c.Down > 0 {
		j.say(Bad, "%s down", areOf(c.Down, c.All()))
	}
	if c.Unpushed > 0 && c.Down == 0 {
		j.say(Bad, "%s up but not %s", areOf(c.Unpushed, c.All()), j.done)
	} else if c.Unpushed > 0 {
		j.say(Bad, "%s up but not %s", are(c.Unpushed), j.done)
	}
	if c.Pending > 0 {
		j.say(Waiting, "%s not scraped and %s yet", areOf(c.Pending, c.All()), j.done)
	}
}

// maxGatewaysNamed bounds the line.
const maxGatewaysNamed = 3

func (j *judgement) gateway(g Gateway, now time.Time) {
	if !g.isAway() {
		if g.Doubt != "" {
			j.doubtful++
		}
		return
	}
	j.away++
	does := "has been down"
	if g.State == GatewayRefusing {
		does = "has refused pushes"
	}
	switch {
	case j.away <= maxGatewaysNamed:
		j.say(Bad, "gateway %q %s for %s", g.Place(), does, short(now.Sub(g.Since)))
	case j.away == maxGatewaysNamed+1:
		j.say(Bad, "and more gateways")
	}
}

func (j *judgement) job(job Job) {
	j.refused += len(job.Refused)
	for _, d := range job.Discovery {
		if d.Error != "" {
			j.unfound++
		}
		if d.FindsNothing() {
			j.empty = append(j.empty, fmt.Sprintf("job %q finds nothing by %s", job.Name, d.Kind))
		}
	}
}

// findsNothing names what finds nothing, where that is one.
func (j *judgement) findsNothing() {
	switch n := len(j.empty); {
	case n == 1:
		j.add(j.empty[0])
	case n > 1:
		j.add(number(n) + " discoveries find nothing")
	}
}

func (j *judgement) count(n int, one, more string) {
	switch {
	case n == 1:
		j.add("1 " + one)
	case n > 1:
		j.add(number(n) + " " + more)
	}
}

func (j *judgement) verdict(c Counts) Verdict {
	switch {
	case c.All() == 0:
		j.raise(Warn)
		j.says = append([]string{"there are no targets"}, j.says...)
	case c.Up+c.Incomplete == c.All():
		j.raise(Good)
		j.says = append([]string{j.allUp(c.All())}, j.says...)
	}
	return Verdict{j.level, sentence(j.says), sentence(j.also)}
}

// sentence joins its parts.
func sentence(parts []string) string {
	text := strings.Join(parts, ", ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func (j *judgement) allUp(n int) string {
	if n == 1 {
		return "the one target is up and " + j.done
	}
	return fmt.Sprintf("all %s targets are up and %s", number(n), j.done)
}

// areOf is n of all targets, with the verb.
func areOf(n, all int) string {
	verb := "are"
	if n == 1 {
		verb = "is"
	}
	return fmt.Sprintf("%s of %s %s", number(n), plural(all, "target"), verb)
}

func are(n int) string {
	if n == 1 {
		return "1 is"
	}
	return number(n) + " are"
}
