package test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// completions are what is typed before a tab, and the line that it makes.
var completions = map[string]string{
	"promferry ch":                                        "promferry check ",
	"promferry check co":                                  "promferry check config ",
	"promferry --log.l":                                   "promferry --log.level=",
	"promferry --log.level=w":                             "promferry --log.level=warn ",
	"promferry run --log.format j":                        "promferry run --log.format json ",
	"promferry push --method=PO":                          "promferry push --method=POST ",
	"promferry prune --y":                                 "promferry prune --yes ",
	"promferry check config fl":                           "promferry check config fleet.hcl ",
	"promferry --config.file=conf":                        "promferry --config.file=conf.d/",
	"promferry --config.file=conf.d/o":                    "promferry --config.file=conf.d/one.hcl ",
	"promferry import prometheus fleet.y":                 "promferry import prometheus fleet.yml ",
	"promferry push --config.file=fleet.hcl --gateway=eu": "promferry push --config.file=fleet.hcl --gateway=europe ",
}

// TestCompletion presses the tab key in real shells.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []struct {
		name string
		args []string
		set  string // makes it ready
		tail string // of a word that is complete, once more is typed
	}{
		{"bash", []string{"--norc", "--noprofile", "-i"}, "bind 'set enable-bracketed-paste off'; source <(promferry --completion-script-bash)", " "},
		{"zsh", []string{"-f", "-i"}, "unset zle_bracketed_paste; bindkey -e; setopt interactive_comments; autoload -U compinit; compinit -u -D; source <(promferry --completion-script-zsh)", ""},
		{"fish", []string{"--no-config", "-i"}, "promferry --completion-script-fish | source", " "},
	} {
		t.Run(shell.name, func(t *testing.T) {
			t.Parallel()
			s := startShell(t, part(t, shell.name), shell.args...)
			s.enter(t, shell.set+"; echo re''ady", "ready")
			for typed, want := range completions {
				// At the begin and the end of the line: what makes it an output.
				want, whole := strings.CutSuffix(want, " ")
				if whole {
					want += shell.tail
				}
				s.enter(t, typed+"\t\x01echo '<\x05>'", "<"+want+">")
			}
			s.enter(t, "promferry check config x\t", "  on "+hostileFile+" line 1")
			if _, err := os.Stat(filepath.Join(s.dir, "pwned")); err == nil {
				t.Error("the shell ran what is in the name of a file")
			}
		})
	}
}

// hostileFile is a name that must reach the program as it is.
const hostileFile = "x$(touch pwned);'.hcl"

// A shell is an interactive one at a terminal of its own.
type shell struct {
	dir      string // where it is
	keyboard io.Writer
	screen   *output
}

// startShell starts a shell in a directory with some files, and promferry in its
// PATH.
func startShell(t testing.TB, path string, args ...string) shell {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "conf.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("conf.d/one.hcl", "")
	write("fleet.yml", "")
	write(hostileFile, "nonsense")
	write("fleet.hcl", `gateway "europe" { url = "http://localhost:1" }`+"\n"+`gateway "asia" { url = "http://localhost:2" }`+"\n")
	keyboard, screen := terminal(t)
	s := shell{dir, keyboard, new(output)}
	go func() { _, _ = io.Copy(s.screen, keyboard) }() // until the terminal is closed
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append(environment("TERM=xterm", "PS1=$ ", "HOME="+dir), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	startAt(t, cmd, screen)
	return s
}

// enter types a line, and waits for a line of the answer.
func (s shell) enter(t testing.TB, keys, want string) {
	t.Helper()
	before := len(s.screen.String())
	if _, err := io.WriteString(s.keyboard, keys+"\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, fmt.Sprintf("%q answers %q", keys, want), func() error {
		if got := s.screen.String()[before:]; !strings.Contains(strings.ReplaceAll(got, "\r", "\n"), "\n"+want) {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
}
