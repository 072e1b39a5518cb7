package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/promferry/promferry/configs"
)

// destinationFlags say where the gateways are of a command that scrapes
// nothing.
type destinationFlags struct {
	files   []string
	gateway string
}

// gatewayPlaceHolder stands for a gateway that may be one of a configuration.
const gatewayPlaceHolder = "URL|NAME"

func (f *destinationFlags) register(to flagger) {
	flag(to, "gateway", "The Pushgateway: its URL, or its name in the configuration, where credentials and TLS can be said. Default: all of the configuration.").PlaceHolder(gatewayPlaceHolder).StringVar(&f.gateway)
	flag(to, configFileFlag, "Configuration file, or a directory of *.hcl, for its gateways. Repeatable. Default: "+defaultConfigFile+", if there is one.").PlaceHolder("FILE").StringsVar(&f.files)
}

// load returns a configuration with the gateways to use, or nil after what is
// wrong was written to standard error.
func (f *destinationFlags) load(a *app) *configs.Config {
	loader := &configs.Loader{GatewaysOnly: true}
	cfg, diags, err := f.read(loader)
	if err == nil && len(diags) > 0 && (cfg == nil || a.debugging()) {
		err = loader.WriteDiagnosticsFor(a.err, diags, readerAt(a.err))
	}
	if err == nil && cfg != nil {
		err = f.choose(cfg)
	}
	if err != nil {
		a.fail(exitUsage, err)
		return nil
	}
	return cfg
}

func (f *destinationFlags) read(loader *configs.Loader) (*configs.Config, hcl.Diagnostics, error) {
	files := f.files
	switch {
	case f.isURL() && len(files) > 0:
		return nil, nil, errors.New("--config.file and a URL in --gateway are two ways to say the same: give one of them, or a name of the file's in --gateway")
	case f.isURL():
		cfg, diags := loader.LoadBytes("flags", configs.Flags{Gateway: f.gateway}.HCL())
		return cfg, diags, nil
	case len(files) == 0:
		if _, err := os.Stat(defaultConfigFile); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, f.nowhere()
		}
		files = []string{defaultConfigFile}
	}
	cfg, diags := loader.Load(files...)
	return cfg, diags, nil
}

// isURL tells the URL of a gateway from its name.
func (f *destinationFlags) isURL() bool { return strings.Contains(f.gateway, "://") }

func (f *destinationFlags) nowhere() error {
	if f.gateway != "" {
		return errors.New("--gateway: want a URL such as http://localhost:9091, or a name and the --config.file that has it")
	}
	return fmt.Errorf("no gateway: there is no %s here. Give --gateway=http://pushgateway:9091, or --config.file", defaultConfigFile)
}

// choose leaves only the gateway that was named, if one was. What is wrong is
// not repeated: it may be an address with a password.
func (f *destinationFlags) choose(cfg *configs.Config) error {
	if f.gateway == "" || f.isURL() {
		return nil
	}
	var names []string
	for i, g := range cfg.Gateways {
		if g.Name == f.gateway {
			cfg.Gateways = cfg.Gateways[i : i+1]
			return nil
		}
		names = append(names, fmt.Sprintf("%q", g.Name))
	}
	what := "no gateway of that name"
	if slices.ContainsFunc(cfg.RemoteWrites, func(w configs.RemoteWrite) bool { return w.Name == f.gateway }) {
		what = "a remote_write has that name, and this command needs a gateway"
	}
	return fmt.Errorf("--gateway: %s; the configuration has %s", what, strings.Join(names, ", "))
}

// composeGateways makes the gateways of a configuration and nothing else.
// Nothing is started. What one command sends is never too much.
func composeGateways(cfg *configs.Config, how composition) *ferry {
	f := newFerry(math.MaxInt64, how)
	f.parts = f.assemble(&configs.Config{Gateways: cfg.Gateways}, new(parts))
	return f
}

// sendPlain has no gateway asked what it takes: that is a request more, for
// bodies that are small.
func sendPlain(cfg *configs.Config) {
	cfg.Gateways = slices.Clone(cfg.Gateways)
	for i := range cfg.Gateways {
		cfg.Gateways[i].Encoding, cfg.Gateways[i].Compression = configs.EncodingText, configs.CompressionNone
	}
}

// deliver lets gateways and stores send what offer gives them, waits for their
// answers and returns a line for each push that failed, and for each store that
// has not taken all.
func (f *ferry) deliver(ctx context.Context, offer func()) (failures []string) {
	stop := f.startSending()
	offer()
	var stored sync.WaitGroup
	for _, s := range f.stores() {
		stored.Go(func() { _ = s.Drain(ctx) }) // failedStores tells of what is left
	}
	for _, g := range f.gateways() {
		g.Drain(ctx)
	}
	stored.Wait()
	failures = f.failedPushes(ctx)
	now, cancel := context.WithCancel(ctx)
	cancel()      // all that may have an answer has one
	_ = stop(now) // no gateway or store is taken out of one command
	return append(failures, f.failedStores(ctx)...)
}

// withTimeout bounds a command by its --timeout.
func withTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not finished within --timeout=%s", timeout))
}

// untilSignalOrTimeout is untilSignal with the bound of withTimeout.
func untilSignalOrTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	ctx, release := untilSignal(ctx)
	ctx, cancel := withTimeout(ctx, timeout)
	return ctx, func() {
		cancel()
		release()
	}
}

func checkTimeout(timeout time.Duration) error {
	if timeout <= 0 {
		return fmt.Errorf("--timeout=%s: want a duration above zero", timeout)
	}
	return nil
}

// giveUp is how long a command that ends tries a request again.
const giveUp = 5 * time.Second

// oneShot is how commands that end push. They say in lines of their own what
// failed; who asks for debugging gets the daemon's log as well.
func (a *app) oneShot() composition {
	how := composition{giveUp: giveUp}
	if a.debugging() {
		how.logger = a.logger()
	}
	return how
}
