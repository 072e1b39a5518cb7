package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"
)

// asReference as the first argument makes this program the relay that is
// measured against.
const asReference = "-as-reference"

// An expfmtRelay is the relay that anybody would write first: net/http, and
// package expfmt from text to families to text.
type expfmtRelay struct {
	from, to string // the servers of the targets and of the gateway
	targets  int
	interval time.Duration
	client   http.Client
}

func runReference(args []string) error {
	var r expfmtRelay
	flags := flag.NewFlagSet(asReference, flag.ExitOnError)
	flags.StringVar(&r.from, "from", "", "server of the targets")
	flags.StringVar(&r.to, "to", "", "gateway")
	flags.IntVar(&r.targets, "targets", 1, "how many")
	flags.DurationVar(&r.interval, "interval", time.Second, "of scrapes")
	_ = flags.Parse(args) // ends the program on an error
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = r.targets // else most connections are for one request
	r.client.Transport = transport
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	return r.run(ctx)
}

// run has a goroutine for each target. The first error ends it: here nothing
// should fail.
func (r *expfmtRelay) run(ctx context.Context) error {
	group, failed := errgroup.WithContext(ctx)
	for i := range r.targets {
		group.Go(func() error { return r.target(failed, i) })
	}
	if err := group.Wait(); ctx.Err() == nil {
		return err
	}
	return nil
}

// target relays one target until ctx ends, the targets spread over the
// interval.
func (r *expfmtRelay) target(ctx context.Context, i int) error {
	wait := time.NewTimer(r.interval * time.Duration(i) / time.Duration(r.targets))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return nil
	}
	tick := time.NewTicker(r.interval)
	defer tick.Stop()
	for {
		if err := r.cycle(ctx, i); err != nil {
			return fmt.Errorf("target %d: %w", i, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *expfmtRelay) cycle(ctx context.Context, i int) error {
	body, err := r.exchange(ctx, http.MethodGet, targetURL(r.from, i), nil)
	if err != nil {
		return err
	}
	defer body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(body)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			return err
		}
	}
	answer, err := r.exchange(ctx, http.MethodPut, fmt.Sprintf("%s/metrics/job/bench/instance/t%d", r.to, i), &text)
	if err != nil {
		return err
	}
	defer answer.Close()
	_, err = io.Copy(io.Discard, answer) // the connection is kept only after that
	return err
}

// exchange returns the body of a 200; close it.
func (r *expfmtRelay) exchange(ctx context.Context, method, where string, body io.Reader) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, where, body)
	if err != nil {
		return nil, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("%s %s: status %d, want 200", method, where, resp.StatusCode)
	}
	return resp.Body, nil
}
