package main

import (
	"slices"

	"github.com/promferry/promferry/cmd/promferry/internal/status"
	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push/remote"
)

func storeStatus(now remote.Status) status.Store {
	shown := status.Store{
		Name: now.Name, URL: now.URL, State: string(now.State), Since: now.Since,
		LastSuccess: now.LastSuccess, LastError: textOf(now.LastError), NextTry: now.NextTry,
		Samples: int(now.Samples), Waiting: now.Pending, Oldest: now.Oldest,
		Dropped: make(map[string]int, len(now.Dropped)), LastDrop: now.LastDrop,
		Spool: spoolStatus(now.Spool),
	}
	for reason, n := range now.Dropped {
		shown.Dropped[string(reason)] = int(n)
	}
	if now.Since.IsZero() {
		shown.State = status.GatewayUnknown
	}
	return shown
}

// spoolStatus is nil where there is none.
func spoolStatus(now remote.SpoolStatus) *status.Spool {
	if now.Directory == "" {
		return nil
	}
	return &status.Spool{
		Directory: now.Directory, Size: now.Size, MaxSize: now.MaxSize, Fill: now.Fill,
		Waiting: now.Pending, Error: textOf(now.Err),
	}
}

// feedsOf are those of a job's targets.
func (n names) feedsOf(job configs.Job) (all []status.Feed) {
	for _, feed := range n.feeds {
		if slices.Contains(job.Gateways, feed.Store) {
			all = append(all, feed)
		}
	}
	return all
}
