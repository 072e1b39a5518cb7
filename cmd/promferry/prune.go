package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"
)

// pruneCommand deletes the groups that nobody has pushed for long. Between the
// look and the DELETE somebody may push one of them: it is gone then until its
// next push.
type pruneCommand struct {
	to        destinationFlags
	olderThan model.Duration
	match     []string
	yes       bool
	timeout   time.Duration
}

func newPruneCommand(clause *kingpin.CmdClause) *pruneCommand {
	c := new(pruneCommand)
	c.to.register(clause)
	clause.Flag("older-than", "Age of the last push, as 1h or 2d. A group whose pushes were all refused is older than anything.").Required().SetValue(&c.olderThan)
	clause.Flag("match", `Only groups with these labels, as job="shop" or {job=~"a|b",instance!=""}. Repeatable: all must match.`).StringsVar(&c.match)
	clause.Flag("yes", "Delete them; without it they are only shown.").BoolVar(&c.yes)
	flag(clause, "timeout", "Longest time for all of it.").Default("30s").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			`promferry prune --gateway=http://localhost:9091 --older-than=1h`,
			`promferry prune --gateway=http://localhost:9091 --older-than=1d --match='job="batch"' --yes`,
		},
		exits: []string{"0 shown, or deleted", "1 a gateway has not answered, or still has a group", badUsage},
	})
	return c
}

func (c *pruneCommand) run(ctx context.Context, a *app) int {
	want, err := c.wanted()
	if err != nil {
		return a.fail(exitUsage, err)
	}
	var deleted deletions
	f := deleted.compose(a, c.to)
	if f == nil {
		return exitUsage
	}
	ctx, cancel := untilSignalOrTimeout(ctx, c.timeout)
	defer cancel()
	found := c.look(ctx, a, f, want)
	return c.tell(ctx, a, found, &deleted)
}

// look shows how far it has come: a gateway that holds much answers slowly.
func (c *pruneCommand) look(ctx context.Context, a *app, f *ferry, want staleness) []survey {
	stop := a.progress(ctx, func() string { return "prune: gateways are asked for their groups" })
	found := f.survey(ctx, want)
	stop()
	if c.yes {
		stop := a.progress(ctx, func() string { return "prune: groups are deleted" })
		f.deliver(ctx, func() { deleteAll(found) })
		stop()
	}
	return found
}

// wanted is what the flags say.
func (c *pruneCommand) wanted() (want staleness, err error) {
	if c.olderThan <= 0 {
		return want, errors.New("--older-than: want a duration above zero, such as 1h")
	}
	want.olderThan = time.Duration(c.olderThan)
	for _, text := range c.match {
		matchers, err := parseMatchers(text)
		if err != nil {
			return want, fmt.Errorf("--match=%s: %w", text, err)
		}
		want.matchers = append(want.matchers, matchers...)
	}
	return want, checkTimeout(c.timeout)
}

func deleteAll(found []survey) {
	for _, s := range found {
		for _, g := range s.stale {
			s.gateway.Delete(g.labels)
		}
	}
}

// tell shows the groups of all gateways and says what could not be done.
func (c *pruneCommand) tell(ctx context.Context, a *app, found []survey, deleted *deletions) int {
	var problems []error
	groups, stale, least := 0, 0, ""
	for _, s := range found {
		problems = append(problems, s.problems()...)
		if c.yes {
			problems = append(problems, s.keepDeleted(ctx, deleted)...)
		}
		s.print(a.out)
		groups += s.groups
		stale += len(s.stale)
		if s.err != nil { // there may be more
			least = "at least "
		}
	}
	if groups > 0 || len(problems) == 0 {
		c.summarize(a, fmt.Sprint(least, groups), stale)
	}
	return a.failAll(problems)
}

// summarize says nothing to cron where nothing was to do.
func (c *pruneCommand) summarize(a *app, groups string, stale int) {
	switch {
	case c.yes && stale > 0:
		fmt.Fprintf(a.out, "%d of %s groups deleted\n", stale, groups)
	case c.yes:
	case stale > 0:
		fmt.Fprintf(a.out, "%d of %s groups are older than %s; --yes deletes them\n", stale, groups, c.olderThan)
	default:
		fmt.Fprintf(a.out, "none of %s groups is older than %s\n", groups, c.olderThan)
	}
}

// failAll says what went wrong, if anything, as far as people read.
func (a *app) failAll(problems []error) int {
	for _, err := range problems[:min(len(problems), maxProblems)] {
		a.fail(exitFailure, err)
	}
	if more := len(problems) - maxProblems; more > 0 {
		a.fail(exitFailure, fmt.Errorf("and %d more", more))
	}
	if len(problems) > 0 {
		return exitFailure
	}
	return exitOK
}

// maxProblems bounds the lines about what went wrong.
const maxProblems = 20
