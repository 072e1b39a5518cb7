package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/scrape"
)

// lintLimit bounds what is linted, in bytes.
const lintLimit = 64 << 20

// checkMetricsCommand lints what a target serves, and what a push of it would
// lose.
type checkMetricsCommand struct {
	from    string
	timeout time.Duration
}

func newCheckMetricsCommand(clause *kingpin.CmdClause) *checkMetricsCommand {
	c := new(checkMetricsCommand)
	clause.Arg("URL", "The metrics endpoint, or - for standard input.").Required().StringVar(&c.from)
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
	var pushed families
	stats, err := c.convert(ctx, source, &pushed)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	text, duplicates := convert.Text.Distinct(pushed)
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil {
		return a.fail(exitFailure, fmt.Errorf("lint: %w", err))
	}
	for _, p := range problems {
		fmt.Fprintf(a.out, "%s: %s\n", p.Metric, p.Text)
	}
	lost := losses(stats, duplicates)
	for _, what := range lost {
		fmt.Fprintln(a.out, "in a push: "+what)
	}
	if len(problems)+len(lost) > 0 {
		return exitLint
	}
	return exitOK
}

// losses says what of an exposition a push would not carry as it is.
func losses(stats convert.Stats, duplicates int) (lines []string) {
	add := func(n int, what string) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(stats.Dropped)) {
		add(stats.Dropped[reason], "series left out: "+string(reason))
	}
	add(duplicates, "series left out: duplicate")
	add(stats.Timestamps, "timestamps stripped")
	add(stats.Exemplars, "exemplars stripped")
	add(stats.Natives, "native histograms cut to count, sum and classic buckets, unless as protobuf")
	add(stats.Escaped, "series with UTF-8 names written with underscores, unless the gateway takes those")
	add(stats.Flattened, "histograms or summaries sent as plain series, as a gateway would change their numbers")
	return lines
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
	client := scrape.NewClient(promconfig.DefaultHTTPClientConfig, "")
	return &scrape.HTTP{URL: u, Client: client, Timeout: c.timeout, MaxBytes: lintLimit, UserAgent: userAgent()}, nil
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
	text, err := io.ReadAll(io.LimitReader(i.from, lintLimit))
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	mediaType := scrape.MediaTypeText
	if bytes.HasSuffix(bytes.TrimRight(text, "\n"), []byte("# EOF")) {
		mediaType = scrape.MediaTypeOpenMetrics
	}
	return &scrape.Exposition{Body: io.NopCloser(bytes.NewReader(text)), MediaType: mediaType}, nil
}

// families collects a conversion as one text.
type families []byte

func (f *families) Outputs(convert.Labels) []convert.Output { return []convert.Output{f} }
func (f *families) Format() convert.Format                  { return convert.Text }
func (f *families) UTF8Names() bool                         { return false }
func (f *families) Append(text []byte, _ int)               { *f = append(*f, text...) }

func (f *families) Rewrite(change func([]byte, int) ([]byte, int)) { *f, _ = change(*f, 0) }
