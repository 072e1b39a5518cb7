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
}

// Verdict judges the snapshot.
func (s Snapshot) Verdict() Verdict {
	var counts Counts
	leftOut := 0
	for _, t := range s.Targets() {
		counts.add(t.State())
	}
	for _, g := range s.Gateways {
		leftOut += g.LeftOut
	}
	var j judgement
	j.targets(counts)
	for _, g := range s.Gateways {
		j.gateway(g, s.At)
	}
	for _, job := range s.Jobs {
		j.job(job)
	}
	j.count(j.unfound, "discovery fails", "discoveries fail")
	j.count(j.refused, "found target is refused", "found targets are refused")
	j.count(leftOut, "family is left out of pushes", "families are left out of pushes")
	if s.Load.Failed {
		j.say(Warn, "the configuration was not reloaded")
	}
	return j.verdict(counts)
}

// A judgement collects what is not well.
type judgement struct {
	level            Level
	says             []string
	away             int // gateways
	unfound, refused int
}

// say adds what is not well. The first level is the worst.
func (j *judgement) say(level Level, format string, args ...any) {
	if j.level == "" || level == Bad || level == Warn && j.level == Waiting {
		j.level = level
	}
	j.says = append(j.says, fmt.Sprintf(format, args...))
}

func (j *judgement) targets(c Counts) {
	if c.Down > 0 {
		j.say(Bad, "%d of %s down", c.Down, areTargets(c.All()))
	}
	if c.Unpushed > 0 && c.Down == 0 {
		j.say(Bad, "%d of %s up, but not pushed", c.Unpushed, areTargets(c.All()))
	} else if c.Unpushed > 0 {
		j.say(Bad, "%d up, but not pushed", c.Unpushed)
	}
	if c.Pending > 0 {
		j.say(Waiting, "%d of %s not scraped and pushed yet", c.Pending, areTargets(c.All()))
	}
}

// maxGatewaysNamed bounds the line.
const maxGatewaysNamed = 3

func (j *judgement) gateway(g Gateway, now time.Time) {
	if g.State != GatewayDown && g.State != GatewayRefusing {
		return
	}
	j.away++
	does := "is down"
	if g.State == GatewayRefusing {
		does = "refuses pushes"
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
	}
}

func (j *judgement) count(n int, one, more string) {
	switch {
	case n == 1:
		j.say(Warn, "1 %s", one)
	case n > 1:
		j.say(Warn, "%d %s", n, more)
	}
}

func (j *judgement) verdict(c Counts) Verdict {
	switch {
	case c.All() == 0 && j.level == "":
		return Verdict{Warn, "There are no targets"}
	case c.All() == 0:
		j.says = append([]string{"there are no targets"}, j.says...)
	case j.level == "" || c.Up == c.All():
		j.says = append([]string{allUp(c.All())}, j.says...)
	}
	if j.level == "" {
		j.level = Good
	}
	text := strings.Join(j.says, ", ")
	return Verdict{j.level, strings.ToUpper(text[:1]) + text[1:]}
}

func allUp(n int) string {
	if n == 1 {
		return "the one target is up and pushed"
	}
	return fmt.Sprintf("all %d targets are up and pushed", n)
}

func areTargets(n int) string {
	if n == 1 {
		return "1 target is"
	}
	return fmt.Sprintf("%d targets are", n)
}
