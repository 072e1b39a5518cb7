package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/promferry/promferry/cmd/promferry/internal/status"
	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/relay"
)

// snapshot is what the ferry knows of itself now, without what may be secret.
func (f *ferry) snapshot() status.Snapshot {
	p := f.current()
	s := status.Snapshot{At: time.Now(), Version: userAgent()}
	names := names{pages: make(map[gatewayName]string)}
	names.host, _ = os.Hostname() // without it, addresses stay as they are
	s.Host = names.host
	for _, g := range p.named().All() {
		s.Gateways = append(s.Gateways, gatewayStatus(g))
		names.pages[gatewayName{g.Name, g.Shard}] = status.Page(g.Place())
	}
	for _, st := range f.stores() {
		shown := storeStatus(st.Status())
		s.Stores = append(s.Stores, shown)
		names.feeds = append(names.feeds, status.Feed{Store: shown.Name, State: shown.State})
	}
	for _, job := range p.jobs {
		s.Jobs = append(s.Jobs, job.status(names))
	}
	return s
}

// names are how things are called outside of this process.
type names struct {
	host  string                 // this machine; "" is not known
	pages map[gatewayName]string // of the gateways, for people
	feeds []status.Feed          // to the stores, all of them
}

// A gatewayName tells a shard from all others of a configuration.
type gatewayName struct{ name, shard string }

func gatewayStatus(g *push.Gateway) status.Gateway {
	now := g.Status()
	shown := status.Gateway{
		Name: now.Name, Shard: now.Shard, URL: g.Place(), State: string(now.State), Since: now.Since,
		LastSuccess: now.LastSuccess, LastError: textOf(now.LastError), NextTry: now.NextTry,
		Version: now.Version, Encoding: now.Encoding, Compression: now.Compression,
		Doubt:  now.Doubt,
		Groups: now.Tally.Groups, Waiting: now.Tally.Waiting, Failing: now.Tally.Failing,
		Retyped: now.Tally.Retyped, LeftOut: now.Tally.Refused, Duplicates: now.Tally.Duplicates,
		Superseded: now.Tally.Superseded, Dropped: now.Tally.Dropped,
	}
	if now.Since.IsZero() {
		shown.State = status.GatewayUnknown
	}
	return shown
}

func (j jobPart) status(names names) status.Job {
	s := status.Job{Name: j.settings.Name, Targets: make([]status.Target, 0, len(j.targets))}
	for _, fi := range j.finders {
		now := fi.Status()
		s.Discovery = append(s.Discovery, status.Discovery{
			Kind: fi.settings.Kind(), Place: placeOf(fi.settings), Targets: now.Targets, Success: now.Success, Error: textOf(now.Err),
		})
	}
	for i, t := range j.targets {
		s.Targets = append(s.Targets, j.targetStatus(j.of[i], t, names))
	}
	for _, t := range j.dropped {
		s.Dropped = append(s.Dropped, masked(t.Discovered))
	}
	for _, t := range j.refused {
		s.Refused = append(s.Refused, status.Refused{Discovered: masked(t.Discovered), Error: t.err.Error()})
	}
	return s
}

// placeOf is where a discovery looks. The query of a URL may be a secret.
func placeOf(d configs.Discovery) string {
	switch {
	case d.URL != nil:
		return withoutSecrets(d.URL.String())
	case d.Names != nil:
		return d.Type + " " + strings.Join(d.Names, " ")
	}
	return strings.Join(d.Files, " ")
}

func (j jobPart) targetStatus(settings configs.Target, t *relay.Target, names names) status.Target {
	now := t.Status()
	s := status.Target{
		Job: now.Job, Address: now.Address, GlobalURL: globalURL(j.settings, settings, names.host),
		Labels: now.Labels, Discovered: masked(settings.Discovered), Interval: now.Interval, Timeout: t.Timeout,
		LastScrape: now.LastScrape, Duration: now.Duration, Error: textOf(now.Error),
		Samples: now.Samples, Bytes: now.Bytes, Losses: lossesOf(now), Others: now.Others,
		Feeds: names.feedsOf(j.settings),
	}
	for _, p := range now.Pushes {
		s.Pushes = append(s.Pushes, pushStatus(p, names.pages[gatewayName{p.Gateway, p.Shard}]))
	}
	return s
}

func pushStatus(p push.GroupStatus, page string) status.Push {
	path := p.Path
	if path == "" { // nothing was sent yet
		path, _ = push.GroupPath(p.Group) // its error is that of the push
	}
	return status.Push{
		Gateway: p.Gateway, Shard: p.Shard, Page: page, Group: p.Group, Path: path,
		LastSuccess: p.LastSuccess, LastAttempt: p.LastAttempt, LastError: textOf(p.LastError), Held: push.IsHeld(p.LastError),
		Series: p.Series, Bytes: p.Bytes, Duplicates: p.Duplicates,
		Retyped: p.Retyped, LeftOut: p.Refused, Waiting: p.Waiting,
	}
}

// lossesOf says what of a target's series does not go out, or not as it was.
func lossesOf(now relay.Status) (all []status.Loss) {
	add := func(n int, what string) {
		if n > 0 {
			all = append(all, status.Loss{Count: n, What: what})
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(now.Dropped)) {
		add(now.Dropped[reason], fmt.Sprintf("series left out: %s", reason))
	}
	for _, reason := range slices.Sorted(maps.Keys(now.NotStored)) {
		add(now.NotStored[reason], fmt.Sprintf("series left out of remote_write: %s", reason))
	}
	add(now.Timestamps, "timestamps stripped")
	add(now.Exemplars, "exemplars stripped")
	add(now.Natives, "native histograms cut")
	add(now.Escaped, "series with UTF-8 names escaped")
	return all
}

// globalURL is a target's address as others see it: by this machine's name where
// it is on loopback.
func globalURL(job configs.Job, t configs.Target, host string) string {
	if host != "" && t.Loopback && t.URL != nil && t.UnixSocket == "" {
		u := *t.URL
		if u.Host = host; t.URL.Port() != "" {
			u.Host += ":" + t.URL.Port()
		}
		t.URL = &u
	}
	return address(job, t)
}

// textOf is an error's text, or "" without one.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
