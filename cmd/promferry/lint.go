package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/scrape"
)

// checkMetricsCommand lints what a target serves.
type checkMetricsCommand struct {
	from    string
	timeout time.Duration
}

func newCheckMetricsCommand(clause *kingpin.CmdClause) *checkMetricsCommand {
	c := new(checkMetricsCommand)
	clause.Arg("URL", "The metrics endpoint, or - for standard input.").Required().StringVar(&c.from)
	clause.Flag("timeout", "Longest time to wait.").Default("10s").DurationVar(&c.timeout)
	return c
}

func (c *checkMetricsCommand) run(ctx context.Context, a *app) int {
	c.from = nameOf(c.from)
	families, err := c.read(ctx, a)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	problems, err := promlint.New(bytes.NewReader(families)).Lint()
	if err != nil {
		return a.fail(exitFailure, fmt.Errorf("lint %s: %w", c.from, err))
	}
	for _, p := range problems {
		fmt.Fprintf(a.out, "%s: %s\n", p.Metric, p.Text)
	}
	if len(problems) > 0 {
		return exitLint
	}
	return exitOK
}

// read returns the families as text, after the same reader as in a scrape has
// found no fault.
func (c *checkMetricsCommand) read(ctx context.Context, a *app) ([]byte, error) {
	in := convert.Input{Body: a.in}
	if c.from != stdin {
		exposition, err := c.scrape(ctx)
		if err != nil {
			return nil, err
		}
		defer exposition.Body.Close()
		in = convert.Input{Body: exposition.Body, MediaType: exposition.MediaType, Unframed: exposition.Unframed}
	}
	var text families
	// A target of no matter: what a scrape would leave out is not linted.
	converter := convert.Converter{Target: convert.LabelsOf(map[string]string{"job": "lint", "instance": "lint"})}
	_, err := converter.Convert(in, &text)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", c.from, err)
	}
	return text, nil
}

func (c *checkMetricsCommand) scrape(ctx context.Context) (*scrape.Exposition, error) {
	u, err := url.Parse(c.from)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("check metrics %q: want a URL such as http://localhost:9100/metrics, or -", c.from)
	}
	client, err := scrape.NewClient(promconfig.DefaultHTTPClientConfig, "")
	if err != nil {
		return nil, err
	}
	source := &scrape.HTTP{URL: u, Client: client, Timeout: c.timeout, MaxBytes: 64 << 20, UserAgent: userAgent()}
	return source.Scrape(ctx)
}

// families collects a conversion as one text.
type families []byte

func (f *families) Append(_ convert.Labels, family *convert.Family) {
	*f = convert.AppendText(*f, family)
}
