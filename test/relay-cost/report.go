package main

import (
	"fmt"
	"strings"
)

// A report is printed while it grows: a run takes minutes.
type report struct {
	own map[string]cost // promferry's, by shape
}

func newReport() *report {
	fmt.Printf("%-8s %-10s %11s %8s %8s %13s %13s %9s\n", "shape", "relay", "scrapes", "pushes", "kB/push", "CPU s/M smpl", "peak RSS MiB", "CPU ratio")
	return &report{own: make(map[string]cost)}
}

// add prints the rows of a shape and its goals.
func (r *report) add(s shape, costs []cost) {
	by := make(map[string]cost, len(costs))
	for _, c := range costs {
		by[c.relay] = c
		fmt.Printf("%-8s %-10s %5d/%-5d %8d %8d %13.2f %13.1f %9s\n", s.name, c.relay, c.scrapes, c.expected, c.pushes,
			c.pushed/c.pushes/1000, c.secondsPerMillion(), c.peakMiB(), ratio(s, c, costs[0]))
		c.printTrouble()
	}
	own := by[nameOwn]
	r.own[s.name] = own
	if s.cpuGoal > 0 {
		own.goal("CPU, times the reference", own.secondsPerMillion()/by[nameReference].secondsPerMillion(), s.cpuGoal)
	}
	if s.rssGoal > 0 {
		own.goal("peak RSS, MiB", own.peakMiB(), s.rssGoal)
	}
	if other, measured := r.own[s.rssOf]; measured {
		own.goal("peak RSS, times that of "+s.rssOf, own.peakMiB()/other.peakMiB(), s.rssTimes)
	}
	if rules, measured := by[nameRules]; measured {
		rules.goal("CPU with rules, times that without", rules.secondsPerMillion()/own.secondsPerMillion(), rulesGoal)
	}
	for _, name := range []string{nameWritten, nameSpooled} {
		by[name].goals(s.written, by[nameReference])
	}
}

// goals judges what was measured with a remote_write.
func (c cost) goals(most goals, reference cost) {
	if most == (goals{}) || c.relay == "" {
		return
	}
	c.goal("CPU "+c.relay+", times the reference", c.secondsPerMillion()/reference.secondsPerMillion(), most.cpu)
	c.goal("peak RSS "+c.relay+", times the reference", c.peakMiB()/reference.peakMiB(), most.rss)
	c.goal("peak RSS "+c.relay+", MiB", c.peakMiB(), most.mib)
}

// rulesGoal is how much more CPU rules for each series may cost.
const rulesGoal = 1.3

// printTrouble says what makes a row mean less than it seems to.
func (c cost) printTrouble() {
	if c.behind() {
		fmt.Printf("         %s fell behind: scrapes or pushes are missing\n", c.relay)
	}
	if c.exit != nil {
		fmt.Printf("         %s did not end cleanly: %v\n", c.relay, firstLine(c.exit))
	}
}

func ratio(s shape, c, reference cost) string {
	if !s.reference {
		return "-"
	}
	return fmt.Sprintf("%.3f", c.secondsPerMillion()/reference.secondsPerMillion())
}

// goal judges. A relay that did only a part of its work meets none.
func (c cost) goal(what string, got, most float64) {
	verdict := "met"
	switch {
	case c.behind():
		verdict = "MISSED, as it fell behind"
	case got > most:
		verdict = "MISSED"
	}
	fmt.Printf("         %s: %.3g, at most %.3g, goal: %s\n", what, got, most, verdict)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
