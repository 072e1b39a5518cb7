package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push"
)

// reload makes a configuration that of the ferry while it runs. What its jobs
// find that is not known yet is waited for a little, as they might be the same
// targets as before; the log says what stays unknown.
func (f *ferry) reload(cfg *configs.Config, timeout time.Duration) {
	f.switching.Lock()
	defer f.switching.Unlock()
	before := f.current()
	next := f.assemble(cfg, before)
	running := before.finders()
	f.tellUnknown(look(context.Background(), slices.DeleteFunc(next.finders(), func(fi *finder) bool { return slices.Contains(running, fi) }), firstLook))
	f.settle(next, before)
	f.switchTo(next, timeout)
}

// refind relays the targets that are found now. Nothing else changes.
func (f *ferry) refind(timeout time.Duration) {
	f.switching.Lock()
	defer f.switching.Unlock()
	before := f.current()
	next := before.clone()
	f.settle(next, before)
	f.switchTo(next, timeout)
}

// switchTo makes other parts those of the ferry while it runs. All that can fail
// was done before. What the old parts leave behind — DELETEs, idle connections,
// series of jobs, gateways and stores that are gone — goes in the background, within the
// timeout. f.switching is held.
func (f *ferry) switchTo(next *parts, timeout time.Duration) {
	before := f.exchange(next)
	f.tellRefused(before, next)
	f.remember(context.Background(), next)
	f.budget.Resize(next.maxPendingBytes)
	f.pool.SetWorkers(next.workers)
	f.setStores(before, next)
	f.storing.start(next.stores) // before anything goes there
	left := f.pool.Replace(next.targets())
	f.clear()
	f.senders.replace(next.named().All(), left, timeout, f.forgetGateway)
	f.storing.replace(next.stores, left, timeout, f.forgetStore)
	f.search.replace(next.finders())
	f.senders.after(left, timeout, func() { f.forgetJobs(before) })
}

func (f *ferry) exchange(next *parts) (before *parts) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before, f.parts = f.parts, next
	return before
}

// current returns the parts of the configuration.
func (f *ferry) current() *parts {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.parts
}

// forgetGateway lets go what a gateway has that sends no more.
func (f *ferry) forgetGateway(g *push.Gateway) {
	closeIdle(&http.Client{Transport: g.Transport})
	if !slices.ContainsFunc(f.gateways(), func(other *push.Gateway) bool { return other.Name == g.Name && other.Shard == g.Shard }) {
		f.pushes.Forget(g)
	}
}

// forgetJobs lets go what the jobs before have that are not there any more.
func (f *ferry) forgetJobs(before *parts) {
	now := f.current()
	clients := now.clients()
	for client := range before.clients() {
		if !clients[client] {
			closeIdle(client)
		}
	}
	for _, job := range before.jobs {
		if !now.hasJob(job.settings.Name) {
			f.scrapes.Forget(job.settings.Name)
		}
	}
}

// closeIdle closes the connections that nobody will use any more.
func closeIdle(client *http.Client) {
	if client != nil {
		client.CloseIdleConnections()
	}
}
