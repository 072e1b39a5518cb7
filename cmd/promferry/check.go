package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/alecthomas/kingpin/v2"
	promconfig "github.com/prometheus/common/config"
	"github.com/promferry/promferry/transport"
)

// checkConfigCommand shows the diagnostics of a configuration.
type checkConfigCommand struct{ files []string }

func newCheckConfigCommand(clause *kingpin.CmdClause) *checkConfigCommand {
	c := new(checkConfigCommand)
	clause.Arg("FILE", "Files, or directories of *.hcl. Default: "+defaultConfigFile+".").StringsVar(&c.files)
	explain(clause, manual{
		examples: []string{
			`promferry check config`,
			`promferry check config promferry.hcl /etc/promferry/conf.d`,
		},
		exits: []string{"0 nothing is wrong; warnings are shown", "2 an error, or a file that cannot be read"},
	})
	return c
}

func (c *checkConfigCommand) run(_ context.Context, a *app) int {
	if len(c.files) == 0 {
		c.files = []string{defaultConfigFile}
	}
	config := configFlags{files: c.files}
	if config.load(a).config == nil {
		return exitUsage
	}
	return exitOK
}

// probeCommand asks a promferry on this machine for its health: an image
// without a shell has no curl.
type probeCommand struct {
	path    string
	address string
	timeout time.Duration
}

func newProbeCommand(clause *kingpin.CmdClause, path string) *probeCommand {
	c := &probeCommand{path: path}
	flag(clause, "web.listen-address", "Where the promferry to ask listens.").Default(defaultListenAddress).StringVar(&c.address)
	clause.Flag("timeout", "Longest time to wait.").Default("2s").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			"promferry " + clause.FullCommand(),
			"promferry " + clause.FullCommand() + " --web.listen-address=:8080",
		},
		exits: []string{"0 it does", "1 it does not, or does not answer", badUsage},
	})
	return c
}

func (c *probeCommand) run(ctx context.Context, a *app) int {
	if c.address == "" {
		return a.fail(exitUsage, errors.New("--web.listen-address is empty: there is no web server to ask"))
	}
	if err := c.probe(ctx); err != nil {
		return a.fail(exitFailure, err)
	}
	return exitOK
}

func (c *probeCommand) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	url := "http://" + reachable(c.address) + c.path
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := transport.New(promconfig.HTTPClientConfig{}, transport.Options{}).RoundTrip(req) // no proxy of the environment
	if err != nil {
		return fmt.Errorf("check %s: %w; does promferry run, with this --web.listen-address?", url, cause(err))
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 256))
	if resp.StatusCode != http.StatusOK && !asksForMore(resp.StatusCode, text) {
		return fmt.Errorf("check %s: status %d, want 200: %q", url, resp.StatusCode, text)
	}
	return nil
}

// asksForMore tells the answers of a promferry that lives, and that
// --web.config.file has given users or TLS.
func asksForMore(code int, text []byte) bool {
	return code == http.StatusUnauthorized ||
		code == http.StatusBadRequest && bytes.Contains(text, []byte("HTTP request to an HTTPS server")) // net/http's own words
}
