package spool

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// diskRoles need a process of their own.
var diskRoles = map[string]func(dir string) error{
	"small file": func(dir string) error {
		return fillDisk(dir, syscall.EFBIG, setFileLimit)
	},
	"broken disk": failWrites,
	"mount":       mountDisk,
	"small disk": func(dir string) error {
		if err := mountDisk(dir); err != nil {
			return err
		}
		err := fillDisk(dir, syscall.ENOSPC, func(bytes uint64) error {
			return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", bytes))
		})
		if err != nil {
			return err
		}
		return readOnly(dir)
	},
}

// failWrites makes a write in the middle of a commit fail, as on a disk that
// breaks, and looks what becomes of the records.
func failWrites(dir string) error {
	s, err := Options{}.Open(dir)
	if err != nil {
		return err
	}
	if err := s.Append(recordsOf(0, 20, 30_000)); err != nil {
		return err
	}
	if err := s.Delete([]uint64{3, 4, 5, 6}); err != nil {
		return err
	}
	if err := setFileLimit(3 * pageSize); err != nil {
		return err
	}
	failed := s.Append(recordsOf(20, 21, 30_000))
	if !errors.Is(failed, syscall.EFBIG) {
		return fmt.Errorf("got %v, want %v", failed, syscall.EFBIG)
	}
	if err := setFileLimit(1 << 30); err != nil {
		return err
	}
	if err := s.Append(recordsOf(20, 21, 30_000)); !errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("got %v from a spool that is not trusted any more, want %v", err, syscall.EFBIG)
	}
	if _, err := s.Body(1); !errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("got %v from a spool that is not trusted any more, want %v", err, syscall.EFBIG)
	}
	if err := s.Close(); err != nil {
		return err
	}
	if s, err = (Options{}).Open(dir); err != nil {
		return err
	}
	if err := s.Append(recordsOf(20, 21, 30_000)); err != nil {
		return err
	}
	if got := len(idsOf(s)); got != 17 || s.Damaged() != 0 {
		return fmt.Errorf("got %d records, %d damaged, want 17, none", got, s.Damaged())
	}
	return s.Close()
}

func mountDisk(dir string) error { return syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m") }

func setFileLimit(bytes uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = bytes
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}

// fillDisk appends to a spool without a limit until the disk has no room, and
// again when there is room: by deletion, and by a larger disk.
func fillDisk(dir string, want error, resize func(bytes uint64) error) error {
	if err := resize(2 << 20); err != nil {
		return err
	}
	s, err := Options{}.Open(dir)
	if err != nil {
		return err
	}
	id, err := appendAll(s, 0)
	if !errors.Is(err, want) || id < 20 || !strings.Contains(err.Error(), s.path) {
		return fmt.Errorf("append %d: got %v, want %v", id, err, want)
	}
	ids := idsOf(s)
	if uint64(len(ids)) != id {
		return fmt.Errorf("got %d records, want %d", len(ids), id)
	}
	for i := range ids { // none of which may need the disk to have room
		if err := s.Delete(ids[i : i+1]); err != nil {
			return err
		}
	}
	if id, err = appendAll(s, id); !errors.Is(err, want) {
		return fmt.Errorf("append %d: got %v, want %v", id, err, want)
	}
	if again := len(idsOf(s)); again < len(ids)-2 {
		return fmt.Errorf("got %d records after all were deleted, want about %d", again, len(ids))
	}
	if err := resize(8 << 20); err != nil {
		return err
	}
	if err := s.Append([]Record{recordOf(id, 30_000)}); err != nil {
		return fmt.Errorf("when there is room again: %w", err)
	}
	return s.Close()
}

// appendAll appends from a number on until there is no room, and returns the
// number that had none.
func appendAll(s *Spool, id uint64) (uint64, error) {
	for ; ; id++ {
		if err := s.Append([]Record{recordOf(id, 30_000)}); err != nil {
			return id, err
		}
	}
}

// readOnly opens spools in directories that nobody may write to.
func readOnly(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return err
	}
	for _, dir := range []string{dir, filepath.Join(dir, "new")} {
		s, err := Options{}.Open(dir)
		if s != nil || !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "let the user write") {
			return fmt.Errorf("open %s: got %v, want %v, and what to do", dir, err, syscall.EROFS)
		}
	}
	return nil
}

// TestSpoolDiskFull (H5): a disk that has no room is said, nothing is lost, and
// all goes on when there is room. A limit for the size of files is a full disk
// that needs no privileges.
func TestSpoolDiskFull(t *testing.T) {
	t.Parallel()
	runRole(t, "small file", nil)
}

// TestSpoolDiskBroken (H6): after a write that failed nothing is trusted until
// the spool is opened again, and then all is there.
func TestSpoolDiskBroken(t *testing.T) {
	t.Parallel()
	runRole(t, "broken disk", nil)
}

// TestSpoolDiskMounted (H5, H6): as above, with a disk that is small, and then
// read-only.
func TestSpoolDiskMounted(t *testing.T) {
	t.Parallel()
	alone := &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		alone.Cloneflags = syscall.CLONE_NEWUSER
		alone.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		alone.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	if out, err := startRole(t, "mount", alone); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no file system can be mounted: %v %s", err, out)
		}
		t.Skipf("SKIPPED, NOT TESTED: no file system can be mounted: %v %s", err, out)
	}
	runRole(t, "small disk", alone)
}

func runRole(t *testing.T, role string, how *syscall.SysProcAttr) {
	t.Helper()
	if out, err := startRole(t, role, how); err != nil {
		t.Errorf("%s: %v\n%s", role, err, out)
	}
}

func startRole(t *testing.T, role string, how *syscall.SysProcAttr) (out []byte, err error) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+t.TempDir(), childRole+"="+role)
	cmd.SysProcAttr = how
	return cmd.CombinedOutput()
}
