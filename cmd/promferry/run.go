package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// runCommand is the daemon.
type runCommand struct {
	config             configFlags
	web                webFlags
	autoReload         bool
	autoReloadInterval time.Duration
	shutdownTimeout    time.Duration
	stateFile          string
}

func newRunCommand(clause *kingpin.CmdClause) *runCommand {
	c := new(runCommand)
	c.config.register(clause)
	flag(clause, "config.auto-reload", "Reload the configuration when its files have changed; without it by SIGHUP.").BoolVar(&c.autoReload)
	flag(clause, "config.auto-reload-interval", "How often to look at the files. A change counts when two looks see the same.").Default("5s").DurationVar(&c.autoReloadInterval)
	c.web.register(clause)
	flag(clause, "web.enable-lifecycle", "Allow POST /-/reload, which reloads the configuration.").BoolVar(&c.web.lifecycle)
	flag(clause, "shutdown.timeout", "Longest time for what is still to be sent at a stop.").Default("10s").DurationVar(&c.shutdownTimeout)
	flag(clause, "state.file", "Remember in this file which groups were pushed: those that a later configuration has no more are deleted at its start.").PlaceHolder("FILE").StringVar(&c.stateFile)
	explain(clause, manual{
		examples: []string{
			`promferry run --target=localhost:9100 --gateway=http://localhost:9091 --job=node`,
			`promferry run --config.file=/etc/promferry/promferry.hcl --state.file=/var/lib/promferry/state`,
			`promferry run --config.auto-reload --log.format=json`,
		},
		exits: []string{"0 stopped by SIGINT or SIGTERM, and the groups are left as on_shutdown says", "1 could not start, a gateway could not be told of the end, or samples for a remote_write were lost at it", badUsage},
	})
	return c
}

// check says what is wrong with the flags.
func (c *runCommand) check() error {
	if c.autoReloadInterval <= 0 {
		return fmt.Errorf("--config.auto-reload-interval=%s: want a duration above zero", c.autoReloadInterval)
	}
	return c.web.check()
}

func (c *runCommand) run(ctx context.Context, a *app) int {
	ctx, cancel := untilSignal(ctx)
	defer cancel()
	reloads := hangups()
	// A reader of the log that goes must not take the relay with it.
	signal.Ignore(syscall.SIGPIPE)
	if err := c.check(); err != nil {
		return a.fail(exitUsage, err)
	}
	start := c.config.load(a)
	if start.config == nil {
		return exitUsage
	}
	logger := a.logger()
	ledger, err := openLedger(c.stateFile, logger)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	f, err := compose(start.config, composition{logger: logger, ledger: ledger})
	if err != nil {
		return a.fail(exitUsage, err)
	}
	listener, err := c.web.listen()
	if err != nil {
		return a.fail(exitFailure, err)
	}
	logger.Info("promferry starts", "version", plainVersion(), "remote_writes", len(start.config.RemoteWrites), "gateways", len(start.config.Gateways), "targets", len(f.pool.Status()))
	reloading := c.reloader(f, start, reloads, logger)
	s := service{c.web, listener, reloading, reloading.notifier, c.shutdownTimeout, logger}
	if err := f.serve(ctx, s); err != nil {
		return a.fail(exitFailure, err)
	}
	return exitOK
}

func (c *runCommand) reloader(f *ferry, start loaded, hangups <-chan os.Signal, logger *slog.Logger) *reloader {
	r := &reloader{flags: &c.config, ferry: f, timeout: c.shutdownTimeout, hangups: hangups, logger: logger}
	if c.autoReload {
		r.watch = &watch{interval: c.autoReloadInterval}
		r.watch.look(start.loader)
	}
	r.register(f.registry, start)
	r.notifier = newNotifier(f, r, logger)
	return r
}

// A service is what a ferry that runs has beside its parts.
type service struct {
	web             webFlags
	listener        net.Listener // nil: no web server
	reloads         *reloader    // nil: the configuration stays
	notifier        *notifier    // nil: nobody is told
	shutdownTimeout time.Duration
	logger          *slog.Logger
}

// serve relays until ctx ends and then stops in the reverse order of the start:
// no more reloads, no more scrapes, groups and series left as configured, the last
// pushes, the page. The error says that groups were not left so, or that samples
// were lost.
func (f *ferry) serve(ctx context.Context, s service) error {
	stopWeb := s.web.serve(s.listener, f, s.reloads, s.logger)
	f.tellUnknown(f.discoverFirst(ctx, firstLook))
	f.tellRefused(new(parts), f.current())
	f.takeOver(ctx)
	stopSending := f.startSending()
	stopScraping := f.startScraping()
	stopDiscovery := f.startDiscovery(s.shutdownTimeout)
	stopReloading := s.reloads.start()
	awaitNotified := s.notifier.start(ctx)
	<-ctx.Done()
	began := time.Now()
	ending, cancel := context.WithTimeoutCause(context.Background(), s.shutdownTimeout, fmt.Errorf("not finished within --shutdown.timeout=%s", s.shutdownTimeout))
	defer cancel()
	stopReloading(ending)
	stopDiscovery(ending)
	err := f.retire(ending, stopScraping)
	err = errors.Join(err, stopSending(ending), f.left(ending, s.logger), f.closeLedger(ending))
	stopWeb()
	awaitNotified(ending)
	s.logger.Info("promferry stops", "took", time.Since(began).Round(time.Millisecond))
	return err
}

// startSending lets gateways and stores send. The returned function ends both, side
// by side: each has all the time there is.
func (f *ferry) startSending() (stop func(ctx context.Context) error) {
	stopPushing := f.startPushing()
	f.startStoring()
	return func(ctx context.Context) error {
		storing := make(chan error, 1)
		go func() { storing <- f.storing.stop(ctx) }()
		return errors.Join(stopPushing(ctx), <-storing)
	}
}

// startScraping runs the pool. The returned function cancels the scrapes under
// way and waits for their end; the error says that ctx ended first.
func (f *ferry) startScraping() (stop func(ctx context.Context) error) {
	scraping, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.pool.Run(scraping)
	}()
	return func(ctx context.Context) error {
		cancel()
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("stop scrapes: %w", context.Cause(ctx))
		}
	}
}

// retire ends the scrapes and leaves groups and series. A disk that stalls may
// keep the pool from it for longer than ctx: the process ends all the same.
func (f *ferry) retire(ctx context.Context, stopScraping func(context.Context) error) error {
	if err := stopScraping(ctx); err != nil {
		return err
	}
	retired := make(chan error, 1)
	go func() { retired <- f.pool.Retire(ctx) }()
	select {
	case err := <-retired:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-retired: // it knows better what was not reached
		return err
	case <-time.After(closeTimeout):
		return fmt.Errorf("leave groups and series: %w", context.Cause(ctx))
	}
}

// left names the groups that are not as on_shutdown says.
func (f *ferry) left(ctx context.Context, logger *slog.Logger) error {
	failed := f.failedPushes(ctx)
	for _, line := range failed {
		logger.Error("group not left as on_shutdown says", "err", line)
	}
	if len(failed) == 0 {
		return nil
	}
	return fmt.Errorf("stop: %s not left as on_shutdown says", count(len(failed), "group is", "groups are"))
}

// closeLedger gives the state file a moment where all before it has taken the time
// there was, such as a store that hangs: the file has one write to do, if any.
func (f *ferry) closeLedger(ctx context.Context) error {
	if err := f.ledger.Close(ctx); ctx.Err() == nil {
		return err
	}
	closing, cancel := context.WithTimeoutCause(context.Background(), closeTimeout, context.Cause(ctx))
	defer cancel()
	return f.ledger.Close(closing)
}
