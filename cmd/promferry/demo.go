package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	neturl "net/url"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/cmd/promferry/internal/gateway"
	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push"
)

//go:embed demo.hcl
var demoHCL []byte

// transcriptTime is how long the demo prints each push.
const transcriptTime = 12 * time.Second

// demoCommand is the whole chain in one process.
type demoCommand struct {
	gateway string
	listen  string
	web     webFlags
}

func newDemoCommand(clause *kingpin.CmdClause) *demoCommand {
	c := new(demoCommand)
	c.web.telemetryPath = "/metrics"
	clause.Flag("web.listen-address", "Address of the status page; a free port of loopback if it is taken.").Default(defaultListenAddress).StringVar(&c.listen)
	flag(clause, "gateway", "Push to this Pushgateway instead of one inside of the demo.").PlaceHolder("URL").StringVar(&c.gateway)
	explain(clause, manual{
		examples: []string{
			`promferry demo`,
			`promferry demo --gateway=http://localhost:9091`,
		},
		exits: []string{"0 stopped by SIGINT or SIGTERM", "1 could not start, or the gateway could not be told of the end", badUsage},
	})
	return c
}

func (c *demoCommand) run(ctx context.Context, a *app) int {
	ctx, cancel := untilSignal(ctx)
	defer cancel()
	if c.listen == "" {
		return a.fail(exitUsage, errors.New("--web.listen-address is empty: the demo is there to show its page"))
	}
	if u, err := neturl.Parse(c.gateway); c.gateway != "" && (err != nil || u.Host == "") {
		return a.fail(exitUsage, fmt.Errorf("--gateway=%s: want a URL such as http://localhost:9091", withoutSecrets(c.gateway)))
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
	f, err := compose(cfg, composition{logger: logger, onPush: transcript(a.out)})
	if err != nil {
		return a.fail(exitUsage, err)
	}
	page, err := listenNear(c.listen)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	at := "http://" + reachable(page.Addr().String())
	fmt.Fprintf(a.out, "gateway      %s\nstatus page  %s/\nown metrics  %s%s\n\nEach push, for %v; then it goes on in silence until Ctrl-C:\n",
		gatewayURL, at, at, c.web.telemetryPath, transcriptTime)
	if err := f.serve(ctx, service{web: c.web, listener: page, shutdownTimeout: 5 * time.Second, logger: logger}); err != nil {
		return a.fail(exitFailure, err)
	}
	return exitOK
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
	loader := &configs.Loader{LookupEnv: func(name string) (string, bool) { return gatewayURL, name == "GATEWAY" }}
	cfg, diags := loader.LoadBytes("demo.hcl", demoHCL)
	if len(diags) > 0 {
		if err := loader.WriteDiagnostics(a.err, diags); err != nil {
			a.fail(exitUsage, err)
		}
	}
	return cfg
}

// transcript prints a line for each push of the first seconds, and for each
// that fails.
func transcript(to io.Writer) func(push.Outcome) {
	var mu sync.Mutex
	start := time.Now()
	return func(out push.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(start) > transcriptTime && out.Err == nil {
			return
		}
		result := paint(to, good, "stored")
		if out.Err != nil {
			result = paint(to, bad, out.Err.Error())
		}
		fmt.Fprintf(to, "%s  %-6s %s  %d series, %d bytes, %v: %s\n",
			time.Now().Format(time.TimeOnly), out.Method, out.Path, out.Series, out.Bytes, out.Took.Round(10*time.Microsecond), result)
	}
}
