package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// deleteCommand takes one group away: that which push with the same flags makes.
type deleteCommand struct {
	to      destinationFlags
	group   groupFlags
	timeout time.Duration
}

func newDeleteCommand(clause *kingpin.CmdClause) *deleteCommand {
	c := new(deleteCommand)
	c.to.register(clause)
	c.group.register(clause).Required()
	flag(clause, "timeout", "Longest time for all of it.").Default("30s").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			`promferry delete --gateway=http://localhost:9091 --job=shop --instance=old-pod`,
			`promferry delete --gateway=http://localhost:9091 --job=batch --instance=`,
		},
		exits: []string{"0 it is not there any more, or was not", "1 a gateway has not answered so", badUsage},
	})
	return c
}

func (c *deleteCommand) run(ctx context.Context, a *app) int {
	group, err := c.group.group()
	if err = errors.Join(err, checkTimeout(c.timeout)); err != nil {
		return a.fail(exitUsage, err)
	}
	var deleted deletions
	f := deleted.compose(a, c.to)
	if f == nil {
		return exitUsage
	}
	ctx, cancel := untilSignalOrTimeout(ctx, c.timeout)
	defer cancel()
	found := f.find(ctx, group, c.timeout/2) // the rest is for deleting
	f.deliver(ctx, func() { f.deleteEverywhere(group) })
	return deleted.tell(ctx, a, found, group)
}

// deleteEverywhere takes the group away from shards, too, that are not its place:
// they may have it from the time of another configuration.
func (f *ferry) deleteEverywhere(group convert.Labels) {
	for _, g := range f.gateways() {
		g.Delete(group)
	}
}

// A finding says whether a gateway had a group.
type finding struct {
	gateway *push.Gateway
	was     string // "" where it was not there
	err     error  // it cannot be known
}

// find asks each gateway for a group.
func (f *ferry) find(ctx context.Context, group convert.Labels, within time.Duration) []finding {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("no answer within %s", within))
	defer cancel()
	findings := make([]finding, len(f.gateways()))
	var all sync.WaitGroup
	for i, g := range f.gateways() {
		all.Go(func() { findings[i] = find(ctx, g, group) })
	}
	all.Wait()
	return findings
}

func find(ctx context.Context, g *push.Gateway, group convert.Labels) finding {
	f := finding{gateway: g}
	f.err = g.Stored(ctx, func(stored push.StoredGroup) bool {
		if stored.Identified && stored.Labels.Key() == group.Key() {
			f.was = lastPush(stored, time.Now())
		}
		return f.was == ""
	})
	return f
}

// tell says of each gateway what became of the group there.
func (d *deletions) tell(ctx context.Context, a *app, findings []finding, group convert.Labels) int {
	path, _ := push.GroupPath(group) // was good for the flags
	code := exitOK
	for _, f := range findings {
		switch err := d.failed(ctx, f.gateway, group, path); {
		case err != nil:
			code = a.fail(exitFailure, err)
		case f.err != nil:
			fmt.Fprintf(a.out, "%s: deleted %s, if it was there: %v\n", f.gateway, path, f.err)
		case f.was == "":
			fmt.Fprintf(a.out, "%s: %s was not there\n", f.gateway, path)
		default:
			fmt.Fprintf(a.out, "%s: deleted %s, %s\n", f.gateway, path, f.was)
		}
	}
	return code
}
