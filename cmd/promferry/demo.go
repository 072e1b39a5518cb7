package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	neturl "net/url"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/cmd/promferry/internal/gateway"
	"github.com/promferry/promferry/configs"
)

//go:embed demo.hcl
var demoHCL []byte

// demoStoreHCL is the block more for --remote-write.
//
//go:embed demostore.hcl
var demoStoreHCL []byte

// demoCommand is the whole chain in one process.
type demoCommand struct {
	gateway     string
	remoteWrite string
	listen      string
	web         webFlags
}

func newDemoCommand(clause *kingpin.CmdClause) *demoCommand {
	c := new(demoCommand)
	c.web.telemetryPath = defaultTelemetryPath
	clause.Flag("web.listen-address", "Address of the status page; a free port of loopback if it is taken.").Default(defaultListenAddress).StringVar(&c.listen)
	flag(clause, "gateway", "Push to this Pushgateway instead of one inside of the demo.").PlaceHolder("URL").StringVar(&c.gateway)
	flag(clause, "remote-write", "Send the same scrapes to this receiver of remote_write, too.").PlaceHolder("URL").StringVar(&c.remoteWrite)
	explain(clause, manual{
		examples: []string{
			`promferry demo`,
			`promferry demo --gateway=http://localhost:9091`,
			`promferry demo --remote-write=http://localhost:9090/api/v1/write`,
		},
		exits: []string{"0 stopped by SIGINT or SIGTERM", "1 could not start, or the gateway could not be told of the end", badUsage},
	})
	return c
}

func (c *demoCommand) run(ctx context.Context, a *app) int {
	ctx, cancel := untilSignal(ctx)
	defer cancel()
	if err := c.check(); err != nil {
		return a.fail(exitUsage, err)
	}
	gatewayURL, stopGateway, err := c.startGateway()
	if err != nil {
		return a.fail(exitFailure, err)
	}
	defer stopGateway()
	cfg := c.load(a, gatewayURL)
	if cfg == nil {
		return exitUsage
	}
	logger := slog.New(slog.DiscardHandler) // the transcript says it
	said := &transcript{to: a.out, start: time.Now()}
	f, err := compose(cfg, composition{logger: logger, onPush: said.push, onStored: said.stored(cfg)})
	if err != nil {
		return a.fail(exitUsage, err)
	}
	page, err := listenNear(c.listen)
	if err != nil {
		return a.fail(exitFailure, fmt.Errorf("%w; --web.listen-address is host:port", err))
	}
	at := "http://" + reachable(page.Addr().String())
	fmt.Fprintf(a.out, "gateway      %s\n", gatewayURL)
	for _, w := range cfg.RemoteWrites {
		fmt.Fprintf(a.out, "store        %s\n", shownURL(w.URL))
	}
	fmt.Fprintf(a.out, "status page  %s/\nown metrics  %s%s\n\nEach push, for %v; then it goes on in silence until Ctrl-C:\n",
		at, at, c.web.telemetryPath, transcriptTime)
	if err := f.serve(ctx, service{web: c.web, listener: page, shutdownTimeout: 5 * time.Second, logger: logger}); err != nil {
		return a.fail(exitFailure, err)
	}
	return exitOK
}

// check says what is wrong with the flags.
func (c *demoCommand) check() error {
	if c.listen == "" {
		return errors.New("--web.listen-address is empty: the demo is there to show its page")
	}
	if err := checkURL("gateway", c.gateway, "http://localhost:9091"); err != nil {
		return err
	}
	return checkURL("remote-write", c.remoteWrite, "http://localhost:9090/api/v1/write")
}

// checkURL says what is wrong with a flag, which may be empty.
func checkURL(flag, url, example string) error {
	if u, err := neturl.Parse(url); url != "" && (err != nil || u.Host == "") {
		return fmt.Errorf("--%s=%s: want a URL such as %s", flag, withoutSecrets(url), example)
	}
	return nil
}

// startGateway starts the demo's own gateway, unless the user has one.
func (c *demoCommand) startGateway() (url string, stop func(), err error) {
	if c.gateway != "" {
		return c.gateway, func() {}, nil
	}
	l, err := listenNear("127.0.0.1:9091")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: gateway.New(), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l) // ends with ErrServerClosed, or the pushes fail and say so
	}()
	return "http://" + l.Addr().String(), func() {
		_ = server.Close() // in memory: nothing to lose
		<-ended
	}, nil
}

// listenNear listens on the address, or on a free port where that is taken.
func listenNear(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l, nil
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s: %w", address, cause(err))
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

func (c *demoCommand) load(a *app, gatewayURL string) *configs.Config {
	urls, text := map[string]string{"GATEWAY": gatewayURL, "REMOTE_WRITE": c.remoteWrite}, demoHCL
	if c.remoteWrite != "" {
		text = slices.Concat(text, demoStoreHCL)
	}
	lookup := func(name string) (string, bool) { url, found := urls[name]; return url, found }
	loader := &configs.Loader{LookupEnv: lookup}
	cfg, diags := loader.LoadBytes("demo.hcl", text)
	if len(diags) > 0 {
		if err := loader.WriteDiagnostics(a.err, diags); err != nil {
			a.fail(exitUsage, err)
		}
	}
	return cfg
}
