package status

import (
	"cmp"
	"slices"
)

// PageSize is how many targets one page shows.
const PageSize = 100

// A View is a snapshot as it is shown: the worst first.
type View struct {
	Snapshot
	Query    Query
	Verdict  Verdict
	Counts   Counts // of all targets
	Matching int    // targets that the query wants
	First    int    // of those that are on this page, from 1; 0: none
	Last     int
	Groups   []Group
	Searches []Job // the jobs that find, drop or refuse targets
}

// A Group is what is shown of one job's targets.
type Group struct {
	Job     string
	Counts  Counts // of those that the query wants
	Targets []Target
	Above   int // of those, how many stand in a part of their own above, as they are broken
}

// View arranges the snapshot for a page: at most PageSize targets.
func (s Snapshot) View(q Query) View {
	v := s.ViewAll(q)
	if v.Matching > PageSize {
		v.Groups = brokenFirst(v.Groups)
	}
	from := min(q.Page-1, v.Matching) * PageSize // whatever number was asked for
	if from < v.Matching {
		v.First, v.Last = from+1, min(from+PageSize, v.Matching)
	}
	v.Groups = cut(v.Groups, from, PageSize)
	return v
}

// ViewAll arranges the snapshot with all targets that the query wants.
func (s Snapshot) ViewAll(q Query) View {
	v := View{Snapshot: s, Query: q, Verdict: s.Verdict()}
	for _, job := range s.Jobs {
		if len(job.Discovery)+len(job.Dropped)+len(job.Refused) > 0 {
			v.Searches = append(v.Searches, job)
		}
		g := Group{Job: job.Name}
		for _, t := range job.Targets {
			state := t.State()
			v.Counts.add(state)
			if q.wants(state) && q.finds(t) {
				g.Counts.add(state)
				g.Targets = append(g.Targets, t)
			}
		}
		if len(g.Targets) == 0 {
			continue
		}
		slices.SortStableFunc(g.Targets, func(a, b Target) int { return cmp.Compare(a.State().rank(), b.State().rank()) })
		v.Matching += len(g.Targets)
		v.Groups = append(v.Groups, g)
	}
	slices.SortStableFunc(v.Groups, func(a, b Group) int { return cmp.Compare(a.worst(), b.worst()) })
	slices.SortStableFunc(v.Searches, func(a, b Job) int { return cmp.Compare(a.searchRank(), b.searchRank()) })
	return v
}

// worst is the rank of the job's first target: they are in that order.
func (g Group) worst() int { return g.Targets[0].State().rank() }

// brokenFirst puts what is broken of all jobs before the rest, so that the healthy
// targets of one job do not push another's broken ones from the first page.
func brokenFirst(groups []Group) []Group {
	var broken, rest []Group
	for _, g := range groups {
		n := g.Counts.Broken()
		part := g
		if part.Targets = g.Targets[:n]; n > 0 {
			broken = append(broken, part)
		}
		if part.Targets, part.Above = g.Targets[n:], n; len(part.Targets) > 0 {
			rest = append(rest, part)
		}
	}
	return append(broken, rest...)
}

// searchRank puts the jobs first that miss targets.
func (j Job) searchRank() int {
	for _, d := range j.Discovery {
		if d.Error != "" || d.FindsNothing() {
			return 0
		}
	}
	if len(j.Refused) > 0 {
		return 0
	}
	return 1
}

// cut leaves n targets from one on. The counts of a job stay those of all.
func cut(groups []Group, from, n int) (some []Group) {
	for _, g := range groups {
		skipped := min(from, len(g.Targets))
		from -= skipped
		g.Targets = g.Targets[skipped:]
		g.Targets = g.Targets[:min(n, len(g.Targets))]
		n -= len(g.Targets)
		if len(g.Targets) > 0 {
			some = append(some, g)
		}
	}
	return some
}
