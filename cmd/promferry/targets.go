package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push"
)

// targetsCommand shows what the configuration makes of each target.
type targetsCommand struct {
	config  configFlags
	timeout time.Duration
}

func newTargetsCommand(clause *kingpin.CmdClause) *targetsCommand {
	c := new(targetsCommand)
	c.config.register(clause)
	flag(clause, "timeout", "Longest time for the discovery of targets.").Default("10s").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			`promferry targets`,
			`promferry targets --config.file=/etc/promferry/promferry.hcl`,
		},
		exits: []string{"0 all targets are found and good", "1 a discovery failed, or a target is refused", badUsage},
	})
	return c
}

func (c *targetsCommand) run(ctx context.Context, a *app) int {
	if err := checkTimeout(c.timeout); err != nil {
		return a.fail(exitUsage, err)
	}
	cfg := c.config.load(a).config
	if cfg == nil {
		return exitUsage
	}
	f := newFerry(cfg.MaxPendingBytes, a.oneShot())
	p := f.assemble(cfg, new(parts))
	code := exitOK
	for _, err := range look(ctx, p.finders(), c.timeout) {
		code = a.fail(exitFailure, err)
	}
	f.settle(p, new(parts))
	for _, job := range p.jobs {
		if err := job.print(a.out, cfg); err != nil {
			return a.fail(exitUsage, err)
		}
		if len(job.refused) > 0 {
			code = exitFailure
		}
	}
	return code
}

// print shows all targets of a job: those that are scraped, those that
// relabeling drops, and those that are refused.
func (j *jobPart) print(out io.Writer, cfg *configs.Config) error {
	for _, t := range j.of {
		if err := printTarget(out, cfg, j.settings, t); err != nil {
			return err
		}
	}
	for _, t := range j.dropped {
		fmt.Fprintf(out, "%s\n  discovered  %s\n  %s     by relabeling\n", found(t), masked(t.Discovered), paint(out, doubtful, "dropped"))
	}
	for _, t := range j.refused {
		fmt.Fprintf(out, "%s\n  discovered  %s\n  %s     %v\n", found(t.Target), masked(t.Discovered), paint(out, bad, "refused"), t.err)
	}
	return nil
}

// found is where a target was before relabeling, without what may be secret.
func found(t configs.Target) string {
	return withoutSecrets(t.Discovered.Get(model.AddressLabel))
}

func printTarget(out io.Writer, cfg *configs.Config, job configs.Job, t configs.Target) error {
	path, err := push.GroupPath(t.Labels)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n  every       %s\n  discovered  %s\n  target      %s\n", address(job, t), t.ScrapeInterval, masked(t.Discovered), t.Labels)
	for _, g := range cfg.Gateways {
		if slices.Contains(job.Gateways, g.Name) {
			fmt.Fprintf(out, "  push        %s%s\n", shardsOf(g).Of(t.Labels).Place(), path)
		}
	}
	for _, w := range cfg.RemoteWrites {
		if slices.Contains(job.Gateways, w.Name) {
			fmt.Fprintf(out, "  write       %s (remote_write %q)\n", shownURL(w.URL), w.Name)
		}
	}
	return nil
}

// shardsOf are those of a gateway, only to tell which one a group is at.
func shardsOf(g configs.Gateway) (shards push.Shards) {
	for _, u := range g.URLs {
		shards = append(shards, &push.Gateway{URL: u})
	}
	return shards
}
