package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
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
	if err := c.web.check(); err != nil {
		return a.fail(exitUsage, err)
	}
	cfg := c.config.load(a)
	if cfg == nil {
		return exitUsage
	}
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
func (f *ferry) serve(ctx context.Context, s service) error {
	stopWeb := s.web.serve(s.listener, f, s.logger)
	stopPushing := f.startPushing()
	if err := f.pool.Run(ctx); err != nil {
		return err
	}
	began := time.Now()
	ending, cancel := context.WithTimeout(context.Background(), s.shutdownTimeout)
	defer cancel()
	if err := f.pool.Retire(ending); err != nil {
		s.logger.Error("shutdown did not reach every target", "err", err)
	}
	stopPushing(ending)
	err := stopWeb(ending)
	s.logger.Info("promferry stops", "took", time.Since(began).Round(time.Millisecond))
	if err != nil {
		return fmt.Errorf("stop web server: %w", err)
	}
	return nil
}
