//go:build linux

package test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A document is one that a test follows to the letter: README.md, and each of
// docs that has console blocks. It runs in a network namespace of its own, so
// that the ports of the text are free, on a host that is named web1.
//
// To add docs/NAME.md, write doc_NAME_test.go with a test that calls follow, and
// an expectation for each command. Its blocks are
//
//	console  "$ command", run by a shell, with the output below it, if any
//	hcl      loaded by check config, and formatted; r.block has it for a command
//	yaml     given to promtool if it begins as one of Prometheus's files
//	json     parsed
//	sh       what cannot run here: only its syntax, and promferry's flags in it
//
// All but the first need no table; TestBlocks takes care of them.
type document struct {
	path     string                 // from the top of the repository
	prepare  func(*reader)          // starts what the text takes for granted; nil: nothing
	commands map[string]expectation // all of its commands, as they stand there
	finish   func(*reader)          // looks at what is there in the end; nil: nothing
}

// An expectation says what a command does. Output that the document shows is
// compared with what comes, as told in type transcript; where it shows none, the
// zero value means a command that ends well, in silence.
type expectation struct {
	before  func(*reader) // makes what must be there
	instead func(*reader) // does it another way; nil: a shell does
	as      string        // what the shell runs in its place: the same in less time
	code    int           // the exit code
	prints  string        // is in an output that the document does not show
	retried bool          // until it does as it should: Prometheus, say, takes its time
	serves  string        // it goes on, as in another terminal, and answers at this URL
	group   string        // it goes on, a promferry that pushes this job
	after   func(*reader) // looks at what it has done
}

func (e expectation) goesOn() bool { return e.serves != "" || e.group != "" }

// insideVariable tells a test that it is in its namespace.
const insideVariable = "PROMFERRY_DOCUMENT"

// follow does all that a document says.
func follow(t *testing.T, d document) {
	t.Helper()
	if os.Getenv(insideVariable) != "" {
		newReader(t, d).follow()
		return
	}
	t.Parallel()
	for _, name := range []string{"unshare", "ip", "hostname", "curl", "promtool", "prometheus", "prometheus-pushgateway", "prometheus-node-exporter"} {
		part(t, name)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	isolate := []string{"--net", "--uts"}
	if os.Getuid() != 0 {
		isolate = append(isolate, "--map-root-user")
	}
	if err := exec.Command("unshare", append(isolate, "true")...).Run(); err != nil {
		missing(t, "network namespaces ("+err.Error()+")")
	}
	cmd := exec.Command("unshare", append(isolate, self, "-test.run=^"+t.Name()+"$", "-test.v")...)
	cmd.Env = append(os.Environ(), insideVariable+"=inside", binaryVariable+"="+binary)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%s: %v\n%s", d.path, err, out)
	}
}

func (r *reader) follow() {
	r.Helper()
	if r.prepare != nil {
		r.prepare(r)
	}
	for _, step := range steps(r.T, r.path, r.text) {
		r.step(step)
	}
	r.stop()
	for command := range r.commands {
		if !slices.Contains(r.done, command) {
			r.Errorf("%s: command %q is gone; take it out of this test", r.path, command)
		}
	}
	if r.finish != nil {
		r.finish(r)
	}
}

// A step is a command of a document, and the output that it shows.
type step struct{ command, output string }

// steps returns those of the console blocks. A line that ends with a backslash
// goes on in the next one.
func steps(t testing.TB, path, text string) (all []step) {
	t.Helper()
	for _, block := range blocks(text, "console") {
		block = continued.ReplaceAllString(block, " ")
		if !strings.HasPrefix(block, "$ ") {
			t.Fatalf("%s: a console block begins without a command: %q", path, block)
		}
		for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, output, _ := strings.Cut(part, "\n")
			all = append(all, step{command, output})
		}
	}
	return all
}

// continued is where a command goes on in the next line.
var continued = regexp.MustCompile(`\s*\\\n\s*`)

// step does what a command says and checks what comes of it.
func (r *reader) step(s step) {
	want, known := r.commands[s.command]
	if !known {
		r.Errorf("%s: command %q is new; say in its test what it should do", r.path, s.command)
		return
	}
	r.done = append(r.done, s.command)
	r.Logf("$ %s", s.command)
	if want.before != nil {
		want.before(r)
	}
	if want.as != "" {
		s.command = want.as
	}
	switch {
	case want.instead != nil:
		want.instead(r)
	case want.goesOn():
		r.goOn(s, want)
	case want.retried:
		eventually(r, "$ "+s.command, func() error { return r.ends(s, want) })
	default:
		if err := r.ends(s, want); err != nil {
			r.Errorf("$ %s: %v", s.command, err)
		}
	}
	if want.after != nil {
		want.after(r)
	}
}

// ends runs a command to its end.
func (r *reader) ends(s step, want expectation) error {
	p, out := r.shell(s.command)
	code := p.exitCode(r)
	r.printed = out()
	if code != want.code {
		return fmt.Errorf("exit code %d, want %d\n%s", code, want.code, r.printed)
	}
	if s.output == "" && want.prints != "" {
		if !strings.Contains(r.printed, want.prints) {
			return fmt.Errorf("printed %q, want %q in it", r.printed, want.prints)
		}
		return nil
	}
	return transcript(s.output).matches(r.printed)
}

// goOn starts a command that goes on until the next one of its kind, or the end.
func (r *reader) goOn(s step, want expectation) {
	r.stop()
	// The shell must not stand between this test's signals and the program.
	p, out := r.shell(program.ReplaceAllString(s.command, "${1}exec $2"))
	r.running, r.group = p, want.group
	if want.serves != "" {
		if err := p.answers(want.serves); err != nil {
			r.Errorf("$ %s: %v\n%s", s.command, err, out())
		}
	}
	if want.group != "" {
		r.upIs(want.group, "1")
		for _, probe := range []string{"healthy", "ready"} {
			eventually(r, "check "+probe, func() error { return r.ends(step{command: "promferry check " + probe}, expectation{}) })
		}
	}
	if s.output != "" {
		eventually(r, "$ "+s.command, func() error { return transcript(s.output).matches(out()) })
	}
}

// program is the first word of a command behind its variables.
var program = regexp.MustCompile(`^((?:[A-Z_]+=\S+ )*)(\S+)`)

// stop ends what goes on; a promferry then says that its targets are down.
func (r *reader) stop() {
	r.Helper()
	if r.running == nil {
		return
	}
	r.running.terminate(r)
	if r.group != "" {
		r.upIs(r.group, "0")
	}
	r.running, r.group = nil, ""
}
