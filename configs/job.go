package configs

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// decodeJobs reads the jobs and builtins among the blocks, in their order.
func (d *decoder) decodeJobs(blocks hclsyntax.Blocks) []Job {
	var jobs []Job
	first := map[string]*hclsyntax.Block{}    // jobs by name
	builtins := map[string]*hclsyntax.Block{} // by name
	for _, block := range blocks {
		switch block.Type {
		case "job":
			jobs = append(jobs, d.decodeJob(block, d.nameOf(block, first)))
		case "builtin":
			if job, ok := d.decodeBuiltin(block, d.nameOf(block, builtins)); ok {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}

// A named block's label is unique unless it is twice, which is reported.
type named struct {
	text
	twice bool
}

// nameOf returns a block's label, which names must not have yet.
func (d *decoder) nameOf(block *hclsyntax.Block, names map[string]*hclsyntax.Block) named {
	name := labelOf(block)
	if len(block.Labels) == 0 {
		return named{name, true} // reported by section
	}
	if name.value == "" {
		d.errorf(name.at, "Empty block label", `Write %s "name" { … }.`, block.Type)
		return named{name, true}
	}
	other, twice := names[name.value]
	switch {
	case twice && block.Type == "builtin":
		d.errorf(name.at, "Builtin given twice", "There is a builtin %q at %s already; join the two.", name.value, place(labelOf(other).at))
	case twice:
		d.errorf(name.at, "Name used twice", "There is a %s %q at %s already. Give one of them another name.", other.Type, name.value, place(labelOf(other).at))
	default:
		names[name.value] = block
	}
	return named{name, twice}
}

func (d *decoder) decodeJob(block *hclsyntax.Block, name named) Job {
	s := d.section(&jobSchema, block)
	set := s.settings(d.global.settings)
	job := Job{
		Name:              name.value,
		Gateways:          s.destinationNames(),
		Discovery:         s.discoveries(),
		ScrapeInterval:    set.interval,
		ScrapeTimeout:     set.timeout,
		TargetLimit:       set.targets,
		HonorLabels:       s.boolean("honor_labels", false),
		HonorTimestamps:   s.boolean("honor_timestamps", true),
		Protocols:         s.protocols(),
		FallbackMediaType: s.fallbackMediaType(),
		EnableCompression: s.boolean("enable_compression", true),
		BodySizeLimit:     set.bodySize,
		Limits:            set.limits,
		MetricRules:       s.rules(&metricRelabelSchema),
		OnScrapeFailure:   set.onScrapeFailure,
		OnShutdown:        set.onShutdown,
		HTTP:              s.httpClient(),
		recipe:            s.recipe(set, d.global.labels, s.jobLabels(name)),
	}
	job.HTTP.FollowRedirects = s.boolean("follow_redirects", true)
	if len(job.Discovery) > 0 { // any address may come
		job.recipe.host = s.thisHost(s.block.DefRange())
	}
	targets, dropped := s.targets(job.recipe, job.Discovery)
	s.checkTargetLimit(job.TargetLimit, targets)
	job.Dropped = dropped
	for _, t := range targets {
		job.Targets = append(job.Targets, t.Target)
		if !name.twice {
			d.claim(t, job.Gateways)
		}
	}
	if !hasCredentials(job.HTTP) {
		return job
	}
	if i := slices.IndexFunc(targets, placed.isPlain); i >= 0 {
		d.warnPlain(targets[i].at)
	} else if len(job.Discovery) > 0 && job.recipe.scheme == "http" {
		d.warnPlain(block.DefRange())
	}
	return job
}

// jobLabels are the layer of a job: its labels, its name and its instance.
func (s *section) jobLabels(name named) layer {
	of := s.labels()
	if name.value == "" { // reported
		of[jobLabel] = text{"unnamed", name.at}
	} else {
		s.set(of, jobLabel, name.text)
	}
	s.setInstance(of)
	return of
}
