package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"github.com/alecthomas/kingpin/v2"
	"github.com/hashicorp/hcl/v2"

	"github.com/promferry/promferry/configs"
)

// flagger is what flags are added to: the application or a command.
type flagger interface {
	Flag(name, help string) *kingpin.FlagClause
}

// flag adds a flag and its twin in the environment: PROMFERRY_LOG_LEVEL for
// --log.level.
func flag(to flagger, name, help string) *kingpin.FlagClause {
	twin := "PROMFERRY_" + strings.Map(func(c rune) rune {
		if c == '.' || c == '-' {
			return '_'
		}
		return unicode.ToUpper(c)
	}, name)
	return to.Flag(name, help).Envar(twin)
}

// defaultConfigFile is read where no flag says what to do.
const defaultConfigFile = "promferry.hcl"

// configFlags say where the configuration is: files, or the flags themselves.
type configFlags struct {
	files  []string
	quick  configs.Flags
	silent bool // no warnings, only errors
}

func (f *configFlags) register(to flagger) {
	flag(to, "config.file", "Configuration file, or a directory of *.hcl. Repeatable. Default: "+defaultConfigFile+".").PlaceHolder("FILE").StringsVar(&f.files)
	flag(to, "target", "Scrape this target (localhost:8000, a URL, unix:///run/app.sock): a configuration without a file. Repeatable.").PlaceHolder("ADDRESS").StringsVar(&f.quick.Targets)
	flag(to, "gateway", "Push to this Pushgateway, with --target.").PlaceHolder("URL").StringVar(&f.quick.Gateway)
	flag(to, "job", "Job label, with --target.").StringVar(&f.quick.Job)
	flag(to, "instance", "Instance label, with --target. Default: the target's address, with this machine's name for a loopback one.").StringVar(&f.quick.Instance)
}

// load returns the configuration, or nil after its diagnostics were written to
// standard error. Warnings are written too.
func (f *configFlags) load(a *app) *configs.Config {
	loader := new(configs.Loader)
	cfg, diags, err := f.read(loader)
	if err != nil {
		a.fail(exitUsage, err)
		return nil
	}
	if len(diags) > 0 && (cfg == nil || !f.silent) {
		if err := loader.WriteDiagnostics(a.err, diags); err != nil {
			a.fail(exitUsage, err)
		}
	}
	return cfg
}

func (f *configFlags) read(loader *configs.Loader) (*configs.Config, hcl.Diagnostics, error) {
	quick := f.quick.Gateway != "" || len(f.quick.Targets) > 0 || f.quick.Job != "" || f.quick.Instance != ""
	switch {
	case quick && len(f.files) > 0:
		return nil, nil, errors.New("--config.file and --target are two ways to say the same: give one of them")
	case quick && (f.quick.Gateway == "" || len(f.quick.Targets) == 0):
		return nil, nil, errors.New("a configuration without a file needs both --target and --gateway")
	case quick:
		cfg, diags := loader.LoadBytes("flags", f.quick.HCL())
		return cfg, diags, nil
	case len(f.files) > 0:
		cfg, diags := loader.Load(f.files...)
		return cfg, diags, nil
	}
	if _, err := os.Stat(defaultConfigFile); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("nothing to do: there is no %s here, and no flag says what to scrape. Try one of:\n%s", defaultConfigFile, starts)
	}
	cfg, diags := loader.Load(defaultConfigFile)
	return cfg, diags, nil
}

const starts = `  promferry demo
  promferry --target=localhost:9100 --gateway=http://pushgateway:9091
  promferry --config.file=/etc/promferry/promferry.hcl
  promferry --help`
