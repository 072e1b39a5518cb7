//go:build unix

package main

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// passedSignals are those that exec gives on to its command.
var passedSignals = []os.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM,
	syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH,
}

// fromTerminal tells a signal that the command has got already: what is typed
// at a terminal goes to all processes in its foreground, and many programs take
// a second Ctrl-C for an order to drop everything. A kill by hand of promferry
// alone cannot be told from that; SIGTERM, which no terminal sends, always is
// given on.
func fromTerminal(s os.Signal) bool {
	switch s {
	case syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGWINCH:
		return inForeground()
	}
	return false
}

// inForeground tells whether this process has a terminal, and its group the
// keyboard of that.
func inForeground() bool {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer terminal.Close()
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
