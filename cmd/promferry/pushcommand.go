package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// pushCommand pushes an exposition that somebody else has made: what people do
// with curl, but checked first.
type pushCommand struct {
	to      destinationFlags
	group   groupFlags
	input   inputFlags
	method  string
	dryRun  bool
	timeout time.Duration
}

func newPushCommand(clause *kingpin.CmdClause) *pushCommand {
	c := new(pushCommand)
	c.to.register(clause)
	c.group.register(clause).Required()
	c.input.register(clause)
	flag(clause, "method", "PUT replaces the whole group, POST only the families that are pushed.").Default(http.MethodPut).EnumVar(&c.method, http.MethodPut, http.MethodPost)
	flag(clause, "dry-run", "Print the request instead of sending it.").BoolVar(&c.dryRun)
	flag(clause, "timeout", "Longest time from the end of the input to the answers of all gateways.").Default("30s").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			`echo 'backup_bytes 17' | promferry push --gateway=http://localhost:9091 --job=backup --label=every=1d`,
			`promferry push --config.file=promferry.hcl --job=report --label=every=1h report.prom`,
		},
		exits: []string{"0 stored by all gateways", "1 the input has a mistake, or a gateway has not stored it", badUsage},
	})
	return c
}

func (c *pushCommand) run(ctx context.Context, a *app) int {
	group, err := c.group.group()
	if err = errors.Join(err, checkTimeout(c.timeout), c.input.check()); err != nil {
		return a.fail(exitUsage, err)
	}
	cfg := c.to.load(a)
	if cfg == nil {
		return exitUsage
	}
	how := a.oneShot()
	if c.dryRun {
		how.dry = &dryRun{to: a.out}
	}
	f := composeGateways(cfg, how)
	in, err := c.input.read(a) // as long as that takes; a signal ends it
	if err != nil {
		return a.fail(exitFailure, err)
	}
	ctx, cancel := untilSignalOrTimeout(ctx, c.timeout)
	defer cancel()
	f.learn(ctx)
	return c.push(ctx, a, f, group, in)
}

// push sends nothing of what has a mistake in it: a half of an exposition must
// not replace a whole one.
func (c *pushCommand) push(ctx context.Context, a *app, f *ferry, group convert.Labels, in exposition) int {
	batch := f.current().named().Begin(push.Mode(c.method), push.Origin{})
	stats, err := in.convert(group, batch)
	if err != nil {
		batch.Discard()
		return a.fail(exitFailure, err)
	}
	failures := f.deliver(ctx, batch.Commit)
	a.tell(doubtful, slices.Concat(in.notes(stats), f.retyped(), f.refused()))
	a.tell(bad, failures)
	if len(failures) > 0 {
		return exitFailure
	}
	return exitOK
}
