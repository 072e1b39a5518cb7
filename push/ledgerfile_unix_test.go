//go:build unix

package push

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestLedgerMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := statePath(t)
		s := openShelf(t, path)
		s.Remember(t.Context(), entryOf("a"))
		s.shut(t)
		for _, name := range []string{path, path + ".lock"} {
			if got := fileInfo(t, name).Mode().Perm(); got != 0o600 {
				t.Errorf("%s: got mode %v, want 0600", name, got)
			}
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		s = openShelf(t, path)
		s.wantLog(t, "state file is open to other users", 1)
		s.Remember(t.Context(), entryOf("b"))
		if got := fileInfo(t, path).Mode().Perm(); got != 0o600 {
			t.Errorf("got mode %v after a write, want 0600", got)
		}
	})
}

// TestLedgerRefusesPaths: what cannot become a state file is said at the start.
func TestLedgerRefusesPaths(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "precious"), "precious")
	for path, make := range map[string]func(path string) error{
		"link":     func(path string) error { return os.Symlink("precious", path) },
		"dangling": func(path string) error { return os.Symlink("nothing", path) },
		"pipe":     func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"dir":      func(path string) error { return os.Mkdir(path, 0o700) },
		"linked":   func(path string) error { return os.Symlink("precious", path+".lock") },
	} {
		t.Run(path, func(t *testing.T) {
			path = filepath.Join(dir, path)
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			_, err := tryShelf(t, path)
			if err == nil || !strings.HasPrefix(err.Error(), "state file "+path+": ") {
				t.Errorf("got error %v", err)
			}
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "precious")); err != nil || string(text) != "precious" {
		t.Errorf("a link was followed: %q, %v", text, err)
	}
	path := filepath.Join(dir, "missing", "state")
	_, err := tryShelf(t, path)
	if want := "state file " + path + ": the directory " + filepath.Dir(path) + " does not exist; create it: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got error %v, want %s…", err, want)
	}
}
