package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/alecthomas/kingpin/v2"
	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/cmd/promferry/internal/lint"
	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/scrape"
)

// checkMetricsCommand lints what a target serves, and what a push of it would
// lose.
type checkMetricsCommand struct {
	from    string
	timeout time.Duration
}

func newCheckMetricsCommand(clause *kingpin.CmdClause) *checkMetricsCommand {
	c := new(checkMetricsCommand)
	clause.Arg("URL", "The metrics endpoint, at /metrics unless a path is given, or - for standard input.").Required().StringVar(&c.from)
	clause.Flag("timeout", "Longest time to wait.").Default("10s").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			`promferry check metrics http://localhost:9100/metrics`,
			`curl -s http://localhost:9100/metrics | promferry check metrics -`,
		},
		exits: []string{"0 nothing to improve", "1 no answer, or one that cannot be parsed", badUsage, "3 something to improve, or that a push would lose"},
	})
	return c
}

func (c *checkMetricsCommand) run(ctx context.Context, a *app) int {
	source, err := c.source(a)
	if err != nil {
		return a.fail(exitUsage, err)
	}
	var pushed lint.Bodies
	stats, err := c.convert(ctx, source, &pushed)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	text, duplicates := convert.Text.Distinct(pushed.Text())
	problems, err := lint.Problems(text)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	for _, p := range problems {
		fmt.Fprintf(a.out, "%s: %s\n", p.Metric, p.Text)
	}
	lost := lint.Losses(stats, duplicates)
	for _, what := range lost {
		fmt.Fprintln(a.out, "in a push: "+what)
	}
	if len(problems)+len(lost) > 0 {
		return exitLint
	}
	return exitOK
}

// source returns what the argument names.
func (c *checkMetricsCommand) source(a *app) (scrape.Source, error) {
	if nameOf(c.from) == stdin {
		return input{a.in}, nil
	}
	u, err := url.Parse(c.from)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("check metrics: want a URL such as http://localhost:9100/metrics, or -")
	}
	if u.Path == "" {
		u.Path = "/metrics" // as of a target
	}
	client := scrape.NewClient(promconfig.DefaultHTTPClientConfig, "")
	return &scrape.HTTP{URL: u, Client: client, Timeout: c.timeout, MaxBytes: usualBound.bytes, UserAgent: userAgent()}, nil
}

// convert passes the answer through the reader of a scrape. What it leaves out
// does not reach the linter.
func (c *checkMetricsCommand) convert(ctx context.Context, source scrape.Source, to convert.Batch) (convert.Stats, error) {
	exposition, err := source.Scrape(ctx)
	if err != nil {
		return convert.Stats{}, err
	}
	defer exposition.Body.Close()
	converter := convert.Converter{Target: convert.LabelsOf(map[string]string{"job": "lint", "instance": "lint"})}
	stats, err := converter.Convert(convert.Input{
		Body:      exposition.Body,
		MediaType: exposition.MediaType,
		Unframed:  exposition.Unframed,
	}, to)
	var syntax *convert.SyntaxError
	if errors.As(err, &syntax) {
		return stats, fmt.Errorf("parse metrics: %w", err)
	}
	return stats, err
}

// input is standard input as a source: OpenMetrics if it ends as that must.
type input struct{ from io.Reader }

func (i input) Scrape(context.Context) (*scrape.Exposition, error) {
	text, err := usualBound.read(i.from, "standard input")
	if err != nil {
		return nil, err
	}
	mediaType := scrape.MediaTypeText
	if bytes.HasSuffix(bytes.TrimRight(text, "\n"), []byte("# EOF")) {
		mediaType = scrape.MediaTypeOpenMetrics
	}
	return &scrape.Exposition{Body: io.NopCloser(bytes.NewReader(text)), MediaType: mediaType}, nil
}
