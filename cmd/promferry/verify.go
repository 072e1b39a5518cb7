package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/cmd/promferry/internal/verify"
)

// verifyCommand compares what a Prometheus has of the same targets by both ways.
type verifyCommand struct {
	prometheus string
	httpConfig string
	direct     string
	relayed    string
	ignore     []string
	window     model.Duration
	all        bool
	timeout    time.Duration
}

func newVerifyCommand(clause *kingpin.CmdClause) *verifyCommand {
	c := new(verifyCommand)
	flag(clause, "prometheus", "The Prometheus that has the series of both ways.").Required().PlaceHolder("URL").StringVar(&c.prometheus)
	flag(clause, "http.config.file", "HTTP client settings for it: credentials, TLS, proxy; as promtool's.").PlaceHolder("FILE").StringVar(&c.httpConfig)
	clause.Flag("direct", "Selector of the series that Prometheus scrapes itself.").Required().PlaceHolder(`'{job="node_pull"}'`).StringVar(&c.direct)
	clause.Flag("relayed", "Selector of the series that come through the gateway.").Required().PlaceHolder(`'{job="node"}'`).StringVar(&c.relayed)
	clause.Flag("ignore", "Label that is not compared. Repeatable. Left out anyway: labels of which the selectors want different values, job where the ways have none in common, instance where each has one, and another.").PlaceHolder("LABEL").StringsVar(&c.ignore)
	clause.Flag("window", "How far to look back: at least four times the longest of the intervals of both ways.").Default("5m").SetValue(&c.window)
	clause.Flag("all", "Show all differences; without it some of each kind.").BoolVar(&c.all)
	flag(clause, "timeout", "Longest time for all of it.").Default("1m").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			`promferry verify --prometheus=http://localhost:9090 --direct='{job="node_pull"}' --relayed='{job="node"}'`,
			`promferry verify --prometheus=http://localhost:9090 --direct='{job="a",instance="h:9100"}' --relayed='{job="b",instance="h"}' --all`,
		},
		exits: []string{"0 alike", "1 not alike, or Prometheus did not answer", "2 usage, or a selector that is none"},
	})
	return c
}

func (c *verifyCommand) run(ctx context.Context, a *app) int {
	v, err := c.check()
	if err != nil {
		return a.fail(exitUsage, err)
	}
	ctx, cancel := withTimeout(ctx, c.timeout)
	defer cancel()
	stop := a.progress(ctx, func() string { return "verify: Prometheus is asked for both ways" })
	report, err := v.compare(ctx)
	stop()
	if err != nil {
		return a.fail(exitOfQuery(err), err)
	}
	writeReport(a.out, report, c.window, c.all)
	if !report.Alike() {
		return exitFailure
	}
	return exitOK
}

// exitOfQuery tells a selector that is none from all that may be better another time.
func exitOfQuery(err error) int {
	var refusal *queryError
	if errors.As(err, &refusal) && refusal.isBadQuery() {
		return exitUsage
	}
	return exitFailure
}

// A verification is what the flags say.
type verification struct {
	api             *queryAPI
	direct, relayed selector
	ignored         []string
	window          time.Duration
}

func (c *verifyCommand) check() (v verification, err error) {
	if err := checkTimeout(c.timeout); err != nil {
		return v, err
	}
	if c.window <= 0 {
		return v, errors.New("--window: want a duration above zero, such as 5m")
	}
	v.window = time.Duration(c.window)
	cfg, err := loadHTTPConfig(c.httpConfig)
	if err != nil {
		return v, fmt.Errorf("--http.config.file: %w", err)
	}
	if v.api, err = newQueryAPI(c.prometheus, cfg); err != nil {
		return v, fmt.Errorf("--prometheus: %w", err)
	}
	if v.direct, err = parseSelector(c.direct); err != nil {
		return v, fmt.Errorf("--direct=%s: %w", oneLine(c.direct), err)
	}
	if v.relayed, err = parseSelector(c.relayed); err != nil {
		return v, fmt.Errorf("--relayed=%s: %w", oneLine(c.relayed), err)
	}
	if v.direct.text == v.relayed.text {
		return v, errors.New("--direct and --relayed choose the same series; each way needs a job of its own")
	}
	v.ignored = append(fixedApart(v.direct, v.relayed), c.ignore...)
	return v, nil
}

// compare asks for both ways at one moment.
func (v *verification) compare(ctx context.Context) (report verify.Report, err error) {
	w := verify.Window{Length: v.window}
	if w.End, err = v.api.now(ctx); err != nil {
		return report, err
	}
	direct, err := v.api.window(ctx, v.direct, w)
	if err != nil {
		return report, fmt.Errorf("--direct: %w", err)
	}
	relayed, err := v.api.window(ctx, v.relayed, w)
	if err != nil {
		return report, fmt.Errorf("--relayed: %w", err)
	}
	switch {
	case len(direct) == 0:
		return report, fmt.Errorf("--direct=%s: no series within %s; does this Prometheus still scrape the targets itself?", v.direct.text, model.Duration(v.window))
	case len(relayed) == 0:
		return report, v.whyNoneRelayed(ctx, w)
	}
	return verify.Compare(direct, relayed, v.ignored...), nil
}

// whyNoneRelayed looks for the usual reason.
func (v *verification) whyNoneRelayed(ctx context.Context, w verify.Window) error {
	err := fmt.Errorf("--relayed=%s: no series within %s", v.relayed.text, model.Duration(v.window))
	if exported, known := v.relayed.exported(); known {
		groups, failed := v.api.window(ctx, exported, w)
		if failed == nil && len(groups) > 0 {
			return fmt.Errorf("%w, but %s as %s: %s", err, count(len(groups), "group", "groups"), exported.text, honorLabelsHint)
		}
	}
	return fmt.Errorf("%w; does this Prometheus scrape the gateway, and has promferry pushed there? Its status page tells", err)
}

// honorLabelsHint is what is wrong where a group's labels are exported ones.
const honorLabelsHint = "the scrape job of the gateway needs honor_labels: true"
