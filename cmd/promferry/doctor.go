package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/cmd/promferry/internal/doctor"
)

// doctorCommand says what is wrong between the targets and where they go, and what
// to do. It changes nothing anywhere.
type doctorCommand struct {
	config    configFlags
	listen    string
	stateFile string
	format    string
	all       bool
	timeout   time.Duration
}

func newDoctorCommand(clause *kingpin.CmdClause) *doctorCommand {
	c := new(doctorCommand)
	c.config.register(clause)
	flag(clause, "web.listen-address", "Where the promferry of this host listens, if one runs: it is only asked whether it lives. Empty: nobody is asked.").Default(listenDefault()).StringVar(&c.listen)
	flag(clause, "state.file", "The state file that it has, to look whether it can be written.").PlaceHolder("FILE").StringVar(&c.stateFile)
	clause.Flag("format", "What is written: text for people, or json.").Short('o').Default("text").EnumVar(&c.format, "text", "json")
	clause.Flag("all", "Show every check of every target; without it only what is wrong. JSON always has all.").BoolVar(&c.all)
	flag(clause, "timeout", "Longest time for all of it.").Default("30s").DurationVar(&c.timeout)
	explain(clause, manual{
		examples: []string{
			`promferry doctor --config.file=/etc/promferry/promferry.hcl`,
			`promferry doctor --target=localhost:9100 --gateway=http://localhost:9091`,
			`promferry doctor --format=json | jq '.gateways[].load'`,
		},
		exits: []string{"0 nothing is wrong; there may be warnings", "1 something is wrong, or was not looked at, as --timeout was over or a signal came", badUsage},
	})
	return c
}

func (c *doctorCommand) run(ctx context.Context, a *app) int {
	if err := checkTimeout(c.timeout); err != nil {
		return a.fail(exitUsage, err)
	}
	c.config.silent = true // a check tells of warnings
	l := c.config.load(a)
	if l.config == nil {
		return exitUsage
	}
	f, err := compose(l.config, a.oneShot())
	if err != nil {
		return a.fail(exitUsage, err)
	}
	ctx, cancel := untilSignalOrTimeout(ctx, c.timeout)
	defer cancel()
	stop := a.progress(ctx, func() string { return "doctor: targets and destinations are asked" })
	e := doctor.Examination{Here: c.here(ctx)}
	e.Host.CheckConfiguration(l.warnings())
	f.prepare(ctx, c, &e)
	report := e.Run(ctx)
	stop()
	if err := c.write(a.out, report); err != nil {
		return a.fail(exitFailure, err)
	}
	if !report.Well() {
		return exitFailure
	}
	return exitOK
}

func (c *doctorCommand) write(to io.Writer, report doctor.Report) error {
	if c.format == "json" {
		encoder := json.NewEncoder(to)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		return nil
	}
	doctor.Table{All: c.all, Paint: func(o doctor.Outcome, word string) string { return paintFinding(to, o, word) }}.Write(to, report)
	return nil
}

// paintFinding gives the word of a finding its colour, where it has one.
func paintFinding(to io.Writer, o doctor.Outcome, word string) string {
	switch o {
	case doctor.OK:
		return paint(to, good, word)
	case doctor.Warning:
		return paint(to, doubtful, word)
	case doctor.Failed:
		return paint(to, bad, word)
	}
	return word
}

// discoveryShare is the part of --timeout that the search for targets may take.
const discoveryShare = 4

// prepare adds what would run.
func (f *ferry) prepare(ctx context.Context, c *doctorCommand, e *doctor.Examination) {
	unknown := f.discoverFirst(ctx, c.timeout/discoveryShare)
	e.Targets = f.current().targets()
	for _, g := range f.gateways() {
		clock := &gatewayClock{next: g.Transport}
		g.Transport = clock
		e.Gateways = append(e.Gateways, doctor.Subject{Gateway: g, Now: clock.now})
	}
	e.Receivers = f.stores()
	e.Host.CheckDiscovery(ctx, unknown)
	e.Host.CheckVacant(f.current().vacant())
	e.Host.CheckRefused(f.current().refusals())
	e.Host.CheckRunning(e.Here, c.listen)
	e.Host.CheckOpenFiles(len(e.Targets), len(e.Gateways)+len(e.Receivers))
	e.Host.CheckStateFile(c.stateFile)
}

// refusals say why targets are not scraped.
func (p *parts) refusals() (all []error) {
	for _, job := range p.jobs {
		for _, t := range job.refused {
			all = append(all, t.err)
		}
	}
	return all
}

// here tells whether a promferry answers on this host.
func (c *doctorCommand) here(ctx context.Context) doctor.Here {
	if c.listen == "" {
		return doctor.Unknown
	}
	p := probeCommand{path: "/-/healthy", address: c.listen, timeout: 2 * time.Second}
	if p.probe(ctx) != nil {
		return doctor.Absent
	}
	return doctor.Running
}
