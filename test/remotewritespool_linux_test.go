package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A spoolFault is a directory that is not as a spool needs it.
type spoolFault struct {
	name  string
	mount string                         // in place of the directory; "": nothing
	make  func(t *testing.T, dir string) // it; nil: it is there, and empty
	says  string                         // the log, beside the directory's name
	check func(t *testing.T, dir string) // what must be there afterwards; nil: nothing
}

// TestRemoteWriteSpoolFaults (H5, H6, H7, H9): whatever is wrong with the
// directory, the start works, the log says what it is, and samples flow.
func TestRemoteWriteSpoolFaults(t *testing.T) {
	t.Parallel()
	file := spoolFile(t)
	for _, f := range []spoolFault{
		{name: "read-only", mount: "mount -t tmpfs -o ro,size=1m none", says: "read-only file system"},
		{name: "no room at all", mount: "mount -t tmpfs -o size=4k none", says: "no space left on device"},
		{name: "no directory", make: func(t *testing.T, dir string) {
			mustDo(t, os.Remove(dir))
			mustDo(t, os.WriteFile(dir, []byte("a file"), 0o600))
		}, says: "not a directory", check: holdsFile("", "a file")},
		{name: "a stranger's file", make: func(t *testing.T, dir string) {
			mustDo(t, os.WriteFile(filepath.Join(dir, file), []byte("dear diary"), 0o600))
		}, says: file, check: isSomewhere("dear diary")},
		{name: "an empty file", make: func(t *testing.T, dir string) {
			mustDo(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
		}, says: "damaged"},
		{name: "strangers beside it", make: func(t *testing.T, dir string) {
			mustDo(t, os.WriteFile(filepath.Join(dir, "notes"), []byte("dear diary"), 0o600))
		}, check: holdsFile("notes", "dear diary")},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			f.try(t)
		})
	}
}

func (f spoolFault) try(t *testing.T) {
	receiver, dir := startRecording(t), t.TempDir()
	if f.make != nil {
		f.make(t, dir)
	}
	target := startScripted(t, exposition(goodText))
	file := writeConfig(t, receiver.URL, often, soon+fmt.Sprintf("\nspool { directory = %q }", dir), target)
	ferry := runMounted(t, f.mount, dir, file)
	eventually(t, "scrapes", func() error { return receiver.atLeast(inApp("up"), 3) })
	ferry.lives(t)
	ferry.terminate(t)
	told := linesWith(ferry.stderr.String(), "level=", dir, f.says)
	if (len(told) > 0) != (f.says != "") {
		t.Errorf("log has %q, want %q in it: %s", told, f.says, &ferry.stderr)
	}
	if f.check != nil {
		f.check(t, dir)
	}
	if err := receiver.inOrder(never); err != nil {
		t.Error(err)
	}
}

// runMounted runs promferry where a file system is mounted at a directory that
// nobody else sees.
func runMounted(t *testing.T, mount, dir, file string) daemon {
	t.Helper()
	if mount == "" {
		return run(t, file)
	}
	isolate := []string{"--mount"}
	if os.Getuid() != 0 {
		isolate = append(isolate, "--map-root-user")
	}
	if err := exec.Command("unshare", append(isolate, "true")...).Run(); err != nil {
		missing(t, "mount namespaces ("+err.Error()+")")
	}
	cmd := exec.Command("unshare", append(isolate, "sh", "-c", mount+` "$0" && exec "$@"`, dir, binary, "run", "--config.file="+file)...)
	cmd.Env, cmd.Dir = environment("PROMFERRY_WEB_LISTEN_ADDRESS=127.0.0.1:0"), t.TempDir()
	return daemonOf(t, start(t, cmd))
}

// spoolFile is the name of the file that promferry makes in the directory.
func spoolFile(t *testing.T) string {
	t.Helper()
	receiver, dir := startRecording(t), t.TempDir()
	target := startScripted(t, exposition(goodText))
	ferry := run(t, writeConfig(t, receiver.URL, often, soon+fmt.Sprintf("\nspool { directory = %q }", dir), target))
	eventually(t, "a scrape", func() error { return receiver.atLeast(inApp("up"), 1) })
	ferry.terminate(t)
	return filepath.Base(largest(t, dir))
}

// TestRemoteWriteSpoolIsLocked (H9): the second process with a directory says so,
// and its samples flow from memory. When the first one has gone, it takes over
// the directory.
func TestRemoteWriteSpoolIsLocked(t *testing.T) {
	t.Parallel()
	first, second, dir := startRecording(t), startRecording(t), t.TempDir()
	target := startScripted(t, exposition(goodText))
	spool := soon + fmt.Sprintf("\nspool { directory = %q }", dir)
	one := run(t, writeConfig(t, first.URL, often, spool, target))
	eventually(t, "scrapes of the first", func() error { return first.atLeast(inApp("up"), 2) })
	other := run(t, writeConfig(t, second.URL, often, spool, target))
	eventually(t, "scrapes of the second", func() error { return second.atLeast(inApp("up"), 3) })
	if told := linesWith(other.stderr.String(), dir, "another promferry"); len(told) != 1 {
		t.Errorf("told %d times of the other process, want 1: %s", len(told), &other.stderr)
	}
	before := len(first.series(inApp("up")))
	eventually(t, "scrapes of the first still", func() error { return first.atLeast(inApp("up"), before+2) })
	one.terminate(t)
	eventually(t, "the spool is the second's", func() error { return other.atLeast(`promferry_remote_write_spool_up{remote_write="store"}`, 1) })
	other.terminate(t)
}

// TestRemoteWriteSpoolFills (H5): the disk has no room while a store is away. The
// log says so, what comes then waits in memory, and when the store is back, all
// that waits is sent, or is counted.
func TestRemoteWriteSpoolFills(t *testing.T) {
	t.Parallel()
	receiver, dir := startRecording(t), t.TempDir()
	receiver.leave()
	const series = 3000
	target := startScripted(t, exposition(manySeries(series)))
	file := writeConfig(t, receiver.URL, often, soon+fmt.Sprintf("\nspool { directory = %q }", dir), target)
	ferry := runMounted(t, "mount -t tmpfs -o size=1m none", dir, file)
	eventually(t, "a full disk in the log", func() error {
		if told := linesWith(ferry.stderr.String(), "level=ERROR", dir, "no space left on device"); len(told) != 1 {
			return fmt.Errorf("told %d times: %s", len(told), &ferry.stderr)
		}
		return nil
	})
	ferry.lives(t)
	receiver.comeBack()
	back := time.Now()
	eventually(t, "a scrape after it", func() error {
		points := receiver.series(inApp("up"))
		if len(points) == 0 || points[len(points)-1].at <= back.UnixMilli() {
			return fmt.Errorf("%d scrapes are stored, all of before", len(points))
		}
		return nil
	})
	dropped := 0.0
	for _, reason := range []string{"capacity", "max_size"} {
		n, err := ferry.metric(fmt.Sprintf(`promferry_remote_write_samples_dropped_total{reason=%q,remote_write="store"}`, reason))
		if err != nil {
			t.Fatal(err)
		}
		dropped += n
	}
	ferry.terminate(t)
	if err := receiver.inOrder(never); err != nil {
		t.Error(err)
	}
	failed := 0 // scrapes, as on a machine that is busy; the last 0 is the end's, which may have cut one, too
	for _, up := range receiver.series(inApp("up")) {
		if up.value == 0 {
			failed++
		}
	}
	stored, offered := 0, series*(int(target.requests.Load())-failed)
	for k, points := range receiver.stored() {
		if strings.HasPrefix(k, "many{") {
			stored += len(slices.DeleteFunc(points, point.stale))
		}
	}
	if lost := offered - stored; float64(lost) > dropped {
		t.Errorf("%d samples of %d are stored, and %v are counted as dropped", stored, offered, dropped)
	}
}

// largest is the file in a directory that has most in it.
func largest(t *testing.T, dir string) (path string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	mustDo(t, err)
	size := int64(-1)
	for _, f := range files {
		if info, err := f.Info(); err == nil && info.Size() > size {
			path, size = filepath.Join(dir, f.Name()), info.Size()
		}
	}
	return path
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// holdsFile checks that a file of the directory is as it was.
func holdsFile(name, want string) func(t *testing.T, dir string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("the file has %q (%v), want %q", got, err, want)
		}
	}
}

// isSomewhere checks that a file of the directory has the text, whatever its name
// is now.
func isSomewhere(want string) func(t *testing.T, dir string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		files, err := os.ReadDir(dir)
		mustDo(t, err)
		for _, f := range files {
			if got, err := os.ReadFile(filepath.Join(dir, f.Name())); err == nil && string(got) == want {
				return
			}
		}
		t.Errorf("no file has %q any more: %v", want, files)
	}
}
