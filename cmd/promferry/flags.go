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
	return to.Flag(name, help).Envar(variable(name))
}

// variable is the twin of a flag.
func variable(name string) string {
	return "PROMFERRY_" + strings.Map(func(c rune) rune {
		if c == '.' || c == '-' {
			return '_'
		}
		return unicode.ToUpper(c)
	}, name)
}

// given is how a flag that has a value was given: as one, or by its twin, of which
// nobody may think who sees the command line.
func given(name, value string) string {
	if os.Getenv(variable(name)) == value {
		return variable(name)
	}
	return "--" + name
}

const configFileFlag = "config.file"

// defaultConfigFile is read where no flag says what to do.
const defaultConfigFile = "promferry.hcl"

// configFlags say where the configuration is: files, or the flags themselves.
type configFlags struct {
	files  []string
	quick  configs.Flags
	silent bool // no warnings, only errors
}

func (f *configFlags) register(to flagger) {
	flag(to, configFileFlag, "Configuration file, or a directory of *.hcl. Repeatable. Default: "+defaultConfigFile+".").PlaceHolder("FILE").StringsVar(&f.files)
	flag(to, "target", "Scrape this target (localhost:8000, a URL, unix:///run/app.sock): a configuration without a file. Repeatable.").PlaceHolder("ADDRESS").StringsVar(&f.quick.Targets)
	flag(to, "gateway", "Push to this Pushgateway, with --target.").PlaceHolder("URL").StringVar(&f.quick.Gateway)
	flag(to, "remote-write", "Send all samples to this receiver of remote_write, with --target; beside --gateway or alone.").PlaceHolder("URL").StringVar(&f.quick.RemoteWrite)
	flag(to, "job", "Job label, with --target.").StringVar(&f.quick.Job)
	flag(to, "instance", "Instance label, with --target. Default: the target's address, with this machine's name for a loopback one.").StringVar(&f.quick.Instance)
}

// load returns the configuration, or none after its diagnostics were written to
// standard error. Warnings are written too.
func (f *configFlags) load(a *app) loaded {
	if err := f.check(); err != nil {
		a.fail(exitUsage, err)
		return loaded{}
	}
	l, err := f.read()
	if err != nil {
		a.fail(exitUsage, err)
		return loaded{}
	}
	if l.config == nil || !f.silent {
		if err := l.loader.WriteDiagnosticsFor(a.err, l.problems, readerAt(a.err)); err != nil {
			a.fail(exitUsage, err)
			return loaded{}
		}
	}
	return l
}

// check says what is wrong with the flags.
func (f *configFlags) check() error {
	switch {
	case f.isQuick() && len(f.files) > 0:
		return fmt.Errorf("%s and %s are two ways to say the same: give one of them", given(configFileFlag, strings.Join(f.files, "\n")), strings.Join(f.givenQuick(), ", "))
	case f.isQuick() && (f.quick.Gateway+f.quick.RemoteWrite == "" || len(f.quick.Targets) == 0):
		return errors.New("a configuration without a file needs --target, and --gateway or --remote-write")
	case f.isQuick() || len(f.files) > 0:
		return nil
	}
	if _, err := os.Stat(defaultConfigFile); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("nothing to do: there is no %s here, and no flag says what to scrape. Try one of:\n%s", defaultConfigFile, starts)
	}
	return nil
}

// loaded is what became of one load.
type loaded struct {
	config      *configs.Config // nil: it cannot be used
	problems    hcl.Diagnostics // errors or warnings
	diagnostics string          // the same for people, secrets masked; "" is fine
	loader      *configs.Loader
}

// read loads what flags say that are good; a file may have gone meanwhile.
func (f *configFlags) read() (loaded, error) {
	l := loaded{loader: new(configs.Loader)}
	switch {
	case f.isQuick():
		l.config, l.problems = l.loader.LoadBytes("flags", f.quick.HCL())
	case len(f.files) > 0:
		l.config, l.problems = l.loader.Load(f.files...)
	default:
		l.config, l.problems = l.loader.Load(defaultConfigFile)
	}
	var text strings.Builder
	if err := l.loader.WriteDiagnostics(&text, l.problems); err != nil {
		return l, err
	}
	l.diagnostics = text.String()
	return l, nil
}

// warnings are the problems in a line each: what, where, and what to do.
func (l loaded) warnings() (lines []string) {
	for _, p := range l.problems {
		line := p.Summary
		if p.Subject != nil {
			line += fmt.Sprintf(", %s line %d", p.Subject.Filename, p.Subject.Start.Line)
		}
		lines = append(lines, line+": "+p.Detail)
	}
	return lines
}

// isQuick tells whether flags are the whole configuration.
func (f *configFlags) isQuick() bool {
	return len(f.givenQuick()) > 0
}

// givenQuick are those flags that are a configuration, as they were given.
func (f *configFlags) givenQuick() (names []string) {
	for _, flag := range []struct{ name, value string }{
		{"target", strings.Join(f.quick.Targets, "\n")},
		{"gateway", f.quick.Gateway},
		{"remote-write", f.quick.RemoteWrite},
		{"job", f.quick.Job},
		{"instance", f.quick.Instance},
	} {
		if flag.value != "" {
			names = append(names, given(flag.name, flag.value))
		}
	}
	return names
}

const starts = `  promferry demo
  promferry --target=localhost:9100 --gateway=http://pushgateway:9091
  promferry --config.file=/etc/promferry/promferry.hcl
  promferry run --help`
