package push

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLedgerSetsDamagedAside: nothing is lost but what was damaged, and it can
// still be looked at (faults H7).
func TestLedgerSetsDamagedAside(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "",
		"cut":   string(sample()[:100]),
		"zeros": strings.Repeat("\x00", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := statePath(t)
				write(t, path, text)
				s := openShelf(t, path)
				s.wantLog(t, "state file was damaged", 1)
				if got := s.Entries(); len(got) != 0 {
					t.Errorf("got %v of a damaged file", got)
				}
				s.Remember(t.Context(), entryOf("new"))
				s.wantFile(t, "new")
				aside := set(t, path)
				if len(aside) != 1 {
					t.Fatalf("got set aside %q, want one", aside)
				}
				if got, err := os.ReadFile(aside[0]); err != nil || string(got) != text {
					t.Errorf("it was changed: %.100q, %v", got, err)
				}
			})
		})
	}
}

// TestLedgerSetsLargeAside: it is not read.
func TestLedgerSetsLargeAside(t *testing.T) {
	path := statePath(t)
	write(t, path, string(sample()))
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Fatal(err)
	}
	s := openShelf(t, path)
	s.wantLog(t, "it is larger than", 1)
	if got := len(set(t, path)); got != 1 {
		t.Errorf("got %d files set aside, want 1", got)
	}
}

// set returns the files that were set aside.
func set(t testing.TB, path string) []string {
	t.Helper()
	names, err := filepath.Glob(path + ".damaged-*")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestLedgerKeepsFewDamaged: and none but its own goes.
func TestLedgerKeepsFewDamaged(t *testing.T) {
	path := statePath(t)
	strangers := []string{path + ".damaged-by-me", path + "2.damaged-20200101T000000.000000000Z", path + ".tmp-mine", path + ".tmp"}
	for _, name := range strangers {
		write(t, name, "mine")
	}
	mkdir(t, path+".tmp-1")
	var first string
	for i := range maxDamaged + 3 {
		write(t, path, fmt.Sprint("damage ", i))
		s := openShelf(t, path)
		s.shut(t)
		if i == 0 {
			first = set(t, path)[0]
		}
	}
	kept := slices.DeleteFunc(set(t, path), func(name string) bool { return slices.Contains(strangers, name) })
	if len(kept) != maxDamaged || slices.Contains(kept, first) {
		t.Errorf("got %q kept, want the last %d", kept, maxDamaged)
	}
	for _, name := range append(strangers, path+".tmp-1") {
		fileInfo(t, name)
	}
}

// TestLedgerSetAsideOverwritesNothing: not even where the clock stands.
func TestLedgerSetAsideOverwritesNothing(t *testing.T) {
	path := statePath(t)
	f := newLedgerFile(path)
	now := time.Now()
	write(t, path, "one")
	aside, err := f.setAside(now)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, "two")
	if _, err := f.setAside(now); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got error %v, want %v", err, fs.ErrExist)
	}
	if got, err := os.ReadFile(aside); err != nil || string(got) != "one" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestLedgerCrashPoints: wherever a write was killed, the next start finds the
// old file or the new one, and no litter (faults H8).
func TestLedgerCrashPoints(t *testing.T) {
	whole := string(sample())
	for name, left := range map[string]string{"begun": "", "half": whole[:len(whole)/2], "not renamed": whole} {
		t.Run(name, func(t *testing.T) {
			path := statePath(t)
			s := openShelf(t, path)
			s.Remember(t.Context(), entryOf("old"))
			s.shut(t)
			write(t, path+".tmp-123456", left)
			s = openShelf(t, path)
			s.wantFile(t, "old")
			s.wantLog(t, "level", 0)
			wantNoOthers(t, path)
		})
	}
}

// TestLedgerLock: two processes cannot have one file (faults H9).
func TestLedgerLock(t *testing.T) {
	path := statePath(t)
	s := openShelf(t, path)
	_, err := tryShelf(t, path)
	want := "state file " + path + ": held by another promferry that still runs; each needs a --state.file of its own"
	if err == nil || err.Error() != want {
		t.Errorf("got error\n%v\nwant\n%s", err, want)
	}
	s.Remember(t.Context(), entryOf("a"))
	s.shut(t)
	openShelf(t, path).wantFile(t, "a")
}
