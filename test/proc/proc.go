// Package proc runs programs to be measured, and reads from Linux what they
// cost.
package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A Process runs until Stop, which must be called.
type Process struct {
	cmd    *exec.Cmd
	stderr tail // complete after the end
	ended  chan struct{}
	err    error // how it ended
}

// Start runs a program. The end of its standard error is kept for errors, unless
// that goes elsewhere.
func Start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, ended: make(chan struct{})}
	if cmd.Stderr == nil {
		cmd.Stderr = &p.stderr
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// Sleep lets it run for so long. It is an error if it ends meanwhile.
func (p *Process) Sleep(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-p.ended:
		return fmt.Errorf("%s ended too early: %w\n%s", p.cmd.Path, p.exit(), p.stderr)
	}
}

// Await asks again and again until the answer is yes. The time is what its own
// waits should take together: a machine that is too busy for them is so for the
// program, too, which is then not blamed for it. One that hangs, so that each
// question takes long, is.
func (p *Process) Await(what string, within time.Duration, yes func() bool) error {
	const wait = 10 * time.Millisecond
	hangs := time.Now().Add(within + standstill)
	for left := within; !yes(); left -= wait {
		if left <= 0 || time.Now().After(hangs) {
			return fmt.Errorf("%s: no %s within %v", p.cmd.Path, what, within)
		}
		if err := p.Sleep(wait); err != nil {
			return err
		}
	}
	return nil
}

// standstill is for how long a machine may be too busy for anything.
const standstill = 5 * time.Minute

// Signal sends it a signal.
func (p *Process) Signal(sig os.Signal) error { return p.cmd.Process.Signal(sig) }

// patience is how long an end may take after SIGTERM.
const patience = 20 * time.Second

// Stop ends it with SIGTERM. Another exit code than 0 is an error, with an
// [exec.ExitError] in it.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill() // fails where it has ended just now
		<-p.ended
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w\n%s", p.cmd.Path, p.err, p.stderr)
	}
	return nil
}

// tail keeps the end of what is written: a relay that cannot do its work says
// so very often.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	const most = 1 << 10
	*t = append(*t, p...)
	*t = append((*t)[:0], (*t)[max(0, len(*t)-most):]...)
	return len(p), nil
}

// exit is why it has ended.
func (p *Process) exit() error {
	if p.err != nil {
		return p.err
	}
	return errors.New("exit code 0")
}

// CPU is what its threads have used so far, user and system. /proc/PID/stat
// counts in ticks of 10 ms, as much as a window of a small target costs; this
// is in nanoseconds. A thread's share goes when the thread ends, which those of
// the Go runtime do not.
func (p *Process) CPU() (time.Duration, error) {
	files, err := filepath.Glob(p.file("task/*/schedstat"))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("cpu of %s: no %s (%w)", p.cmd.Path, p.file("task/*/schedstat"), errors.Join(err, fs.ErrNotExist))
	}
	var sum time.Duration
	for _, file := range files {
		used, err := onCPU(file)
		if err != nil {
			return 0, fmt.Errorf("cpu of %s: %w", p.cmd.Path, err)
		}
		sum += used
	}
	return sum, nil
}

// onCPU reads the first field of a schedstat (Documentation/scheduler/
// sched-stats.rst of Linux).
func onCPU(file string) (time.Duration, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return 0, nil // a thread that has ended since the look at the directory
	}
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), " ")
	ns, err := strconv.ParseInt(first, 10, 64)
	return time.Duration(ns), err
}

// PeakRSS is the most memory that it has had so far, in bytes.
func (p *Process) PeakRSS() (int64, error) { return p.status("VmHWM") }

// RSS is the memory that it has now, in bytes, and the part of it that is no page
// of a file.
func (p *Process) RSS() (all, anonymous int64, err error) {
	if all, err = p.status("VmRSS"); err != nil {
		return 0, 0, err
	}
	anonymous, err = p.status("RssAnon")
	return all, anonymous, err
}

// status reads a number of kB (Documentation/filesystems/proc.rst of Linux).
func (p *Process) status(field string) (int64, error) {
	text, err := os.ReadFile(p.file("status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if kb, found := strings.CutPrefix(line, field+":"); found {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("no %s in %s", field, p.file("status"))
}

func (p *Process) file(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), name)
}
