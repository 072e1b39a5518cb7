package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promferry/promferry/push/remote"
	"github.com/promferry/promferry/push/remote/spool"
)

// spoolCheck looks at a spool, and wants that nothing was made.
func spoolCheck(t *testing.T, here Here, s remote.SpoolStatus) Check {
	t.Helper()
	before, _ := filepath.Glob(filepath.Join(filepath.Dir(s.Directory), "*"))
	a := &audience{who: speaker{name: `remote_write "m"`}, here: here}
	a.checkSpool(s)
	if len(a.Checks) != 1 {
		t.Fatalf("got %+v, want one check", a.Checks)
	}
	after, _ := filepath.Glob(filepath.Join(filepath.Dir(s.Directory), "*"))
	if strings.Join(before, "\n") != strings.Join(after, "\n") {
		t.Errorf("there was %q, and is %q", before, after)
	}
	return a.Checks[0]
}

func TestSpoolIsLookedAt(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(dir, "used")
	if err := os.Mkdir(used, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(used, spool.FileName), make([]byte, 12_000), 0o600); err != nil {
		t.Fatal(err)
	}
	const room, much = 16 << 20, 1 << 60
	for _, test := range []struct {
		name    string
		spool   remote.SpoolStatus
		outcome Outcome
		says    string
	}{
		{"none", remote.SpoolStatus{}, Note, "in memory"},
		{"not there", remote.SpoolStatus{Directory: filepath.Join(dir, "new"), MaxSize: room}, OK, "not there yet, max_size is 16 MB"},
		{"nor what it is in", remote.SpoolStatus{Directory: filepath.Join(dir, "no", "new"), MaxSize: room}, OK, "not there yet"},
		{"no name", remote.SpoolStatus{Directory: filepath.Join(dir, strings.Repeat("w", 300), "new"), MaxSize: room}, Failed, "Correct directory"},
		{"a file", remote.SpoolStatus{Directory: file, MaxSize: room}, Failed, "is no directory"},
		{"below a file", remote.SpoolStatus{Directory: filepath.Join(file, "x"), MaxSize: room}, Failed, "Correct directory"},
		{"empty", remote.SpoolStatus{Directory: dir, MaxSize: room}, OK, "empty, max_size is 16 MB"},
		{"used", remote.SpoolStatus{Directory: used, MaxSize: room}, OK, "its file has 12 kB, max_size is 16 MB"},
	} {
		c := spoolCheck(t, Absent, test.spool)
		if c.Outcome != test.outcome || !strings.Contains(c.Found+" "+c.Advice, test.says) {
			t.Errorf("%s: got %+v, want %s with %q", test.name, c, test.outcome, test.says)
		}
	}
	if _, known := freeSpace(dir); known {
		if c := spoolCheck(t, Absent, remote.SpoolStatus{Directory: dir, MaxSize: much}); c.Outcome != Warning || !strings.Contains(c.Advice, "lower max_size") {
			t.Errorf("a disk without the room: got %+v", c)
		}
	}
}
