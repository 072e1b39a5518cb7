package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// A child is a command that has this process's own standard files, environment
// and signals.
type child struct {
	cmd     *exec.Cmd
	signals chan os.Signal
	ended   chan ending // has room for one
}

// An ending says how a command ended.
type ending struct {
	code int // its own, or as a shell gives it
	took time.Duration
	at   time.Time
	err  error // nil where the command itself has ended
}

// The codes of shells for a command that did not run, and for one that a signal
// has ended.
const (
	codeNotExecutable = 126
	codeNotFound      = 127
	codeSignal        = 128
)

// startChild starts a command. Signals are caught from before that on, so that
// none ends this process and leaves the command alone, and passed on at once,
// whatever the caller does until it waits.
func startChild(command []string) *child {
	c := &child{
		cmd:     exec.Command(command[0], command[1:]...),
		signals: make(chan os.Signal, 16),
		ended:   make(chan ending, 1),
	}
	if errors.Is(c.cmd.Err, exec.ErrDot) { // whoever has . in PATH means it
		c.cmd.Err = nil
	}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	for _, s := range passedSignals {
		if !signal.Ignored(s) { // as by nohup: the command is to ignore it, too
			signal.Notify(c.signals, s)
		}
	}
	began := time.Now()
	err := c.cmd.Start()
	go func() {
		if err == nil {
			err = c.attend()
		}
		e := ending{took: time.Since(began), at: time.Now()}
		e.code, e.err = codeOf(err)
		c.ended <- e
	}()
	return c
}

// wait returns when the command has ended; once.
func (c *child) wait() ending { return <-c.ended }

// attend passes signals on until the command has ended.
func (c *child) attend() error {
	ended, passing := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(passing)
		c.passSignals(ended)
	}()
	err := c.cmd.Wait()
	close(ended)
	<-passing
	return err
}

func (c *child) passSignals(ended <-chan struct{}) {
	for {
		select {
		case s := <-c.signals:
			if !fromTerminal(s) {
				_ = c.cmd.Process.Signal(s) // it may have ended meanwhile
			}
		case <-ended:
			return
		}
	}
}

// codeOf returns the exit code for what a command's start or wait returned, and
// an error where the command did not run.
func codeOf(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return exitOK, nil
	case errors.As(err, &exit):
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return codeSignal + int(status.Signal()), nil
		}
		return exit.ExitCode(), nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return codeNotFound, fmt.Errorf("run command: %w", err)
	}
	return codeNotExecutable, fmt.Errorf("run command: %w", err)
}
