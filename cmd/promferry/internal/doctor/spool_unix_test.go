//go:build unix

package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/promferry/promferry/push/remote"
	"github.com/promferry/promferry/push/remote/spool"
)

// TestSpoolOfAnother: who holds the file is well if it is the promferry of this
// host, and not disturbed by the look.
func TestSpoolOfAnother(t *testing.T) {
	dir := t.TempDir()
	makeSpool(t, dir)
	holder, err := os.Create(filepath.Join(dir, spool.LockName))
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	s := remote.SpoolStatus{Directory: dir, MaxSize: 1 << 20}
	if c := spoolCheck(t, Absent, s); c.Outcome != OK {
		t.Errorf("nobody holds it: got %+v", c)
	}
	if err := unix.Flock(int(holder.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		t.Fatalf("the look has kept the lock: %v", err)
	}
	if c := spoolCheck(t, Running, s); c.Outcome != OK {
		t.Errorf("the promferry of this host holds it: got %+v", c)
	}
	if c := spoolCheck(t, Absent, s); c.Outcome != Warning || !strings.Contains(c.Found, "another process has") {
		t.Errorf("another one holds it: got %+v", c)
	}
}

// TestSpoolIsALink: a link is not followed when the spool is opened, so it is not
// well, wherever it leads.
func TestSpoolIsALink(t *testing.T) {
	target := t.TempDir()
	makeSpool(t, target)
	for _, leads := range []string{"nowhere", filepath.Join(target, spool.FileName)} {
		dir := t.TempDir()
		if err := os.Symlink(leads, filepath.Join(dir, spool.FileName)); err != nil {
			t.Fatal(err)
		}
		if c := spoolCheck(t, Absent, remote.SpoolStatus{Directory: dir, MaxSize: 1 << 20}); c.Outcome != Failed || !strings.Contains(c.Found, "not a regular file") {
			t.Errorf("a link to %s: got %+v", leads, c)
		}
	}
}
