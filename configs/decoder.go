package configs

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A decoder makes one configuration and collects all that is wrong on the way.
type decoder struct {
	loader  *Loader
	context *hcl.EvalContext
	sources map[string]*source
	order   map[string]int // of the files, by name
	start   *hcl.Range     // of the first file
	blocks  hclsyntax.Blocks

	diags      hcl.Diagnostics
	incomplete bool // a file or a block is missing from blocks: what seems absent may be there

	global       globals
	destinations []destination
	spools       map[string]text // the remote_writes that have one, by directory
	claims       []claim
	host         func() (string, error)
}

func (l *Loader) newDecoder() *decoder {
	d := &decoder{loader: l, sources: map[string]*source{}, order: map[string]int{}, spools: map[string]text{}}
	l.sources, l.inputs = d.sources, inputs{}
	d.host = l.hostname()
	d.context = &hcl.EvalContext{Functions: l.functions()}
	return d
}

// finish decodes what was parsed. Globals come first, and gateways and
// remote_writes before the jobs that name them.
func (d *decoder) finish() (*Config, hcl.Diagnostics) {
	d.checkOnce(&rootSchema, d.blocks)
	d.global = d.decodeGlobals(d.blocksOf("global"))
	config := &Config{
		Workers:         d.global.workers,
		MaxPendingBytes: d.global.maxPendingBytes,
	}
	d.decodeDestinations(config, d.blocks)
	config.Jobs = d.decodeJobs(d.blocks)
	d.checkKeys()
	d.checkPresent()
	d.sortDiags()
	if d.diags.HasErrors() {
		return nil, d.diags
	}
	config.Text = d.shownText() // now that all masks are known
	return config, d.diags
}

func (d *decoder) blocksOf(kind string) hclsyntax.Blocks {
	var of hclsyntax.Blocks
	for _, b := range d.blocks {
		if b.Type == kind {
			of = append(of, b)
		}
	}
	return of
}

// checkPresent refuses a configuration that could do nothing.
func (d *decoder) checkPresent() {
	if d.incomplete || d.start == nil {
		return
	}
	gateways, remoteWrites := len(d.blocksOf("gateway")), len(d.blocksOf("remote_write"))
	switch {
	case gateways == 0 && d.loader.GatewaysOnly && remoteWrites > 0:
		d.errorf(*d.start, "No gateway to push to", `The configuration has only remote_write, and this command needs a gateway. Write one: gateway "default" { url = "http://pushgateway:9091" }.`)
	case gateways == 0 && d.loader.GatewaysOnly:
		d.errorf(*d.start, "No gateway to push to", `Write at least one: gateway "default" { url = "http://pushgateway:9091" }.`)
	case gateways+remoteWrites == 0:
		d.errorf(*d.start, "No gateway and no remote_write", `Write at least one: gateway "default" { url = "http://pushgateway:9091" }, or remote_write "default" { url = "http://prometheus:9090/api/v1/write" }.`)
	}
	if len(d.blocksOf("job"))+len(d.blocksOf("builtin")) == 0 && !d.loader.GatewaysOnly {
		d.errorf(*d.start, "No job to scrape", `Write at least one job or builtin: job "app" { targets = ["localhost:8000"] }.`)
	}
}

// errorf reports an error: what in three to six words, and a sentence with the
// limit, the value that was found, and the remedy.
func (d *decoder) errorf(at hcl.Range, summary, format string, args ...any) {
	d.add(hcl.DiagError, at, summary, fmt.Sprintf(format, args...))
}

// warnf reports what does not keep the configuration from loading.
func (d *decoder) warnf(at hcl.Range, summary, format string, args ...any) {
	d.add(hcl.DiagWarning, at, summary, fmt.Sprintf(format, args...))
}

func (d *decoder) add(severity hcl.DiagnosticSeverity, at hcl.Range, summary, detail string) {
	d.diags = d.diags.Append(&hcl.Diagnostic{Severity: severity, Summary: summary, Detail: detail, Subject: &at})
}

// report takes over the diagnostics of hcl itself. Those of our own functions
// get their own words and the whole call as their place. Variables are cut off:
// hcl would print what they hold.
func (d *decoder) report(diags hcl.Diagnostics) {
	for _, diag := range diags {
		diag.Expression, diag.EvalContext = nil, nil
		var p *problem
		if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](diag); ok && errors.As(extra.FunctionCallError(), &p) {
			diag.Summary, diag.Detail, diag.Subject = p.summary, p.detail, diag.Context
		}
		if diag.Summary == "Invalid escape sequence" { // hcl has no other mark on it
			diag.Detail += ` In a regular expression, write "\\." or "[.]" for a dot.`
		}
		d.diags = append(d.diags, diag)
	}
}

// mask keeps a part of a text out of all snippets.
func (d *decoder) mask(at hcl.Range) {
	if src := d.sources[at.Filename]; src != nil {
		src.masks = append(src.masks, span{at.Start.Byte, at.End.Byte})
	}
}

// sortDiags puts the diagnostics into the order of the text; those without a
// place come first.
func (d *decoder) sortDiags() {
	position := func(diag *hcl.Diagnostic) (file, offset int) {
		if diag.Subject == nil {
			return math.MinInt, 0
		}
		return d.order[diag.Subject.Filename], diag.Subject.Start.Byte
	}
	slices.SortStableFunc(d.diags, func(a, b *hcl.Diagnostic) int {
		fileA, offsetA := position(a)
		fileB, offsetB := position(b)
		return cmp.Or(cmp.Compare(fileA, fileB), cmp.Compare(offsetA, offsetB))
	})
}

// place is a range as other diagnostics name it.
func place(at hcl.Range) string {
	return fmt.Sprintf("%s:%d", at.Filename, at.Start.Line)
}

// sentence makes a detail of an error.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
