package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
)

// runCommand is the daemon.
type runCommand struct {
	config          configFlags
	web             webFlags
	shutdownTimeout time.Duration
}

func newRunCommand(clause *kingpin.CmdClause) *runCommand {
	c := new(runCommand)
	c.config.register(clause)
	c.web.register(clause)
	flag(clause, "shutdown.timeout", "Longest time for the last pushes at a stop.").Default("10s").DurationVar(&c.shutdownTimeout)
	return c
}

func (c *runCommand) run(ctx context.Context, a *app) int {
	ctx, cancel := untilSignal(ctx)
	defer cancel()
	if err := c.web.check(); err != nil {
		return a.fail(exitUsage, err)
	}
	cfg := c.config.load(a)
	if cfg == nil {
		return exitUsage
	}
	// A reload is not there yet, and a reader of the log that goes must not take
	// the relay with it: neither is a reason to stop without leaving the groups.
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	logger := a.logger()
	f, err := compose(cfg, composition{logger: logger})
	if err != nil {
		return a.fail(exitUsage, err)
	}
	listener, err := c.web.listen()
	if err != nil {
		return a.fail(exitFailure, err)
	}
	logger.Info("promferry starts", "version", version.Info(), "gateways", len(cfg.Gateways), "targets", len(f.pool.Status()))
	if err := f.serve(ctx, service{c.web, listener, c.shutdownTimeout, logger}); err != nil {
		return a.fail(exitFailure, err)
	}
	return exitOK
}

// A service is what a ferry that runs has beside its parts.
type service struct {
	web             webFlags
	listener        net.Listener // nil: no web server
	shutdownTimeout time.Duration
	logger          *slog.Logger
}

// serve relays until ctx ends and then stops in the reverse order of the start:
// no more scrapes, the groups left as configured, the last pushes, the page.
// The error says that groups were not left so.
func (f *ferry) serve(ctx context.Context, s service) error {
	stopWeb := s.web.serve(s.listener, f, s.logger)
	stopPushing := f.startPushing()
	scraping := make(chan struct{})
	go func() {
		defer close(scraping)
		f.pool.Run(ctx)
	}()
	<-ctx.Done()
	began := time.Now()
	ending, cancel := context.WithTimeoutCause(context.Background(), s.shutdownTimeout, fmt.Errorf("not finished within --shutdown.timeout=%s", s.shutdownTimeout))
	defer cancel()
	err := f.retire(ending, scraping)
	stopPushing(ending)
	err = errors.Join(err, f.left(ending, s.logger))
	stopWeb()
	s.logger.Info("promferry stops", "took", time.Since(began).Round(time.Millisecond))
	return err
}

// retire waits for the scrapes under way, which the stop has cancelled, and
// leaves the groups.
func (f *ferry) retire(ctx context.Context, scraping <-chan struct{}) error {
	select {
	case <-scraping:
		return f.pool.Retire(ctx)
	case <-ctx.Done():
		return fmt.Errorf("stop scrapes: %w", context.Cause(ctx))
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
	return fmt.Errorf("stop: %d groups are not left as on_shutdown says", len(failed))
}
