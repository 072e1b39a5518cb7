package test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take that should take far less. Machines
// that test are busy.
const patience = 30 * time.Second

// eventually repeats check until it has no error.
func eventually(t testing.TB, what string, check func() error) {
	t.Helper()
	if err := retry(patience, check); err != nil {
		t.Fatalf("%s: still %v", what, err)
	}
}

func retry(within time.Duration, check func() error) error {
	return retryEvery(20*time.Millisecond, within, check)
}

func retryEvery(interval, within time.Duration, check func() error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	end := time.Now().Add(within)
	for {
		err := check()
		if err == nil || time.Now().After(end) {
			return err
		}
		<-tick.C
	}
}

// A process is one that a test has started. It is killed and waited for when
// the test ends.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr output
	ended          chan struct{} // closed after the end
}

func start(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	p.start(t)
	return p
}

// startAt starts a command that has a terminal as all its standard files.
func startAt(t testing.TB, cmd *exec.Cmd, screen *os.File) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	p.start(t)
	return p
}

// startAsOnTerminal starts a command whose stdout has both of its outputs, in
// their order.
func startAsOnTerminal(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stdout
	p.start(t)
	return p
}

func (p *process) start(t testing.TB) {
	t.Helper()
	cmd := p.cmd
	if cmd.Env == nil {
		cmd.Env = environment()
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // exitCode tells
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // fails where it has ended
		<-p.ended
	})
}

// environment is all that a process gets of this one's, and more.
func environment(more ...string) []string {
	env := []string{"GORACE=atexit_sleep_ms=0", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}
	return append(env, more...)
}

func (p *process) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
}

// answers waits for the process to serve the URL. It is an error if it ends.
func (p *process) answers(url string) error {
	ended := false
	err := retry(patience, func() error {
		select {
		case <-p.ended:
			ended = true
			return nil
		default:
		}
		_, err := get(url)
		return err
	})
	if ended {
		return fmt.Errorf("ended: %s", p.cmd.ProcessState)
	}
	return err
}

// exitCode waits for the end. It is -1 where a signal ended the process.
func (p *process) exitCode(t testing.TB) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.signal(t, syscall.SIGQUIT) // a Go program then shows its goroutines
		<-p.ended
		t.Fatalf("%s did not end within %v\nstdout: %s\nstderr: %s", p.cmd, patience, &p.stdout, &p.stderr)
		return -1
	}
}

// terminate ends it cleanly.
func (p *process) terminate(t testing.TB) {
	t.Helper()
	p.terminateWith(t, 0)
}

// terminateWith expects an exit code: 1 where a gateway could not be told.
func (p *process) terminateWith(t testing.TB, want int) {
	t.Helper()
	p.signal(t, syscall.SIGTERM)
	if code := p.exitCode(t); code != want {
		t.Errorf("exit code %d after SIGTERM, want %d\nstderr: %s", code, want, &p.stderr)
	}
}

// An output is what a process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// linesWith returns the lines that have all of the parts.
func linesWith(text string, parts ...string) []string {
	var found []string
	for line := range strings.Lines(text) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			found = append(found, line)
		}
	}
	return found
}
