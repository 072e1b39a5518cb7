package test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// awaitInterrupt leaves the foreground of its terminal, if it has one, where no
// Ctrl-C reaches it, and says whether it was interrupted within some seconds.
const awaitInterrupt = `
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
os.setpgid(0, 0)
print("ready", flush=True)
print("interrupted", signal.sigtimedwait({signal.SIGINT}, int(sys.argv[1])) is not None, flush=True)
`

// TestExecAtATerminal: Ctrl-C reaches a command by itself, and many programs
// take a second one for an order to drop everything. So promferry does not give
// it on, but does give on what comes without a terminal.
func TestExecAtATerminal(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3"
	if _, err := os.Stat(python); err != nil {
		missing(t, python)
	}
	gw := startScripted(t, status(200, ""))
	await := func(seconds string) *exec.Cmd {
		return exec.Command(binary, "exec", "--gateway="+gw.URL, "--job=j", python, "-c", awaitInterrupt, seconds)
	}

	keyboard, screen := terminal(t)
	cmd := await("2")
	cmd.Stdin, cmd.SysProcAttr = screen, &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p := start(t, cmd)
	p.says(t, "ready")
	if _, err := io.WriteString(keyboard, "\x03"); err != nil {
		t.Fatal(err)
	}
	p.says(t, "interrupted False")
	if code := p.exitCode(t); code != 0 {
		t.Errorf("exit code %d, want 0: %s", code, &p.stderr)
	}

	cmd = await("30")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal
	p = start(t, cmd)
	p.says(t, "ready")
	p.signal(t, os.Interrupt)
	p.says(t, "interrupted True")
}

// says waits for an output.
func (p *process) says(t testing.TB, text string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%q on standard output", text), func() error {
		if got := p.stdout.String(); !strings.Contains(got, text) {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
}

// terminal returns both sides of a new one.
func terminal(t testing.TB) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	return keyboard, screen
}
