// Package prometheusyaml translates a prometheus.yml into promferry's language.
// A file comes in; HCL text comes out, and findings: what did not map, what
// needs a choice, and what changes.
//
// Only scrape_configs, the files that scrape_config_files names, what global says
// for scrapes, and on demand remote_write become HCL. Comments stay with what they
// stand at. A secret never comes out: env() stands in its place.
package prometheusyaml

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"go.yaml.in/yaml/v3"
)

// Options say what to translate, and give the way to other files.
type Options struct {
	Gateway         string   // URL without credentials; "" is none
	KeepRemoteWrite bool     // the stores that Prometheus writes to get the samples from promferry
	Jobs            []string // only these; none means all
	LocalOnly       bool     // only targets on this machine
	Hostname        string   // of this machine, for LocalOnly
	Dir             string   // what relative paths are relative to; absolute

	// ReadFile and Glob read what the file names: as os.ReadFile and
	// filepath.Glob, which sorts.
	ReadFile func(name string) ([]byte, error)
	Glob     func(pattern string) ([]string, error)
}

// A Result is the translation of one file.
type Result struct {
	HCL []byte // formatted

	findings []finding
	jobs     []pushed
	outlines int   // jobs written as comments: nothing is left to scrape in them
	uses     []use // of up in the rules
}

// IsWhole tells whether nothing was left out, and nothing waits for the reader.
func (res *Result) IsWhole() bool {
	return !slices.ContainsFunc(res.findings, func(f finding) bool { return f.kind != note })
}

// needs tells whether a variable is in what was written: with a block that was
// left out, its secrets were too.
func (res *Result) needs(variable string) bool {
	return bytes.Contains(res.HCL, []byte(strconv.Quote(variable)))
}

// A pushed job is one that was written, with one of the job labels of its targets.
type pushed struct {
	name     string        // job_name
	label    string        // "" where relabel_configs make it of what only discovery knows
	interval time.Duration // between two pushes
}

// A reader is one translation.
type reader struct {
	Options
	findings []finding
	found    map[finding]bool
	secrets  secrets
	relative []place         // where relative paths stood
	keys     map[string]twin // static targets by the labels that their series get
}

// Import translates the text of the file of that name. Its error says that
// nothing can be written; the result then has the findings alone.
func Import(name string, text []byte, o Options) (*Result, error) {
	r := &reader{Options: o, found: map[finding]bool{}, keys: map[string]twin{}, secrets: secrets{
		variables: map[secretPart]string{}, taken: map[string]bool{},
	}}
	root, err := parse(name, text)
	if err != nil {
		return &Result{}, err
	}
	d := r.readDocument(root)
	res := r.compose(d)
	r.noteRelative()
	r.noteDocuments(name, text)
	res.uses = r.readRules(d.ruleFiles)
	res.findings = slices.DeleteFunc(r.findings, func(f finding) bool { return f.variable != "" && !res.needs(f.variable) })
	if err := r.check(name, d, res); err != nil {
		res.HCL, res.jobs = nil, nil
		return res, err
	}
	return res, nil
}

// parse reads one file of YAML.
func parse(name string, text []byte) (value, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return value{}, fmt.Errorf("%s: %s", name, oneLine(err))
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) != 1 {
		return value{}, fmt.Errorf("%s: is empty", name)
	}
	root := valueOf(n.Content[0], name)
	root.node.HeadComment = n.HeadComment
	root.node.FootComment = n.FootComment
	return root, nil
}

// noteDocuments says that a file has more than the document that is read.
func (r *reader) noteDocuments(name string, text []byte) {
	var first, second yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(text))
	if documents.Decode(&first) != nil || documents.Decode(&second) == io.EOF || len(second.Content) == 1 && valueOf(second.Content[0], name).isNull() {
		return
	}
	s := scope{reader: r}
	s.note(place{name, max(second.Line, 1)}, "the file has more than one YAML document: only the first one was read, as by Prometheus")
}

// importedGateway is the name of the one gateway.
const importedGateway = "default"

// compose writes the whole file.
func (r *reader) compose(d *document) *Result {
	res := new(Result)
	var file block
	file.add("global", d.global.comments).join(&d.global.body)
	if r.Gateway != "" {
		file.add("gateway", nil, importedGateway).set("url", quoted(r.Gateway))
	}
	for _, s := range d.stores {
		file.add("remote_write", s.comments, s.name).join(&s.body)
	}
	text := [][]byte{header(d.comments, r.masked), file.bytes(r.masked)}
	for _, j := range d.jobs {
		var one block
		j.writeTo(one.add("job", j.comments, j.name))
		switch {
		case j.outlined():
			res.outlines++
			text = append(text, outline(j, one.bytes(r.masked)))
		case j.scrapes():
			res.jobs = append(res.jobs, j.result(d.global)...)
			text = append(text, one.bytes(r.masked))
		}
	}
	text = append(text, header(d.below, r.masked))
	res.HCL = hclwrite.Format(bytes.Join(slices.DeleteFunc(text, func(t []byte) bool { return len(t) == 0 }), []byte("\n")))
	return res
}

// header is the text of comments that belong to the file itself.
func header(comments []string, mask func(string) string) []byte {
	return expanded(raw(comments), mask).Bytes()
}

// outline is a job as a comment, for whoever finds targets for it.
func outline(j *job, text []byte) []byte {
	out := fmt.Appendf(nil, "# Job %q was not taken over: promferry has no %s.\n# What is left of it, with a file that something else has to write:\n#\n", j.name, j.discoversMore[0])
	for line := range bytes.Lines(text) {
		if len(bytes.TrimSpace(line)) == 0 {
			out = append(out, "#\n"...)
			continue
		}
		out = append(append(out, "# "...), line...)
	}
	return out
}

// noteRelative says once that paths are other ones now.
func (r *reader) noteRelative() {
	if len(r.relative) == 0 {
		return
	}
	s := scope{reader: r}
	s.note(r.relative[0], "relative paths begin at their file in Prometheus, and at the working directory in promferry: %d of them were written as absolute ones", len(r.relative))
}

// check returns the error of a file that gives no job at all, or not a wanted one.
func (r *reader) check(name string, d *document, res *Result) error {
	for _, job := range r.Jobs {
		if !slices.Contains(d.names, job) {
			return fmt.Errorf("%s: there is no job %q; there are %s", name, job, strings.Join(d.names, ", "))
		}
	}
	switch {
	case r.Gateway == "" && len(d.stores) == 0:
		return fmt.Errorf("%s: has no remote_write that could be taken over; give --gateway", name)
	case len(res.jobs)+res.outlines > 0:
		return nil
	case len(d.names) == 0:
		return fmt.Errorf("%s: has no scrape_configs that could be taken over", name)
	case r.LocalOnly:
		return fmt.Errorf("%s: no job has a target on this machine", name)
	}
	return fmt.Errorf("%s: no job has anything to scrape", name)
}

// fromDir is a path as it is from everywhere.
func fromDir(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}
