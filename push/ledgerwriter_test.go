package push

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// wantErrors checks how many writes were counted as failed.
func (s *shelf) wantErrors(t testing.TB, want float64) {
	t.Helper()
	s.wantCount(t, "promferry_state_write_errors_total", want)
}

// TestLedgerGoesOn: a disk that fails stops nobody, is told once, and is tried
// again with the next change and after a while (faults H5, H6).
func TestLedgerGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		s.Remember(t.Context(), entryOf("a"))
		var disk badDisk
		s.file.sync = disk.sync
		disk.broken.Store(true)
		s.Remember(t.Context(), entryOf("b"))
		s.Remember(t.Context(), entryOf("b")) // known: not worth another try
		s.wantErrors(t, 1)
		s.Remember(t.Context(), entryOf("c"))
		s.wantErrors(t, 2)
		<-time.After(ledgerRetry)
		synctest.Wait()
		s.wantErrors(t, 3)
		s.wantFile(t, "a")
		s.wantLog(t, "state file cannot be written", 1)
		if again := disk.again(); again != "" {
			t.Errorf("%s was synced again after that had failed", again)
		}
		wantNoOthers(t, s.path)

		disk.broken.Store(false)
		<-time.After(ledgerRetry)
		synctest.Wait()
		s.wantFile(t, "a", "b", "c")
		s.wantLog(t, "state file is written again", 1)
		s.wantErrors(t, 3)
	})
}

// A badDisk fails to write what it was given, as long as it is broken.
type badDisk struct {
	broken atomic.Bool

	mu     sync.Mutex
	failed []string
}

func (d *badDisk) sync(f *os.File) error {
	if !d.broken.Load() {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failed = append(d.failed, f.Name())
	return errors.New("input/output error")
}

// again returns a file that was tried twice, or "".
func (d *badDisk) again() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, name := range d.failed {
		if slices.Contains(d.failed[:i], name) {
			return name
		}
	}
	return ""
}

// wantNoOthers checks that a ledger has left no files but its own.
func wantNoOthers(t testing.TB, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); name != filepath.Base(path) && name != filepath.Base(path)+".lock" {
			t.Errorf("%s was left behind", name)
		}
	}
}

// TestLedgerDirectoryGone: it is counted, and all is written when there is a
// directory again (faults H16).
func TestLedgerDirectoryGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "d")
		mkdir(t, dir)
		s := openShelf(t, filepath.Join(dir, "state"))
		s.Remember(t.Context(), entryOf("a"))
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		s.Remember(t.Context(), entryOf("b"))
		s.wantErrors(t, 1)
		s.wantLog(t, "no such file or directory", 1)

		mkdir(t, dir)
		s.Remember(t.Context(), entryOf("c"))
		s.wantFile(t, "a", "b", "c")
		if _, err := tryShelf(t, s.path); !errors.Is(err, errLedgerHeld) {
			t.Errorf("got error %v of a second ledger, want %v: the lock was not taken anew", err, errLedgerHeld)
		}
	})
}

// TestLedgerLockLost: where the lock file was removed, another process may have
// the file. It is not written over.
func TestLedgerLockLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := statePath(t)
		s := openShelf(t, path)
		s.Remember(t.Context(), entryOf("a"))
		if err := os.Remove(path + ".lock"); err != nil {
			t.Fatal(err)
		}
		other := openShelf(t, path)
		other.Remember(t.Context(), entryOf("other"))
		s.Remember(t.Context(), entryOf("b"))
		s.wantErrors(t, 1)
		s.wantLog(t, errLedgerHeld.Error(), 1)
		s.wantFile(t, "a", "other")
	})
}

func mkdir(t testing.TB, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestLedgerDiskHangs: a push waits for a disk that hangs, but not forever, and
// the next ones not at all.
func TestLedgerDiskHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		goOn := make(chan struct{})
		s.file.sync = func(*os.File) error {
			<-goOn
			return nil
		}
		took := func(instance string) time.Duration {
			start := time.Now()
			s.Remember(t.Context(), entryOf(instance))
			return time.Since(start)
		}
		if got := took("a"); got != rememberTimeout {
			t.Errorf("the first waited for %s, want %s", got, rememberTimeout)
		}
		if got := took("b"); got != 0 {
			t.Errorf("the second waited for %s, want not at all", got)
		}
		s.wantErrors(t, 1)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("too late"))
		defer cancel()
		if err := s.Close(ctx); err == nil || !strings.HasSuffix(err.Error(), "state: too late") {
			t.Errorf("Close: got error %v", err)
		}
		close(goOn)
		s.shut(t)
		s.wantFile(t, "a", "b")
		s.wantLog(t, "state file is written again", 1)
	})
}

// TestLedgerWaitEndsWithContext: a stop does not wait for the disk.
func TestLedgerWaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		goOn := make(chan struct{})
		s.file.sync = func(*os.File) error {
			<-goOn
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		s.Remember(ctx, entryOf("a"))
		if got := time.Since(start); got != time.Second {
			t.Errorf("waited for %s, want 1s", got)
		}
		close(goOn)
	})
}

// TestLedgerCloseTellsWhatIsLost: the last write may fail, too.
func TestLedgerCloseTellsWhatIsLost(t *testing.T) {
	s := openShelf(t, statePath(t))
	s.file.sync = func(*os.File) error { return errors.New("no space left on device") }
	s.Remember(t.Context(), entryOf("a"))
	err := s.Close(t.Context())
	if want := "state file " + s.path + ": no space left on device"; err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}

// A gateway that is not done at the end of the program may still change something:
// that is told, and nobody waits for it.
func TestLedgerAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		s.Remember(t.Context(), entryOf("a"))
		s.shut(t)
		s.Forget(entryOf("").URL, groupOf("a"))
		if err := s.Close(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "state: a change came after the last write") {
			t.Errorf("got error %v, want that a change is lost", err)
		}
		start := time.Now()
		s.Remember(t.Context(), entryOf("b"))
		if took := time.Since(start); took > 0 {
			t.Errorf("Remember waited %v for a ledger that is closed", took)
		}
	})
}
