package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/common/version"
)

// The exit codes of all commands.
const (
	exitOK      = 0
	exitFailure = 1 // something that was tried at run time
	exitUsage   = 2 // flags or configuration
	exitLint    = 3 // `check metrics` found something to improve
)

// A command is what the user names. The flags are parsed when run is called.
type command interface {
	run(ctx context.Context, app *app) int
}

// app is what all commands share.
type app struct {
	std
	logLevel  *promslog.Level
	logFormat *promslog.Format
}

// execute parses the arguments and runs the command that they name.
func execute(ctx context.Context, args []string, s std) int {
	a := newApp(s)
	parser, commands := a.newParser()
	keepArguments(parser, args)
	out := &checkedWriter{to: s.out}
	a.out = out
	a.helpTo(out, parser)
	if asked, err := writeDocument(out, parser, args); asked {
		return a.ended(out, err)
	}
	name, err := a.parse(parser, args)
	if err != nil {
		return a.fail(exitUsage, fmt.Errorf("%w\nTry: promferry %s--help", err, commandOf(parser, args)))
	}
	catchStray(a.logger())
	code := commands[name].run(ctx, a)
	if code == exitOK {
		return a.ended(out, nil)
	}
	return code
}

func newApp(s std) *app {
	return &app{std: s, logLevel: promslog.NewLevel(), logFormat: promslog.NewFormat()}
}

// parse returns the command that the arguments name. kingpin's help of no command
// ends the process, so that is looked at before.
func (a *app) parse(parser *kingpin.Application, args []string) (name string, err error) {
	if len(args) > 0 && args[0] == "help" {
		err = misuse(args)
	}
	if err == nil {
		name, err = parser.Parse(args)
	}
	if err == nil {
		return name, nil
	}
	return "", cmp.Or(misuse(args), err)
}

// newParser returns what knows all flags, and the commands by their names.
func (a *app) newParser() (*kingpin.Application, map[string]command) {
	parser := kingpin.New("promferry", "Carries Prometheus metrics across a firewall: scrapes local targets, pushes each to a Pushgateway, or sends it to a store by remote_write.")
	parser.ErrorWriter(a.err)
	parser.UsageTemplate(helpTemplate)
	parser.HelpFlag.Short('h').Help("Show help: promferry COMMAND --help has a command's flags, examples and exit codes.")
	parser.Version(version.Print("promferry"))
	flag(parser, "log.level", "Only log messages of this level or above: debug, info, warn, error.").Default("info").HintOptions(promslog.LevelFlagOptions...).SetValue(a.logLevel)
	flag(parser, "log.format", "Format of log messages: logfmt, json.").Default("logfmt").HintOptions(promslog.FormatFlagOptions...).SetValue(a.logFormat)
	return parser, register(parser)
}

// ended is the exit code of what has gone well but for an error, or for an output
// that did not arrive.
func (a *app) ended(out *checkedWriter, err error) int {
	if err == nil && out.err != nil {
		err = fmt.Errorf("write output: %w", out.err)
	}
	if err != nil {
		return a.fail(exitFailure, err)
	}
	return exitOK
}

// helpTo has kingpin's help go to the output. Where that does not arrive kingpin
// panics, so it is not told, and the exit code says it.
func (a *app) helpTo(out *checkedWriter, parser *kingpin.Application) {
	parser.UsageWriter(writerFunc(func(p []byte) (int, error) {
		out.Write(p) // which remembers an error
		return len(p), nil
	}))
	parser.Terminate(func(code int) { os.Exit(cmp.Or(code, a.ended(out, nil))) })
}

// keepArguments has what follows the command of exec left as it is: the flags in
// there are the command's own. kingpin can say that of all commands only, so it
// first has to find out which one this is.
func keepArguments(parser *kingpin.Application, args []string) {
	parser.Interspersed(false)
	parsed, _ := parser.ParseContext(args) // Parse says what is wrong
	parser.Interspersed(parsed == nil || parsed.SelectedCommand != parser.GetCommand("exec"))
}

// commandOf returns the command that arguments begin with, and a blank; "" where
// they do not.
func commandOf(parser *kingpin.Application, args []string) string {
	parsed, _ := parser.ParseContext(args) // Parse said what is wrong
	if parsed == nil || parsed.SelectedCommand == nil {
		return ""
	}
	words := strings.Fields(parsed.SelectedCommand.FullCommand())
	if len(args) < len(words) || !slices.Equal(args[:len(words)], words) {
		return ""
	}
	return strings.Join(words, " ") + " "
}

// A checkedWriter remembers that an output did not arrive.
type checkedWriter struct {
	to  io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// register adds all commands to the parser.
func register(parser *kingpin.Application) map[string]command {
	commands := make(map[string]command)
	add := func(clause *kingpin.CmdClause, c command) { commands[clause.FullCommand()] = c }

	clause := parser.Command("run", "Scrape and push until stopped. This is what promferry does without a command.").Default()
	add(clause, newRunCommand(clause))
	clause = parser.Command("once", "Scrape and push every target once, then exit. For cron: silent on success.")
	add(clause, newOnceCommand(clause))
	clause = parser.Command("push", "Push an exposition from a file or standard input into one group, checked first. Silent on success.")
	add(clause, newPushCommand(clause))
	clause = parser.Command("delete", "Delete exactly one group, and say whether it was there.")
	add(clause, newDeleteCommand(clause))
	clause = parser.Command("prune", "Show the groups that nobody has pushed for long; with --yes, delete them.")
	add(clause, newPruneCommand(clause))
	clause = parser.Command("exec", "Run a command, then push its exit code, its duration and the time of its last success.")
	add(clause, newExecCommand(clause))
	clause = parser.Command("targets", "Show the targets of the configuration with their grouping keys.")
	add(clause, newTargetsCommand(clause))
	importing := parser.Command("import", "Translate the configuration of another program.")
	clause = importing.Command("prometheus", "Translate a prometheus.yml: HCL to standard output; to standard error what did not map, and what to do in Prometheus.")
	add(clause, newImportCommand(clause))
	clause = parser.Command("verify", "Compare what a Prometheus has of targets that it scrapes itself, and through a gateway.")
	add(clause, newVerifyCommand(clause))
	clause = parser.Command("doctor", "Say what is wrong between the targets and the gateways and stores, and what to do. Changes nothing.")
	add(clause, newDoctorCommand(clause))
	clause = parser.Command("fmt", "Format configuration files.")
	add(clause, newFmtCommand(clause))
	clause = parser.Command("demo", "Show the whole chain in one process, with nothing installed.")
	add(clause, newDemoCommand(clause))
	clause = parser.Command("version", "Print the version.")
	explain(clause, manual{examples: []string{"promferry version"}, exits: []string{"0"}})
	add(clause, versionCommand{})

	check := parser.Command("check", "Check a configuration, a target's answer, or a running promferry.")
	clause = check.Command("config", "Check configuration files as `run` would see them.")
	add(clause, newCheckConfigCommand(clause))
	clause = check.Command("metrics", "Lint the answer of a target, or standard input for -.")
	add(clause, newCheckMetricsCommand(clause))
	clause = check.Command("healthy", "Ask a running promferry whether it lives. For probes.")
	add(clause, newProbeCommand(clause, "/-/healthy"))
	clause = check.Command("ready", "Ask a running promferry whether it relays. For probes.")
	add(clause, newProbeCommand(clause, "/-/ready"))
	return commands
}

// debugging tells whether the user wants to know all.
func (a *app) debugging() bool { return a.logLevel.String() == "debug" }

// logger is the one of the daemon: to standard error, as the flags say.
func (a *app) logger() *slog.Logger {
	return promslog.New(&promslog.Config{Level: a.logLevel, Format: a.logFormat, Writer: a.err})
}

// fail says what went wrong and returns the code.
func (a *app) fail(code int, err error) int {
	fmt.Fprintln(a.err, paint(a.err, bad, "promferry:"), err)
	return code
}

type versionCommand struct{}

func (versionCommand) run(_ context.Context, a *app) int {
	fmt.Fprintln(a.out, version.Print("promferry"))
	return exitOK
}
