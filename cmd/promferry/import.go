package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/cmd/promferry/internal/prometheusyaml"
)

// importCommand translates a prometheus.yml: HCL to standard output, what the
// reader must know to standard error.
type importCommand struct {
	file      string
	gateway   string // "" where nothing says it
	keep      bool   // remote_write
	jobs      []string
	localOnly bool
}

const assumedGateway = "http://localhost:9091"

func newImportCommand(clause *kingpin.CmdClause) *importCommand {
	c := new(importCommand)
	flag(clause, "gateway", "The Pushgateway to push to; "+assumedGateway+" if it is not given.").PlaceHolder("URL").StringVar(&c.gateway)
	clause.Flag("keep-remote-write", "Write remote_write blocks, too: promferry sends to the stores that Prometheus writes to, and without --gateway only there.").BoolVar(&c.keep)
	clause.Flag("job", "Only this job. Repeatable.").PlaceHolder("NAME").StringsVar(&c.jobs)
	clause.Flag("local-only", "Only targets on this machine: loopback addresses and its host name.").BoolVar(&c.localOnly)
	clause.Arg("FILE", "A prometheus.yml; - for standard input.").Required().StringVar(&c.file)
	explain(clause, manual{
		examples: []string{
			`promferry import prometheus /etc/prometheus/prometheus.yml --gateway=http://pushgateway:9091 >promferry.hcl`,
			`promferry import prometheus prometheus.yml --job=node --local-only`,
			`promferry import prometheus prometheus.yml --keep-remote-write >promferry.hcl`,
		},
		exits: []string{"0 all of it is translated", "1 something did not map; the report names it", "2 usage, or the file cannot be read"},
	})
	return c
}

func (c *importCommand) run(ctx context.Context, a *app) int {
	gateway, err := c.parseGateway()
	if err != nil {
		return a.fail(exitUsage, err)
	}
	result, err := c.translate(ctx, a, gateway)
	if result != nil {
		if c.gateway == "" && gateway != nil && err == nil {
			fmt.Fprintf(a.err, "--gateway was not given: %s was assumed.\n\n", assumedGateway)
		}
		if reported := result.WriteReport(a.err, gateway); reported != nil {
			return a.fail(exitFailure, reported)
		}
	}
	if err != nil {
		return a.fail(exitUsage, err)
	}
	if _, err := a.out.Write(result.HCL); err != nil {
		return a.fail(exitFailure, fmt.Errorf("write output: %w", err))
	}
	if !result.IsWhole() {
		return exitFailure
	}
	return exitOK
}

// translate reads the file and what it names.
func (c *importCommand) translate(ctx context.Context, a *app, gateway *url.URL) (*prometheusyaml.Result, error) {
	name := nameOf(c.file)
	defer c.progress(ctx, a)()
	text, err := a.readInput(name, usualBound)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Dir(name)) // of standard input: where we are
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil && c.localOnly {
		return nil, err
	}
	options := prometheusyaml.Options{
		KeepRemoteWrite: c.keep,
		Jobs:            c.jobs,
		LocalOnly:       c.localOnly,
		Hostname:        host,
		Dir:             dir,
		ReadFile:        os.ReadFile,
		Glob:            filepath.Glob,
	}
	if gateway != nil {
		options.Gateway = gateway.String()
	}
	result, err := prometheusyaml.Import(name, text, options)
	if err != nil {
		err = fmt.Errorf("import %w", err) // it begins with the name
	}
	return result, err
}

// progress says that it goes on: it is quick but for what is slow to come, and
// for thousands of jobs. Nothing is drawn over what somebody types.
func (c *importCommand) progress(ctx context.Context, a *app) (stop func()) {
	name := nameOf(c.file)
	switch {
	case name == stdin && isTyped(a.in):
		return func() {}
	case name == stdin:
		name = "standard input"
	}
	return a.progress(ctx, func() string { return "import: " + name + " is read and translated" })
}

// parseGateway returns nil where all is to go to the file's remote_write.
func (c *importCommand) parseGateway() (*url.URL, error) {
	if c.keep && c.gateway == "" {
		return nil, nil
	}
	return parseGateway(cmp.Or(c.gateway, assumedGateway))
}

// parseGateway takes a URL that needs no credentials, which it never shows.
func parseGateway(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("--gateway: want a URL such as http://localhost:9091")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("--gateway: want a URL without credentials, query and fragment; write a basic_auth block into the gateway's afterwards")
	}
	return u, nil
}
