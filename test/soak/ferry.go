//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/promferry/promferry/test/proc"
)

// A ferry is promferry under test.
type ferry struct {
	*proc.Ferry
	logFile string
}

func startFerry(o options, config string) (*ferry, error) {
	f, err := proc.StartFerry(o.binary, o.dir, config, o.log, "--state.file="+filepath.Join(o.dir, "state"))
	if err != nil {
		return nil, err
	}
	return &ferry{f, o.log}, nil
}

// kill ends it if it runs still.
func (f *ferry) kill() error {
	if err := f.Signal(syscall.SIGKILL); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// log is the end of what it wrote.
func (f *ferry) log() string {
	text, _ := os.ReadFile(f.logFile)
	return string(text[max(0, len(text)-4000):])
}
