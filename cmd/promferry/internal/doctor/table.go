package doctor

import (
	"fmt"
	"io"
	"strings"

	"github.com/promferry/promferry/cmd/promferry/internal/legible"
)

// A Table writes a report for people. The zero value shows only what is wrong of
// targets, without colour.
type Table struct {
	All bool // every check of every target
	// Paint may colour the word of an outcome, padding included. Nil leaves it.
	Paint func(o Outcome, word string) string
}

// maxTargets bounds the targets of each job that are shown without All.
const maxTargets = 20

// Write writes the report, and what to do.
func (t Table) Write(to io.Writer, r Report) {
	if len(r.Host) > 0 {
		fmt.Fprintln(to, "this host")
		t.checks(to, "  ", r.Host)
		fmt.Fprintln(to)
	}
	for _, g := range r.Gateways {
		fmt.Fprintf(to, "%s  %s\n", g.title(), oneLine(g.URL))
		t.checks(to, "  ", g.Checks)
		fmt.Fprintln(to)
	}
	for _, s := range r.RemoteWrites {
		fmt.Fprintf(to, "%s  %s\n", s.title(), oneLine(s.URL))
		t.checks(to, "  ", s.Checks)
		fmt.Fprintln(to)
	}
	t.targets(to, r.Targets)
	steps := stepsOf(r)
	if len(steps) > 0 {
		fmt.Fprintln(to, "\nwhat to do")
	}
	for i, s := range steps {
		fmt.Fprintf(to, "%3d. %s\n", i+1, legible.Line(s))
	}
	fmt.Fprintf(to, "\n%s\n", r.verdict())
}

func (g Gateway) title() string {
	if g.Shard == "" {
		return fmt.Sprintf("gateway %q", g.Name)
	}
	return fmt.Sprintf("gateway %q, shard %q", g.Name, g.Shard)
}

func (s RemoteWrite) title() string { return fmt.Sprintf("remote_write %q", s.Name) }

// checks writes a line for each; what was not reached is one.
func (t Table) checks(to io.Writer, indent string, checks Checks) {
	var behind []string
	for _, c := range checks {
		if c.Outcome == NotReached {
			behind = append(behind, c.Name)
			continue
		}
		fmt.Fprintln(to, strings.TrimRight(fmt.Sprintf("%s%s  %-13s  %s", indent, t.word(c.Outcome), c.Name, legible.Line(c.Found)), " "))
	}
	if len(behind) > 0 {
		fmt.Fprintf(to, "%s%s  %s\n", indent, t.word(NotReached), strings.Join(behind, ", "))
	}
}

// word is the one place where an outcome becomes text.
func (t Table) word(o Outcome) string {
	word := fmt.Sprintf("%-11s", strings.ReplaceAll(string(o), "_", " "))
	if t.Paint == nil {
		return word
	}
	return t.Paint(o, word)
}

// targets writes those of each job: how many are fine, and which are not.
func (t Table) targets(to io.Writer, all []Target) {
	fmt.Fprintln(to, "targets")
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Job == all[0].Job {
			n++
		}
		t.job(to, all[:n])
		all = all[n:]
	}
}

func (t Table) job(to io.Writer, all []Target) {
	n := make(map[Outcome]int)
	for _, target := range all {
		n[target.Outcome]++
	}
	fine := n[OK] + n[Note]
	line := fmt.Sprintf("  job %q: %d of %d targets are fine", all[0].Job, fine, len(all))
	switch {
	case len(all) == 1 && fine == 1:
		line = fmt.Sprintf("  job %q: its target is fine", all[0].Job)
	case len(all) == 1:
		line = fmt.Sprintf("  job %q: its target is not fine", all[0].Job)
	}
	if n[Note] > 0 && !t.All {
		line += fmt.Sprintf(" (%s, see --all)", count(n[Note], "has notes", "have notes"))
	}
	if n[NotReached] > 0 && !t.All {
		line += fmt.Sprintf(", %s not looked at", count(n[NotReached], "was", "were"))
	}
	fmt.Fprintln(to, line)
	shown := t.wrong(all)
	for _, target := range shown {
		t.target(to, target)
	}
	if more := n[Failed] + n[Warning] - len(shown); more > 0 && !t.All {
		fmt.Fprintf(to, "    and %d more; --all shows them\n", more)
	}
}

// wrong are the targets to show, the worst first; with All these are all.
func (t Table) wrong(all []Target) (shown []Target) {
	if t.All {
		return all
	}
	for _, o := range []Outcome{Failed, Warning} {
		for _, target := range all {
			if target.Outcome == o && len(shown) < maxTargets {
				shown = append(shown, target)
			}
		}
	}
	return shown
}

func (t Table) target(to io.Writer, target Target) {
	fmt.Fprintf(to, "    %s  instance %q\n", legible.Line(target.Address), oneLine(target.Labels["instance"]))
	shown := target.Checks
	if !t.All {
		shown = nil
		for _, c := range target.Checks {
			if c.Outcome != OK {
				shown = append(shown, c)
			}
		}
	}
	t.checks(to, "      ", shown)
}

// within is the time that was too short for all of it; a signal is said already.
func (r Report) within() string {
	if r.Interrupted {
		return ""
	}
	return " within --timeout"
}

// verdict is the line for who reads no further.
func (r Report) verdict() string {
	wrong, warnings, unknown := 0, 0, 0
	for checks := range r.all() {
		unreached := 0
		for _, c := range checks {
			switch c.Outcome {
			case Failed:
				wrong++
			case Warning:
				warnings++
			case NotReached:
				unreached++
			}
		}
		if unreached > 0 && checks.Worst() == NotReached {
			unknown++
		}
	}
	var parts []string
	if wrong > 0 {
		parts = append(parts, count(wrong, "thing is wrong", "things are wrong"))
	}
	if unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d not looked at%s", unknown, r.within()))
	}
	if warnings > 0 {
		parts = append(parts, count(warnings, "warning", "warnings"))
	}
	if len(parts) == 0 {
		return "all is fine"
	}
	said := strings.Join(parts, ", ")
	if r.Interrupted {
		return "interrupted: " + said
	}
	return said
}
