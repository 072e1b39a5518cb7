// Package configs turns HCL text into plain resolved values, or into
// diagnostics that say where the text is wrong and what to write instead.
//
// A configuration is one file, several, or directories of *.hcl, merged. One
// load reports everything that is wrong, each problem with the tightest range,
// semantic checks included: a bad URL, an unknown gateway, a bad expression, a
// timeout above its interval, two targets with one grouping key. What comes out
// needs no further checks: durations are parsed, regular expressions compiled,
// references followed and defaults filled in.
//
// Expressions may call env, file, hostname and fqdn, and a few functions on
// strings. A secret stands in an environment variable or in a file, never in the
// text; what looks like one is masked in each snippet.
package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A Loader reads configurations. Its fields are the world outside of the text;
// the zero value is the real one. It remembers the texts of its last load for
// WriteDiagnostics, so it must not be used by two goroutines at once.
type Loader struct {
	LookupEnv func(name string) (string, bool)       // nil means os.LookupEnv
	Hostname  func() (string, error)                 // nil means os.Hostname
	FQDN      func() (string, error)                 // nil asks the resolver, and falls back to Hostname
	ReadFile  func(name string) ([]byte, error)      // for file(); nil means the file system, up to 1 MiB
	Stat      func(name string) (fs.FileInfo, error) // whether a named file is there, and for whom; nil means os.Stat
	// Resolve follows the links of a path, to tell whether two lead to one
	// directory; nil means filepath.EvalSymlinks.
	Resolve func(path string) (string, error)
	// GatewaysOnly says that nothing will be scraped, and all goes to gateways:
	// no job need be there, and remote_writes alone are not enough.
	GatewaysOnly bool

	sources map[string]*source // of the last load, by file name
	inputs  inputs             // of the last load
}

// Load reads files, merges them, and returns the configuration or diagnostics:
// all problems of all files in one run. Each path is a file, or a directory whose
// *.hcl are read in the order of their names. The configuration is nil if there
// is an error among the diagnostics; warnings come with a configuration.
func (l *Loader) Load(paths ...string) (*Config, hcl.Diagnostics) {
	d := l.newDecoder()
	l.inputs.paths = slices.Clone(paths)
	for _, path := range paths {
		for _, in := range l.inputs.read(path) {
			if in.err != nil {
				d.fail(in.err)
				continue
			}
			d.parse(in.name, in.content)
		}
	}
	if len(paths) == 0 {
		d.fail(errors.New("no configuration file was named"))
	}
	return d.finish()
}

// LoadBytes is Load for one text under a name: for tests, and for the
// configuration made from flags.
func (l *Loader) LoadBytes(name string, src []byte) (*Config, hcl.Diagnostics) {
	d := l.newDecoder()
	d.parse(name, src)
	return d.finish()
}

// A source is one text of a load, and its parts that no snippet may show.
type source struct {
	file  *hcl.File
	masks []span
}

// parse adds the blocks of one text. A text with a syntax error gives none: what
// is left of it would make errors that are not there.
func (d *decoder) parse(name string, src []byte) {
	if bytes.IndexByte(src, 0) >= 0 { // HCL would report each of them
		d.fail(fmt.Errorf("read %s: it has NUL bytes, so it is no text, or UTF-16 as of PowerShell's >. Save it as UTF-8", name))
		return
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	d.sources[name] = &source{file: file, masks: secretSpans(src)}
	if d.start == nil {
		d.start = &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	}
	d.order[name] = len(d.order)
	if diags.HasErrors() {
		d.incomplete = true
		d.report(diags)
		return
	}
	body := file.Body.(*hclsyntax.Body) // documented by ParseConfig
	d.checkNames(&rootSchema, body)
	d.blocks = append(d.blocks, body.Blocks...)
}

// fail reports what has no place in any text.
func (d *decoder) fail(err error) {
	d.incomplete = true
	d.diags = d.diags.Append(&hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Cannot read configuration",
		Detail:   err.Error() + "." + remedy(err),
	})
}

// remedy says what to do about a file that cannot be read.
func remedy(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return " Is the path right? One that is relative begins in the working directory."
	case errors.Is(err, fs.ErrPermission):
		return " Let the user read it who runs promferry."
	}
	return ""
}
