package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// targetsCommand shows what the configuration makes of each target.
type targetsCommand struct{ config configFlags }

func newTargetsCommand(clause *kingpin.CmdClause) *targetsCommand {
	c := new(targetsCommand)
	c.config.register(clause)
	return c
}

func (c *targetsCommand) run(_ context.Context, a *app) int {
	cfg := c.config.load(a).config
	if cfg == nil {
		return exitUsage
	}
	for _, job := range cfg.Jobs {
		for _, t := range job.Targets {
			if err := printTarget(a, cfg, job, t); err != nil {
				return a.fail(exitUsage, err)
			}
		}
	}
	return exitOK
}

func printTarget(a *app, cfg *configs.Config, job configs.Job, t configs.Target) error {
	path, err := push.GroupPath(t.Labels)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s\n  every       %s\n  discovered  %s\n  target      %s\n", address(job, t), job.ScrapeInterval, masked(t.Discovered), t.Labels)
	for _, g := range cfg.Gateways {
		for _, name := range job.Gateways {
			if name == g.Name {
				fmt.Fprintf(a.out, "  push        %s%s\n", shardsOf(g).Of(t.Labels).Place(), path)
			}
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

// masked hides the values of parameters, which may be keys to the target.
func masked(discovered convert.Labels) convert.Labels {
	shown := slices.Clone(discovered)
	for i := range shown {
		if strings.HasPrefix(shown[i].Name, model.ParamLabelPrefix) {
			shown[i].Value = "<secret>"
		}
	}
	return shown
}
