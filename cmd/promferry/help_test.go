package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"
)

func newTestParser() *kingpin.Application {
	parser, _ := newApp(std{out: io.Discard, err: io.Discard}).newParser()
	_, _ = parser.ParseContext(nil) // adds help
	return parser
}

// TestManuals: each command says in a sentence what it does, shows how, and has
// its exit codes; each example is a command line that promferry takes.
func TestManuals(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("promferry.hcl", nil, 0o600); err != nil { // that some read
		t.Fatal(err)
	}
	for _, command := range newTestParser().Model().FlattenedCommands() {
		if command.Name == "help" {
			continue
		}
		if !strings.HasSuffix(command.Help, ".") {
			t.Errorf("%s: help %q is no sentence", command.FullCommand, command.Help)
		}
		if !strings.Contains(command.HelpLong, "\nExit codes:\n  ") {
			t.Errorf("%s: help without exit codes", command.FullCommand)
		}
		_, rest, _ := strings.Cut(command.HelpLong, "Examples:\n")
		examples, _, _ := strings.Cut(rest, "\n\n")
		if examples == "" {
			t.Errorf("%s: help without examples", command.FullCommand)
		}
		for line := range strings.Lines(examples) {
			checkExample(t, command.FullCommand, strings.TrimSpace(line))
		}
	}
}

// checkExample has a shell read a line, and the parser what promferry would get.
func checkExample(t *testing.T, command, line string) {
	t.Helper()
	const shown = `promferry() { printf '%s\0' "$@" >&3; }; curl() { :; }; jq() { :; }; `
	out, err := exec.Command("sh", "-c", shown+"{ "+line+"; } 3>&1 >/dev/null").CombinedOutput()
	if err != nil {
		t.Errorf("%s: example %q: %v\n%s", command, line, err, out)
		return
	}
	args := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	parser := newTestParser()
	keepArguments(parser, args)
	got, err := parser.Parse(args)
	if err != nil || got != command {
		t.Errorf("%s: example %q: got command %q, %v", command, line, got, err)
	}
}

// TestManPage: each command, flag and variable is in it, groff has nothing to say
// about it, and breaks no word: promferry is found as such.
func TestManPage(t *testing.T) {
	parser := newTestParser()
	var page bytes.Buffer
	if err := writeManPage(&page, parser); err != nil {
		t.Fatal(err)
	}
	has := func(text string) {
		if !bytes.Contains(page.Bytes(), []byte(text+"\n")) {
			t.Errorf("man page without %q", text)
		}
	}
	for _, section := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "FILES", "SIGNALS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"} {
		has(".SH " + section)
	}
	for _, command := range parser.Model().FlattenedCommands() {
		has(".SS promferry " + command.FullCommand)
	}
	for _, twin := range twinsOf(parser.Model()) {
		has(".B " + twin.Variable)
	}
	if !slices.Contains(twinsOf(parser.Model()), twin{"PROMFERRY_LOCK_FILE", "lock.file"}) {
		t.Error("no twin of --lock.file")
	}
	path, err := exec.LookPath("groff")
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("REAL PART MISSING: groff; run test/parts")
	}
	groff := exec.Command(path, "-man", "-ww", "-Tutf8")
	var warnings bytes.Buffer
	groff.Stdin, groff.Stderr = &page, &warnings
	shown, err := groff.Output()
	if err != nil || warnings.Len() > 0 {
		t.Errorf("groff: %v\n%s", err, &warnings)
	}
	for line := range strings.Lines(string(shown)) {
		if strings.HasSuffix(line, "\u2010\n") {
			t.Errorf("word broken at the end of %q", line)
		}
	}
}
