package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// execCommand runs a command and pushes how it ended. A gateway never keeps the
// command from running, nor changes its exit code.
type execCommand struct {
	to      destinationFlags
	group   groupFlags
	timeout time.Duration
	command []string
}

func newExecCommand(clause *kingpin.CmdClause) *execCommand {
	c := new(execCommand)
	c.to.register(clause)
	c.group.register(clause).PlaceHolder("COMMAND")
	flag(clause, "timeout", "Longest time for the push, and for a configuration that is late, once the command has ended.").Default("10s").DurationVar(&c.timeout)
	clause.Arg("command", "The command and its arguments, as they are.").Required().StringsVar(&c.command)
	explain(clause, manual{
		examples: []string{
			`promferry exec --gateway=http://localhost:9091 --label=every=1d -- /usr/local/bin/backup --full`,
			`promferry exec --config.file=promferry.hcl --job=nightly --label=every=1d -- sh -c 'dump | gzip > dump.gz'`,
		},
		notes: `It pushes job_exit_code, job_duration_seconds and job_last_success_timestamp_seconds
by POST: a failure leaves the time of the last success.`,
		exits: []string{"the command's own, whatever becomes of the push; 128 and the number of a signal that has ended it", "126 the command cannot be run", "127 there is no such command", "2 usage: the command is not run"},
	})
	return c
}

func (c *execCommand) run(ctx context.Context, a *app) int {
	if c.group.job == "" {
		c.group.job = jobOf(c.command[0])
	}
	group, err := c.group.group()
	if err = errors.Join(err, checkTimeout(c.timeout)); err != nil {
		return a.fail(exitUsage, err)
	}
	// Whoever does not read what is said here gets the command's code all the
	// same. Notify, as the command would inherit an Ignore.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	command := startChild(c.command)
	loaded := c.load(a)
	end := command.wait()
	if end.err != nil {
		a.fail(end.code, end.err)
	}
	c.push(ctx, a, loaded, group, end)
	return end.code
}

// jobOf is the base name of a command, as a label can have it.
func jobOf(command string) string {
	return strings.ToValidUTF8(strings.TrimSuffix(filepath.Base(command), ".exe"), "_")
}

// load reads the configuration while the command runs; nil is one of no use,
// after it was said why. Nothing but the end of the process ends a read of a
// file that never comes, such as one of a server that is silent.
func (c *execCommand) load(a *app) <-chan *configs.Config {
	loaded := make(chan *configs.Config, 1) // has room where nobody waits any more
	go func() { loaded <- c.to.load(a) }()
	return loaded
}

// push waits for the configuration, and for the gateways.
func (c *execCommand) push(ctx context.Context, a *app, loaded <-chan *configs.Config, group convert.Labels, end ending) {
	ctx, cancel := withTimeout(ctx, c.timeout)
	defer cancel()
	stop := onSecondSignal(ctx, cancel)
	defer stop()
	select {
	case cfg := <-loaded:
		if cfg != nil {
			pushEnding(ctx, a, cfg, group, end)
		}
	case <-ctx.Done():
		a.fail(end.code, fmt.Errorf("load configuration: %w; nothing is pushed", context.Cause(ctx)))
	}
}

func pushEnding(ctx context.Context, a *app, cfg *configs.Config, group convert.Labels, end ending) {
	sendPlain(cfg)
	f := composeGateways(cfg, a.oneShot())
	batch := f.current().named().Begin(push.Merge, push.Origin{})
	for _, family := range end.families() {
		family.AppendTo(batch, group)
	}
	failures := f.deliver(ctx, batch.Commit)
	for _, line := range slices.Concat(f.refused(), failures) {
		fmt.Fprintln(a.err, "promferry: "+line)
	}
}

// onSecondSignal lets a user end a push that hangs. The first signal may be the
// one that has ended the command, on its way here.
func onSecondSignal(ctx context.Context, cancel func()) (stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range 2 {
			select {
			case <-signals:
			case <-ctx.Done():
				return
			}
		}
		cancel()
	}()
	return func() {
		signal.Stop(signals)
		cancel()
		<-ended
	}
}

// families are what is pushed of an ending. Without a success there is no time
// of one, and POST leaves that of the last (contract C1).
func (e ending) families() []*convert.Family {
	gauge := func(name, help string, value float64) *convert.Family {
		return &convert.Family{Name: name, Help: help, Type: convert.Gauge, Series: []convert.Series{{Name: name, Value: value}}}
	}
	families := []*convert.Family{
		gauge("job_exit_code", "Exit code of the command's last run; 128 and the signal's number where one has ended it.", float64(e.code)),
		gauge("job_duration_seconds", "How long the command's last run took.", e.took.Seconds()),
	}
	if e.code == exitOK {
		families = append(families, gauge("job_last_success_timestamp_seconds", "When the command last ended with exit code 0.", float64(e.at.UnixMilli())/1e3))
	}
	return families
}
