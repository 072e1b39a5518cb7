package main

import (
	"fmt"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/scrape"
)

// settle says which targets the parts have, with what is found now: those of
// the parts before where they are the same.
func (f *ferry) settle(p, before *parts) {
	p.whole = p.foundAll() // before the finders are asked: what they find later is not in here
	old := before.jobsByName()
	for i := range p.jobs {
		job := &p.jobs[i]
		job.dropped, job.refused = slices.Clip(job.settings.Dropped), nil
		job.candidates = job.candidatesBeside(old[job.name()])
	}
	p.share()
	for i := range p.jobs {
		job := &p.jobs[i]
		f.fill(job, p.destinationsOf(job.settings), old[job.name()])
	}
}

// clone returns parts that settle can change.
func (p *parts) clone() *parts {
	c := *p
	c.jobs = slices.Clone(p.jobs)
	return &c
}

// candidatesBeside are all targets of the job that could be scraped, beside what
// it was before.
func (j *jobPart) candidatesBeside(old jobPart) []candidate {
	var all []candidate
	for _, t := range j.settings.Targets {
		all = append(all, candidate{Target: t, job: j, rank: rankListed})
	}
	running := old.byKey()
	for _, t := range j.found() {
		rank := rankFound
		if before, found := running[t.Labels.Key()]; found && identity(before.settings) == identity(t) {
			rank = rankRunning
		}
		all = append(all, candidate{Target: t, job: j, rank: rank})
	}
	return all
}

// found are the targets that the job's finders know, each once, as in Prometheus,
// but for those that the text lists, too.
func (j *jobPart) found() (all []configs.Target) {
	seen := make(map[string]bool)
	for _, t := range j.settings.Targets {
		seen[identity(t)] = true
	}
	for _, fi := range j.finders {
		for _, group := range fi.Groups() {
			for _, labels := range group.Targets {
				t, ok := j.resolve(group, labels)
				if id := identity(t); ok && !seen[id] {
					seen[id] = true
					all = append(all, t)
				}
			}
		}
	}
	return all
}

// identity is equal for targets that are the same: in what they are labelled and
// where they are scraped.
func identity(t configs.Target) string {
	if t.URL == nil {
		return t.Labels.Key()
	}
	return t.Labels.Key() + t.UnixSocket + " " + t.URL.String()
}

// resolve makes a target of what was found; it is not ok where it is dropped or
// refused.
func (j *jobPart) resolve(group *targetgroup.Group, labels model.LabelSet) (configs.Target, bool) {
	found := make(map[string]string, len(group.Labels)+len(labels))
	for _, set := range []model.LabelSet{group.Labels, labels} {
		for name, value := range set {
			found[string(name)] = string(value)
		}
	}
	t, kept, err := j.settings.Resolve(found)
	switch {
	case err != nil:
		err = fmt.Errorf("job %q, target %q: %w", j.settings.Name, withoutSecrets(found[model.AddressLabel]), err)
		j.refused = append(j.refused, refusedTarget{t, refusedInvalid, err})
	case !kept:
		j.dropped = append(j.dropped, t)
	}
	return t, kept
}

// fill makes the job's targets of its candidates: those of the job before where
// they are the same.
func (f *ferry) fill(j *jobPart, to destinations, old jobPart) {
	if !isSameJob(old.settings, j.settings) {
		old = jobPart{}
	}
	before := old.byKey()
	j.of, j.targets = nil, nil
	for _, c := range j.candidates {
		if c.losing == nil {
			j.of = append(j.of, c.Target)
		}
	}
	j.candidates = nil
	j.limited = j.limit()
	for _, t := range j.of {
		j.targets = append(j.targets, f.assembleTarget(j, t, to, before[t.Labels.Key()]))
	}
}

// limit is why no target of the job is scraped, or nil. As in Prometheus all of
// them are there, and fail.
func (j *jobPart) limit() *scrape.Error {
	limit := j.settings.TargetLimit
	if limit == 0 || len(j.of) <= limit {
		return nil
	}
	return &scrape.Error{Reason: scrape.ReasonTargetLimit, Err: fmt.Errorf("target_limit exceeded: job %q has more than %d targets", j.settings.Name, limit)}
}
