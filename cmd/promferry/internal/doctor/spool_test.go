package doctor

import (
	"bytes"
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

// makeSpool makes a spool that nobody has open.
func makeSpool(t *testing.T, directory string) {
	t.Helper()
	s, err := spool.Options{}.Open(directory)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSpoolOfNoUse: what run could not use is not well.
func TestSpoolOfNoUse(t *testing.T) {
	cut := filepath.Join(t.TempDir(), "cut")
	makeSpool(t, cut)
	if err := os.Truncate(filepath.Join(cut, spool.FileName), 20_000); err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, spool.FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, spool.FileName), bytes.Repeat([]byte("other"), 9000), 0o600); err != nil {
		t.Fatal(err)
	}
	for directory, want := range map[string]Check{
		cut:       {Outcome: Warning, Found: "damaged: it will be moved aside at the next start", Advice: "begins a new one"},
		directory: {Outcome: Failed, Found: "not a regular file", Advice: "another directory"},
		other:     {Outcome: Failed, Found: "a file of another program", Advice: `another directory into spool of remote_write "m"`},
	} {
		c := spoolCheck(t, Absent, remote.SpoolStatus{Directory: directory, MaxSize: 16 << 20})
		if c.Outcome != want.Outcome || !strings.Contains(c.Found, want.Found) || !strings.Contains(c.Advice, want.Advice) {
			t.Errorf("got %+v, want %+v", c, want)
		}
	}
}

func TestSpoolIsLookedAt(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(dir, "used")
	makeSpool(t, used)
	made, err := os.Stat(filepath.Join(used, spool.FileName))
	if err != nil {
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
		{"not there", remote.SpoolStatus{Directory: filepath.Join(dir, "new"), MaxSize: room}, OK, "not there yet, max_size is 16.8 MB"},
		{"nor what it is in", remote.SpoolStatus{Directory: filepath.Join(dir, "no", "new"), MaxSize: room}, OK, "not there yet"},
		{"no name", remote.SpoolStatus{Directory: filepath.Join(dir, strings.Repeat("w", 300), "new"), MaxSize: room}, Failed, "Correct directory"},
		{"a file", remote.SpoolStatus{Directory: file, MaxSize: room}, Failed, "is no directory"},
		{"below a file", remote.SpoolStatus{Directory: filepath.Join(file, "x"), MaxSize: room}, Failed, "Correct directory"},
		{"empty", remote.SpoolStatus{Directory: dir, MaxSize: room}, OK, "empty, max_size is 16.8 MB"},
		{"used", remote.SpoolStatus{Directory: used, MaxSize: room}, OK, "its file has " + size(made.Size()) + ", max_size is 16.8 MB"},
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
