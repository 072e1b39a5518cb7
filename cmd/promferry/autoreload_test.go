package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promferry/promferry/configs"
)

// C2: a file that is being written is not taken, and a bad one once.
func TestWatchWaitsUntilTheFileIsWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "promferry.hcl")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("1")
	w := new(watch)
	load := func() {
		loader := new(configs.Loader)
		loader.Load(file)
		w.look(loader)
	}
	load()
	for i, step := range []struct {
		text string
		want bool
	}{
		{"1", false}, {"1", false},
		{"12", false}, {"123", false}, {"1234", false}, // somebody writes
		{"1234", true}, {"1234", false}, // it is loaded then, and is bad
		{"1", false}, {"1", true}, // the one before again
		{"2", false}, {"1", false}, {"1", false}, // there and back
	} {
		write(step.text)
		if got := w.changed(); got != step.want {
			t.Errorf("step %d, %q: changed is %v, want %v", i, step.text, got, step.want)
		} else if got {
			load()
		}
	}
}

// The file that no flag names may go and come back, too.
func TestWatchOfTheDefaultFile(t *testing.T) {
	t.Chdir(t.TempDir()) // without one
	r := &reloader{flags: new(configFlags), watch: new(watch)}
	if outcome := r.attempt(); !outcome.Failed || !strings.Contains(outcome.Text, defaultConfigFile) {
		t.Errorf("got %+v, want a failure that names %s", outcome, defaultConfigFile)
	}
	check := func(want ...bool) {
		t.Helper()
		for i, want := range want {
			if got := r.watch.changed(); got != want {
				t.Errorf("look %d: changed is %v, want %v", i, got, want)
			}
		}
	}
	check(false, false, false)
	if err := os.WriteFile(defaultConfigFile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check(false, true)
}
