package main

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"
	"github.com/promferry/promferry/builtin"
	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/push/remote"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
	"github.com/promferry/promferry/transport"
)

// A ferry is a configuration made to run. What counts and what bounds memory
// lives as long as the process; the parts are those of the configuration that
// was loaded last.
type ferry struct {
	composition
	registry *prometheus.Registry
	budget   *push.Budget
	buffers  *push.Buffers
	pushes   *push.Metrics
	stored   *remote.Metrics
	texts    *convert.Buffers
	scrapes  *relay.Metrics
	pool     *relay.Pool
	senders  *senders // nil before startPushing
	storing  *storing // nil before startStoring
	search   *search  // nil before startDiscovery

	switching sync.Mutex // held while other parts become those of the ferry

	mu    sync.Mutex
	parts *parts
}

// composition is what a configuration does not say.
type composition struct {
	logger    *slog.Logger         // nil discards
	dry       *dryRun              // shows what would be sent; nil sends it
	onPush    func(push.Outcome)   // or nil
	onStored  func(remote.Outcome) // or nil
	ledger    *push.Ledger         // nil remembers nothing
	giveUp    time.Duration        // of a request that fails; 0: a newer one will take its place
	maxScrape time.Duration        // of a scrape, beside what its job says; 0 is no limit
}

// compose makes the parts of a configuration. Nothing is started.
func compose(cfg *configs.Config, how composition) (*ferry, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	f := newFerry(cfg.MaxPendingBytes, how)
	none := f.parts
	f.parts = f.assemble(cfg, none)
	f.settle(f.parts, none) // with what the text lists
	f.pool = relay.NewPool(f.parts.targets(), relay.Options{
		Workers: cfg.Workers,
		Host:    host,
		Logger:  how.logger,
		Metrics: f.scrapes,
	})
	return f, nil
}

func newFerry(maxPendingBytes int64, how composition) *ferry {
	f := &ferry{
		composition: how,
		parts:       new(parts),
		registry:    prometheus.NewRegistry(),
		budget:      push.NewBudget(maxPendingBytes),
		buffers:     new(push.Buffers),
		texts:       new(convert.Buffers),
	}
	f.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("promferry"),
	)
	f.pushes = push.NewMetrics(f.registry, f.budget)
	f.stored = remote.NewMetrics(f.registry)
	f.scrapes = relay.NewMetrics(f.registry)
	how.ledger.Register(f.registry)
	f.registry.MustRegister(targetMetrics{f})
	return f
}

// gateways are those of the configuration, each shard one.
func (f *ferry) gateways() []*push.Gateway {
	return f.current().named().All()
}

// newGateway makes a gateway, or the shard of that URL, that does not run yet.
func (f *ferry) newGateway(g configs.Gateway, at *url.URL) *push.Gateway {
	network := transport.New(g.HTTP, transport.Options{UserAgent: userAgent()})
	if f.dry != nil {
		network = f.dry
		g.Encoding, g.Compression = configs.EncodingText, configs.CompressionNone
	}
	return &push.Gateway{
		Name:                g.Name,
		Shard:               shardName(g, at),
		URL:                 at,
		Transport:           network,
		Timeout:             g.Timeout,
		MaxConcurrentPushes: g.MaxConcurrentPushes,
		Encoding:            push.Encoding(g.Encoding),
		Compression:         push.Compression(g.Compression),
		MinBackoff:          g.MinBackoff,
		MaxBackoff:          g.MaxBackoff,
		GiveUp:              f.giveUp,
		Budget:              f.budget,
		Buffers:             f.buffers,
		Ledger:              f.ledger,
		Logger:              f.logger,
		Metrics:             f.pushes,
		OnDone:              f.onPush,
	}
}

// shardName is how people tell one shard from the others.
func shardName(g configs.Gateway, at *url.URL) string {
	if len(g.URLs) == 1 {
		return ""
	}
	return at.Host + at.EscapedPath()
}

// protocols are what a job asks its targets for.
func protocols(names []string) (all []scrape.Protocol) {
	for _, name := range names {
		all = append(all, scrape.Protocol(name))
	}
	return all
}

// userAgent names the program and its version to targets and gateways.
func userAgent() string { return "promferry/" + plainVersion() }

// plainVersion is the version alone, as it was built.
func plainVersion() string { return cmp.Or(version.Version, "devel") }

// newTarget makes a target of a job that reads from the source.
func (f *ferry) newTarget(job configs.Job, t configs.Target, source scrape.Source, to destinations) *relay.Target {
	return &relay.Target{
		Job:             job.Name,
		Address:         address(job, t),
		Labels:          t.Labels,
		Source:          source,
		HonorLabels:     job.HonorLabels,
		HonorTimestamps: job.HonorTimestamps,
		Limits:          job.Limits,
		Rules:           job.MetricRules,
		Buffers:         f.texts,
		Gateways:        to.gateways,
		Stores:          to.stores,
		Interval:        t.ScrapeInterval,
		Timeout:         f.timeoutOf(t),
		KeepOnFailure:   job.OnScrapeFailure == configs.Keep,
		OnShutdown:      relay.Ending(job.OnShutdown),
	}
}

// timeoutOf is the longest time for a scrape of the target.
func (f *ferry) timeoutOf(t configs.Target) time.Duration {
	if f.maxScrape > 0 {
		return min(t.ScrapeTimeout, f.maxScrape)
	}
	return t.ScrapeTimeout
}

// newSource makes the source of a target. All HTTP targets of a job share a
// client, and so its connections; each unix socket needs its own.
func (f *ferry) newSource(job *jobPart, t configs.Target) scrape.Source {
	switch {
	case job.limited != nil:
		return scrape.Refused{Err: job.limited}
	case t.UnixSocket != "":
		return f.source(job.settings, t, scrape.NewClient(job.settings.HTTP, t.UnixSocket))
	}
	return f.source(job.settings, t, job.client)
}

func (f *ferry) source(job configs.Job, t configs.Target, client *http.Client) scrape.Source {
	switch {
	case job.Builtin == configs.BuiltinNetwork:
		return &builtin.Network{
			Include:        job.Network.DeviceInclude,
			Exclude:        job.Network.DeviceExclude,
			RequireAddress: job.Network.RequireAddress,
		}
	case job.Builtin == configs.BuiltinSelf:
		return builtin.Self{Gatherer: f.registry}
	case len(t.Files) > 0:
		return &scrape.Files{Patterns: t.Files, MaxAge: t.MaxAge, MaxBytes: job.BodySizeLimit}
	}
	return &scrape.HTTP{
		URL:               t.URL,
		Client:            client,
		Timeout:           f.timeoutOf(t),
		MaxBytes:          job.BodySizeLimit,
		Compress:          job.EnableCompression && !t.Loopback,
		Protocols:         protocols(job.Protocols),
		FallbackMediaType: job.FallbackMediaType,
		UserAgent:         userAgent(),
	}
}
