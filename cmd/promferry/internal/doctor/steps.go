package doctor

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// A step is one piece of advice and where it applies.
type step struct {
	outcome Outcome
	check   string
	advice  string
	where   []string // the first ones
	more    int
}

// maxWhere bounds the places that a step names.
const maxWhere = 2

// stepsOf are what to do, the worst first; advice that is the same for many is one
// step.
func stepsOf(r Report) []string {
	var steps []*step
	byAdvice := make(map[string]*step)
	add := func(where string, checks Checks) {
		for _, c := range checks {
			if c.Advice == "" {
				continue
			}
			key := string(c.Outcome) + c.Name + c.Advice
			s := byAdvice[key]
			if s == nil {
				s = &step{outcome: c.Outcome, check: c.Name, advice: c.Advice}
				byAdvice[key] = s
				steps = append(steps, s)
			}
			s.add(where)
		}
	}
	add("this host", r.Host)
	for _, g := range r.Gateways {
		add(g.title(), g.Checks)
	}
	for _, s := range r.RemoteWrites {
		add(s.title(), s.Checks)
	}
	for _, t := range r.Targets {
		add(t.Address, t.Checks)
	}
	slices.SortStableFunc(steps, func(a, b *step) int { return cmp.Compare(b.outcome.rank(), a.outcome.rank()) })
	lines := make([]string, len(steps))
	for i, s := range steps {
		lines[i] = s.String()
	}
	return lines
}

func (s *step) add(where string) {
	switch {
	case slices.Contains(s.where, where): // more than one thing is wrong there
	case len(s.where) < maxWhere:
		s.where = append(s.where, where)
	default:
		s.more++
	}
}

func (s *step) String() string {
	where := some(s.where, maxWhere)
	if s.more > 0 {
		where += fmt.Sprintf(" and %d more", s.more)
	}
	return fmt.Sprintf("%s, %s: %s", where, s.check, s.advice)
}

// all are the checks of everything that was looked at.
func (r Report) all() iter.Seq[Checks] {
	return func(yield func(Checks) bool) {
		if !yield(r.Host) {
			return
		}
		for _, g := range r.Gateways {
			if !yield(g.Checks) {
				return
			}
		}
		for _, s := range r.RemoteWrites {
			if !yield(s.Checks) {
				return
			}
		}
		for _, t := range r.Targets {
			if !yield(t.Checks) {
				return
			}
		}
	}
}
