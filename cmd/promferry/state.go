package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"github.com/promferry/promferry/push"
)

// openLedger opens the state file; it is nil without one.
func openLedger(path string, logger *slog.Logger) (*push.Ledger, error) {
	if path == "" {
		return nil, nil
	}
	return push.OpenLedger(path, logger)
}

// takeOver goes on where the process before this one has ended: targets get the
// groups that they have made, and what is nobody's now is deleted. Nothing is
// pushed yet.
func (f *ferry) takeOver(ctx context.Context) {
	f.pool.Restore(f.ledger.Entries())
	f.clear()
	f.remember(ctx, f.current())
}

// clear deletes the groups of an earlier configuration, as soon as all targets
// of this one are known.
func (f *ferry) clear() {
	if !f.current().whole {
		return
	}
	orphans := make(map[string][]push.Entry) // by URL
	for _, e := range f.pool.Unclaimed() {
		orphans[e.URL] = append(orphans[e.URL], e)
	}
	gateways := f.gateways()
	for _, url := range slices.Sorted(maps.Keys(orphans)) {
		at := slices.IndexFunc(gateways, func(g *push.Gateway) bool { return g.Place() == url })
		if at < 0 {
			f.disown(url, orphans[url])
			continue
		}
		f.logger.Info("groups of an earlier configuration are deleted", "gateway", gateways[at].Name, "url", url, "groups", len(orphans[url]))
		for _, e := range orphans[url] {
			gateways[at].Delete(e.Group)
		}
	}
}

// disown leaves groups where nothing says how to reach their gateway: it may
// want credentials. People have to delete them, so they are told once.
func (f *ferry) disown(url string, groups []push.Entry) {
	path, _ := push.GroupPath(groups[0].Group) // it was pushed
	f.logger.Warn("groups of an earlier configuration stay at a gateway that is not in this one; delete them there",
		"url", url, "groups", len(groups), "try", "promferry prune --older-than=1h --gateway="+url+", or curl -X DELETE "+url+path)
	for _, e := range groups {
		f.ledger.Forget(e.URL, e.Group)
	}
}

// remember writes the targets' own groups down, all at once, before the first
// push of any of them.
func (f *ferry) remember(ctx context.Context, p *parts) {
	var entries []push.Entry
	for _, t := range p.targets() {
		for _, g := range t.Gateways.Of(t.Labels) {
			entries = append(entries, push.Entry{URL: g.Place(), Group: t.Labels, Owner: t.Labels})
		}
	}
	f.ledger.Remember(ctx, entries...)
}
