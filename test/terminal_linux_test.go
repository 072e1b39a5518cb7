package test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestOnceAtATerminal: after a second it says how far it has come, and takes the
// line back before it says what has failed. docs/command-line.md shows both.
func TestOnceAtATerminal(t *testing.T) {
	t.Parallel()
	answered := make(chan struct{})
	slow := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		<-answered
		exposition(goodText)(w, r)
	})
	fast, gw := startScripted(t, exposition(goodText)), startScripted(t, status(200, ""))
	_, closed := freePort(t)
	file := config(t, `
		gateway "default" { url = %q }
		job "node" { targets = [%q] }
		job "queue" { targets = [%q] }
		job "shop" {
			targets  = ["127.0.0.1:%s"]
			instance = "shop-1"
		}
	`, gw.URL, slow.address(), fast.address(), closed)
	p := startAtTerminal(t, nil, "once", "--config.file="+file)
	const drawn = "once: 2 of 3 targets scraped (1 failed), 2 groups pushed, "
	eventually(t, "progress", p.shows(drawn))
	close(answered)
	if code := p.exitCode(t); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	got := strings.ReplaceAll(strings.Join(p.lines(), "\n"), closed, "8000")
	shown := transcripts(t, "promferry once")
	if want := drawn + "1s"; shown[0] != want {
		t.Errorf("docs: progress %q, want %q", shown[0], want)
	}
	if shown[1] != got {
		t.Errorf("docs have\n%s\nwant\n%s", shown[1], got)
	}
}

// TestCheckConfigAtATerminal: five mistakes, wrapped to the terminal. The docs
// show the file, and what is said of it.
func TestCheckConfigAtATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := transcripts(t, "cat promferry.hcl")[0]
	if err := os.WriteFile(filepath.Join(dir, "promferry.hcl"), []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(env ...string) *atTerminal {
		cmd := exec.Command(binary, "check", "config")
		cmd.Dir = dir
		p := startCommandAtTerminal(t, cmd, env)
		if code := p.exitCode(t); code != 2 {
			t.Errorf("exit code %d, want 2", code)
		}
		return p
	}
	p := check()
	if err := p.shows("\x1b[31mError\x1b[0m: ")(); err != nil {
		t.Error(err)
	}
	if got, want := transcripts(t, "promferry check config")[0], strings.Join(p.lines(), "\n"); got != want {
		t.Errorf("docs have\n%s\nwant\n%s", got, want)
	}
	for _, variable := range []string{"NO_COLOR=1", "TERM=dumb", "TERM="} {
		p := check(variable)
		if err := p.shows("Error: ")(); err != nil {
			t.Error(err)
		}
		if strings.Contains(p.screen.String(), "\x1b") {
			t.Errorf("%s: colours in %q", variable, p.screen.String())
		}
	}
	cmd := exec.Command(binary, "check", "config")
	cmd.Dir = dir
	cmd.Env = environment("TERM=xterm")
	if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "Error: ") || strings.Contains(string(out), "\x1b") {
		t.Errorf("to a pipe: %q", out)
	}
}

// transcripts are what docs/command-line.md shows of a command: the rest of its
// text block, to the next command.
func transcripts(t testing.TB, command string) (shown []string) {
	t.Helper()
	for _, block := range blocks(repoText(t, "docs/command-line.md"), "text") {
		for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
			if said, output, _ := strings.Cut(part, "\n"); said == command {
				shown = append(shown, strings.TrimRight(output, "\n"))
			}
		}
	}
	if len(shown) == 0 {
		t.Fatalf("docs/command-line.md does not show %q", command)
	}
	return shown
}

// An atTerminal is a process at a terminal of 80 columns.
type atTerminal struct {
	*process
	screen *output
	shown  chan struct{} // closed when all that it wrote is in screen
}

func startAtTerminal(t testing.TB, env []string, args ...string) *atTerminal {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Dir = t.TempDir()
	return startCommandAtTerminal(t, cmd, env)
}

func startCommandAtTerminal(t testing.TB, cmd *exec.Cmd, env []string) *atTerminal {
	t.Helper()
	keyboard, screen := terminal(t)
	if err := unix.IoctlSetWinsize(int(keyboard.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	p := &atTerminal{screen: new(output), shown: make(chan struct{})}
	cmd.Env = append(environment("TERM=xterm"), env...)
	p.process = startAt(t, cmd, screen)
	screen.Close() // now only the process has it
	go func() {
		defer close(p.shown)
		_, _ = io.Copy(p.screen, keyboard) // an error is how a terminal ends
	}()
	return p
}

// exitCode waits for the end, and for the last of what is seen.
func (p *atTerminal) exitCode(t testing.TB) int {
	t.Helper()
	code := p.process.exitCode(t)
	<-p.shown
	return code
}

func (p *atTerminal) shows(text string) func() error {
	return func() error {
		if got := p.screen.String(); !strings.Contains(got, text) {
			return fmt.Errorf("got %q, want %q in it", got, text)
		}
		return nil
	}
}

// lines are what a person sees in the end, without colours.
func (p *atTerminal) lines() (seen []string) {
	text := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(p.screen.String(), "")
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		var row []rune
		for part := range strings.SplitSeq(line, "\r") { // goes over the one before
			over := []rune(part)
			row = append(over, row[min(len(over), len(row)):]...)
		}
		seen = append(seen, strings.TrimRight(string(row), " "))
	}
	for len(seen) > 0 && seen[len(seen)-1] == "" {
		seen = seen[:len(seen)-1]
	}
	return seen
}
