package main

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
)

// parts are a configuration made to run. They do not change: a reload makes
// others, of those that stay as they are.
type parts struct {
	workers         int
	maxPendingBytes int64
	gateways        []gatewayPart
	stores          []storePart
	jobs            []jobPart
	text            string // of the configuration, secrets masked
	whole           bool   // the targets of all jobs were known to settle
}

type gatewayPart struct {
	settings configs.Gateway
	shards   push.Shards // of settings.URLs
}

type jobPart struct {
	settings configs.Job
	client   *http.Client
	finders  []*finder

	// What settle makes.
	targets    []*relay.Target
	of         []configs.Target // those of targets
	limited    *scrape.Error    // why all of them fail, or nil
	dropped    []configs.Target // by relabeling
	refused    []refusedTarget
	candidates []candidate // only while it is at work
}

// assemble makes the parts of a configuration, of those of the one before where
// a block says what it said. It changes nothing that runs. What the jobs find is
// for settle.
func (f *ferry) assemble(cfg *configs.Config, before *parts) *parts {
	p := &parts{workers: cfg.Workers, maxPendingBytes: cfg.MaxPendingBytes, text: cfg.Text}
	for _, settings := range cfg.Gateways {
		p.gateways = append(p.gateways, f.assembleGateway(settings, before.gateway(settings)))
	}
	for _, settings := range cfg.RemoteWrites {
		p.stores = append(p.stores, f.assembleStore(settings, before.store(settings)))
	}
	old := before.jobsByName()
	for _, settings := range cfg.Jobs {
		job := jobPart{settings: settings}
		same := old[job.name()]
		job.finders = f.assembleFinders(settings, same.finders)
		if job.client = same.client; !isSameJob(same.settings, settings) {
			job.client = scrape.NewClient(settings.HTTP, "")
		}
		p.jobs = append(p.jobs, job)
	}
	return p
}

// assembleGateway makes a gateway of the shards of the one before; that is empty
// where its settings are others.
func (f *ferry) assembleGateway(settings configs.Gateway, before gatewayPart) gatewayPart {
	part := gatewayPart{settings: settings}
	for _, u := range settings.URLs {
		g := before.shard(u, shardName(settings, u))
		if g == nil {
			g = f.newGateway(settings, u)
		}
		part.shards = append(part.shards, g)
	}
	return part
}

// shard returns the one of that URL and name, or nil.
func (p gatewayPart) shard(u *url.URL, name string) *push.Gateway {
	for _, g := range p.shards {
		if *g.URL == *u && g.Shard == name {
			return g
		}
	}
	return nil
}

// assembleTarget keeps a target that is what it was and where it was. One that
// only goes elsewhere keeps its source, and with it connections and counters.
func (f *ferry) assembleTarget(job *jobPart, t configs.Target, to destinations, before targetPart) *relay.Target {
	if before.target == nil || !isSameTarget(before.settings, t) || (before.limited == nil) != (job.limited == nil) {
		return f.newTarget(job.settings, t, f.newSource(job, t), to)
	}
	if isSameSet(before.target.Gateways.All(), to.gateways.All()) && isSameSet(before.target.Stores, to.stores) {
		return before.target
	}
	return f.newTarget(job.settings, t, before.target.Source, to)
}

// isSameTarget compares targets but for what they were found with, which says
// nothing of what they are now.
func isSameTarget(a, b configs.Target) bool {
	a.Discovered, b.Discovered = nil, nil
	return reflect.DeepEqual(a, b)
}

// isSameSet compares shards or stores, of which none is there twice. Their order
// says nothing.
func isSameSet[T comparable](a, b []T) bool {
	missing := func(x T) bool { return !slices.Contains(b, x) }
	return len(a) == len(b) && !slices.ContainsFunc(a, missing)
}

// gateway returns the part of a gateway whose settings are those, but for its
// URLs; an empty one where there is none.
func (p *parts) gateway(settings configs.Gateway) gatewayPart {
	for _, part := range p.gateways {
		if isSameGateway(part.settings, settings) {
			return part
		}
	}
	return gatewayPart{}
}

func isSameGateway(a, b configs.Gateway) bool {
	a.URLs, a.Loopback = nil, false
	b.URLs, b.Loopback = nil, false
	return reflect.DeepEqual(a, b)
}

// A jobName tells a job from all others of a configuration.
type jobName struct{ builtin, name string }

func (j jobPart) name() jobName { return jobName{j.settings.Builtin, j.settings.Name} }

func (p *parts) jobsByName() map[jobName]jobPart {
	all := make(map[jobName]jobPart, len(p.jobs))
	for _, part := range p.jobs {
		all[part.name()] = part
	}
	return all
}

// isSameJob compares settings, but for which targets there are and where they go.
func isSameJob(a, b configs.Job) bool { return reflect.DeepEqual(a.Scraping(), b.Scraping()) }

// A targetPart is a target and what it was made of.
type targetPart struct {
	settings configs.Target
	limited  *scrape.Error
	target   *relay.Target
}

// byKey returns the targets of a job by their grouping keys.
func (j jobPart) byKey() map[string]targetPart {
	all := make(map[string]targetPart, len(j.targets))
	for i, t := range j.targets {
		all[t.Labels.Key()] = targetPart{j.of[i], j.limited, t}
	}
	return all
}

// destinations are where a job goes.
type destinations struct {
	gateways push.Gateways
	stores   []relay.Store
}

// destinationsOf returns what a job names, which is never nothing.
func (p *parts) destinationsOf(job configs.Job) destinations {
	return destinations{p.named(job.Gateways...), p.storesNamed(job.Gateways)}
}

// named returns the gateways of those names, or all.
func (p *parts) named(names ...string) push.Gateways {
	var gateways push.Gateways
	for _, part := range p.gateways {
		if len(names) == 0 || slices.Contains(names, part.settings.Name) {
			gateways = append(gateways, part.shards)
		}
	}
	return gateways
}

// targets returns those of all jobs.
func (p *parts) targets() []*relay.Target {
	var all []*relay.Target
	for _, job := range p.jobs {
		all = append(all, job.targets...)
	}
	return all
}

// clients returns those that its targets use.
func (p *parts) clients() map[*http.Client]bool {
	all := make(map[*http.Client]bool)
	for _, job := range p.jobs {
		all[job.client] = true
		for _, t := range job.targets {
			if source, ok := t.Source.(*scrape.HTTP); ok {
				all[source.Client] = true
			}
		}
		for _, fi := range job.finders {
			all[fi.client] = true
		}
	}
	return all
}

// hasJob tells whether there is a job of that name.
func (p *parts) hasJob(name string) bool {
	return slices.ContainsFunc(p.jobs, func(j jobPart) bool { return j.settings.Name == name })
}
