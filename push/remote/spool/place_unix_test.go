//go:build unix

package spool

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestSpoolModes: nobody else reads what is in the spool.
func TestSpoolModes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	closeIt(t, openAt(t, dir, Options{}))
	path := filepath.Join(dir, FileName)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	closeIt(t, openAt(t, dir, Options{}))
	for name, want := range map[string]os.FileMode{dir: 0o700, path: 0o600, filepath.Join(dir, LockName): 0o600} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v, want mode %v", name, info, err, want)
		}
	}
}

// TestSpoolRefusesPaths: what cannot be a spool is said, and no link is followed.
func TestSpoolRefusesPaths(t *testing.T) {
	t.Parallel()
	precious := filepath.Join(t.TempDir(), "precious")
	writeFile(t, precious, []byte("precious"))
	for what, make := range map[string]func(path string) error{
		"link":     func(path string) error { return os.Symlink(precious, path) },
		"dangling": func(path string) error { return os.Symlink("nothing", path) },
		"pipe":     func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"dir":      func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		for _, name := range []string{FileName, LockName} {
			if what == "pipe" && name == LockName {
				continue // a pipe can be locked as well as a file
			}
			dir := t.TempDir()
			if err := make(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if s, err := (Options{}).Open(dir); s != nil || err == nil {
				t.Errorf("%s for %s: got a spool and error %v", what, name, err)
			}
			wantFile(t, precious, []byte("precious"))
		}
	}
	file := filepath.Join(precious, "spool")
	if _, err := (Options{}).Open(file); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("got %v for a directory in a file, want %v", err, syscall.ENOTDIR)
	}
}
