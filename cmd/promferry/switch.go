package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/promferry/promferry/push"
)

// switchTo makes other parts those of the ferry while it runs. All that can fail
// was done before. What the old parts leave behind — DELETEs, idle connections,
// series of jobs and gateways that are gone — goes in the background, within the
// timeout.
func (f *ferry) switchTo(next *parts, timeout time.Duration) {
	before := f.exchange(next)
	f.remember(context.Background(), next)
	f.budget.Resize(next.maxPendingBytes)
	f.pool.SetWorkers(next.workers)
	left := f.pool.Replace(next.targets())
	f.senders.replace(next.named().All(), left, timeout, f.forgetGateway)
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
