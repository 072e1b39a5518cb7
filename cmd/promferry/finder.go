package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/scrape"
	"github.com/promferry/promferry/scrape/discovery"
)

// A finder is one discovery of a job, made to run. It outlives a reload that
// leaves its block as it is.
type finder struct {
	job      string
	settings configs.Discovery
	client   *http.Client // of http_sd, else nil
	*discovery.Watcher
}

// assembleFinders makes those of a job, of the ones before where a block says
// what it said. One that looks at the same places in another way knows what the
// one before knew until these have answered.
func (f *ferry) assembleFinders(job configs.Job, before []*finder) []*finder {
	before = slices.Clone(before)
	var all []*finder
	for _, settings := range job.Discovery {
		if i := slices.IndexFunc(before, func(old *finder) bool { return reflect.DeepEqual(old.settings, settings) }); i >= 0 {
			all = append(all, before[i])
			before = slices.Delete(before, i, i+1)
			continue
		}
		made := f.newFinder(job.Name, settings)
		if i := slices.IndexFunc(before, func(old *finder) bool { return isSamePlace(old.settings, settings) }); i >= 0 {
			made.Inherit(before[i].Watcher)
		}
		all = append(all, made)
	}
	return all
}

// isSamePlace compares where two discoveries look.
func isSamePlace(a, b configs.Discovery) bool {
	a.HTTP, a.RefreshInterval = promconfig.HTTPClientConfig{}, 0
	b.HTTP, b.RefreshInterval = promconfig.HTTPClientConfig{}, 0
	return reflect.DeepEqual(a, b)
}

func (f *ferry) newFinder(job string, settings configs.Discovery) *finder {
	logger := f.logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	made := &finder{job: job, settings: settings}
	made.Watcher = &discovery.Watcher{Interval: settings.RefreshInterval, Logger: logger.With("job", job)}
	switch {
	case settings.URL != nil:
		made.client = scrape.NewClient(settings.HTTP, "")
		made.Discoverer = &discovery.HTTP{URL: settings.URL, Client: made.client, Refresh: settings.RefreshInterval, UserAgent: userAgent()}
	case settings.Names != nil:
		made.Discoverer = &discovery.DNS{Names: settings.Names, Type: settings.Type, Port: settings.Port}
	default:
		made.Interval = discovery.FilesInterval
		made.Discoverer = &discovery.Files{Patterns: settings.Files, Refresh: settings.RefreshInterval}
	}
	return made
}

// hasFound tells whether all of its places were known once.
func (fi *finder) hasFound() bool { return !fi.Status().Success.IsZero() }

// finders are those of all jobs.
func (p *parts) finders() []*finder {
	var all []*finder
	for _, job := range p.jobs {
		all = append(all, job.finders...)
	}
	return all
}

// foundAll tells whether the targets of all jobs are known.
func (p *parts) foundAll() bool {
	return !slices.ContainsFunc(p.finders(), func(fi *finder) bool { return !fi.hasFound() })
}

// look has finders look that do not run, at once, within the timeout. It returns
// what is not known, with its job.
func look(ctx context.Context, finders []*finder, timeout time.Duration) (unknown []error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	defer cancel()
	failed := make([]error, len(finders))
	var group sync.WaitGroup
	for i, fi := range finders {
		group.Go(func() { failed[i] = fi.Look(ctx) })
	}
	group.Wait()
	for i, err := range failed {
		for _, e := range joined(err) {
			unknown = append(unknown, fmt.Errorf("job %q, %s: %w", finders[i].job, finders[i].settings.Kind(), e))
		}
	}
	return unknown
}

// joined are the errors that errors.Join made one of; err alone is one.
func joined(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
