package main

import (
	"cmp"
	"fmt"

	"github.com/promferry/promferry/configs"
)

// A refusedTarget is one that is not scraped, as something is wrong with it.
type refusedTarget struct {
	configs.Target // Discovered is all that is sure to be there
	reason         string
	err            error
}

// The reasons for which a target is refused. They are metrics' label values.
const (
	refusedInvalid  = "invalid"   // what relabeling made of it cannot be scraped or pushed
	refusedKeyTaken = "key_taken" // another target has its grouping key
)

// A candidate is a target that a job may have.
type candidate struct {
	configs.Target
	job    *jobPart
	rank   int
	losing *candidate // has a group that this one would have, too; or nil
}

// The ranks of candidates, the first one first: a target of the text has its
// group, then one that has it already, then one that was found anew.
const (
	rankListed = iota
	rankRunning
	rankFound
	ranks
)

// A place is a group at a gateway. It has one owner.
type place struct{ gateway, group string }

// share gives each place to one candidate, and refuses the others that would
// have it.
func (p *parts) share() {
	owners := make(map[place]*candidate)
	for rank := range ranks {
		for i := range p.jobs {
			p.jobs[i].share(rank, owners)
		}
	}
}

func (j *jobPart) share(rank int, owners map[place]*candidate) {
	for i := range j.candidates {
		c := &j.candidates[i]
		if c.rank != rank {
			continue
		}
		key := c.Labels.Key()
		for _, g := range j.settings.Gateways {
			c.losing = cmp.Or(c.losing, owners[place{g, key}])
		}
		if c.losing != nil {
			j.refuse(c)
			continue
		}
		for _, g := range j.settings.Gateways {
			owners[place{g, key}] = c
		}
	}
}

func (j *jobPart) refuse(c *candidate) {
	other := address(c.losing.job.settings, c.losing.Target)
	err := fmt.Errorf("job %q, target %s: the grouping key %s is that of job %q, target %s: tell them apart by a label",
		j.settings.Name, address(j.settings, c.Target), c.Labels, c.losing.job.settings.Name, other)
	j.refused = append(j.refused, refusedTarget{c.Target, refusedKeyTaken, err})
}

// tellRefused logs which jobs have other refused targets than before.
func (f *ferry) tellRefused(before, now *parts) {
	old := before.jobsByName()
	for _, job := range now.jobs {
		if t := job.newlyRefused(old[job.name()]); t != nil {
			f.logger.Warn("discovered targets are not scraped", "job", job.settings.Name, "targets", len(job.refused), "err", t.err, "try", "promferry targets")
		}
	}
}

// newlyRefused returns the first refused target that was not so before, or nil.
func (j jobPart) newlyRefused(before jobPart) *refusedTarget {
	known := make(map[string]bool, len(before.refused))
	for _, t := range before.refused {
		known[t.err.Error()] = true
	}
	for i, t := range j.refused {
		if !known[t.err.Error()] {
			return &j.refused[i]
		}
	}
	return nil
}
