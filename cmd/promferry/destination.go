package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

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
		return nil, nil, fmt.Errorf("%s and a URL in %s are two ways to say the same: give one of them, or a name of the file's in --gateway", given(configFileFlag, strings.Join(files, "\n")), given("gateway", f.gateway))
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
	return fmt.Errorf("--gateway: %s; the configuration has %s. Give one of these, or a URL such as http://localhost:9091", what, strings.Join(names, ", "))
}
