package main

import (
	"context"
	"log/slog"
	"net/http"
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
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
	"github.com/promferry/promferry/transport"
)

// A ferry is a configuration made to run: the pool, and the gateways that it
// gives its bodies to.
type ferry struct {
	registry *prometheus.Registry
	gateways push.Gateways
	pool     *relay.Pool
}

// composition is what a configuration does not say.
type composition struct {
	logger    *slog.Logger       // nil discards
	transport http.RoundTripper  // of the gateways; nil means the network
	onPush    func(push.Outcome) // or nil
	giveUp    time.Duration      // of a request that fails; 0: a newer one will take its place
}

// compose makes the parts of a configuration. Nothing is started.
func compose(cfg *configs.Config, how composition) (*ferry, error) {
	f := &ferry{registry: prometheus.NewRegistry()}
	f.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("promferry"),
	)
	f.addGateways(cfg, how)
	targets := f.targets(cfg)
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	f.pool = relay.NewPool(targets, relay.Options{
		Workers: cfg.Workers,
		Host:    host,
		Logger:  how.logger,
		Metrics: relay.NewMetrics(f.registry),
	})
	return f, nil
}

func (f *ferry) addGateways(cfg *configs.Config, how composition) {
	budget := push.NewBudget(cfg.MaxPendingBytes)
	buffers := new(push.Buffers)
	metrics := push.NewMetrics(f.registry, budget)
	for _, g := range cfg.Gateways {
		network := transport.New(g.HTTP, transport.Options{UserAgent: userAgent()})
		if how.transport != nil { // it shows what is sent
			network = how.transport
			g.Encoding, g.Compression = configs.EncodingText, configs.CompressionNone
		}
		f.gateways = append(f.gateways, &push.Gateway{
			Name:                g.Name,
			URL:                 g.URL,
			Transport:           network,
			Timeout:             g.Timeout,
			MaxConcurrentPushes: g.MaxConcurrentPushes,
			Encoding:            push.Encoding(g.Encoding),
			Compression:         push.Compression(g.Compression),
			MinBackoff:          g.MinBackoff,
			MaxBackoff:          g.MaxBackoff,
			GiveUp:              how.giveUp,
			Budget:              budget,
			Buffers:             buffers,
			Logger:              how.logger,
			Metrics:             metrics,
			OnDone:              how.onPush,
		})
	}
}

// userAgent names the program and its version to targets and gateways.
func userAgent() string {
	if version.Version == "" {
		return "promferry/devel"
	}
	return "promferry/" + version.Version
}

func (f *ferry) targets(cfg *configs.Config) []*relay.Target {
	var targets []*relay.Target
	buffers := new(convert.Buffers)
	for _, job := range cfg.Jobs {
		sources := f.sources(job)
		for i, t := range job.Targets {
			targets = append(targets, &relay.Target{
				Job:           job.Name,
				Address:       address(job, t),
				Labels:        t.Labels,
				Source:        sources[i],
				HonorLabels:   job.HonorLabels,
				Limits:        job.Limits,
				Buffers:       buffers,
				Gateways:      f.named(job.Gateways),
				Interval:      job.ScrapeInterval,
				Timeout:       job.ScrapeTimeout,
				KeepOnFailure: job.OnScrapeFailure == configs.Keep,
				OnShutdown:    relay.Ending(job.OnShutdown),
			})
		}
	}
	return targets
}

// sources returns the source of each target of a job. All HTTP targets of a
// job share a client, and so its connections.
func (f *ferry) sources(job configs.Job) []scrape.Source {
	shared := scrape.NewClient(job.HTTP, "")
	sources := make([]scrape.Source, len(job.Targets))
	for i, t := range job.Targets {
		client := shared
		if t.UnixSocket != "" {
			client = scrape.NewClient(job.HTTP, t.UnixSocket)
		}
		sources[i] = f.source(job, t, client)
	}
	return sources
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
		Timeout:           job.ScrapeTimeout,
		MaxBytes:          job.BodySizeLimit,
		Compress:          job.EnableCompression && !t.Loopback,
		FallbackMediaType: job.FallbackMediaType,
		UserAgent:         userAgent(),
	}
}

// named returns the gateways of those names.
func (f *ferry) named(names []string) push.Gateways {
	var gateways push.Gateways
	for _, name := range names {
		for _, g := range f.gateways {
			if g.Name == name {
				gateways = append(gateways, g)
			}
		}
	}
	return gateways
}

// startPushing lets the gateways send. The returned function waits until all is
// stored, or given up, and ends it: what is not when ctx ends is counted, named
// and left.
func (f *ferry) startPushing() (stop func(ctx context.Context)) {
	pushing, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for _, g := range f.gateways {
		group.Go(func() { g.Run(pushing) })
	}
	return func(ctx context.Context) {
		for _, g := range f.gateways {
			g.Hurry()
		}
		for _, g := range f.gateways {
			if g.Drain(ctx) > 0 {
				g.Abandon()
			}
		}
		cancel()
		group.Wait()
	}
}
