package spool

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// TestSpoolHeld (H9): the second who opens a spool is told.
func TestSpoolHeld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir, Options{})
	check := func() {
		t.Helper()
		if again, err := (Options{}).Open(dir); !errors.Is(err, ErrHeld) || again != nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("got %v, want %v, and the directory", err, ErrHeld)
		}
	}
	check()
	if err := os.Remove(filepath.Join(dir, LockName)); err != nil {
		t.Fatal(err)
	}
	check() // the file itself is locked, too
	closeIt(t, s)
	closeIt(t, openAt(t, dir, Options{}))
}

// TestSpoolForeign (H18): a file that is not ours, or newer, is not touched, and
// neither are those beside ours.
func TestSpoolForeign(t *testing.T) {
	t.Parallel()
	otherBolt := boltFile(t, 4096, "other", 0)
	dir := t.TempDir()
	for _, name := range []string{"precious", FileName + ".tmp-x", FileName + ".damaged-1"} {
		writeFile(t, filepath.Join(dir, name), []byte("precious"))
	}
	for name, content := range map[string][]byte{
		"text":            []byte("precious"),
		"zeros":           make([]byte, 100_000),
		"other bolt":      otherBolt,
		"other bolt, 16k": boltFile(t, pageSize, "other", 0),
		"damaged other":   append(make([]byte, 8192), otherBolt[8192:]...),
		"newer":           boltFile(t, pageSize, bucketName, sequence(formatVersion+1, 0)),
		"newer bolt":      newerBolt(t),
	} {
		path := filepath.Join(dir, FileName)
		writeFile(t, path, content)
		s, err := Options{}.Open(dir)
		if s != nil || !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "another directory") {
			t.Errorf("%s: got %v, want %v, the file, and what to do", name, err, ErrForeign)
		}
		if newer := strings.HasPrefix(name, "newer"); newer != strings.Contains(err.Error(), "newer promferry") {
			t.Errorf("%s: got %v", name, err)
		}
		wantFile(t, path, content)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(dir, FileName+".tmp-123"), []byte("what a kill left"))
	closeIt(t, openAt(t, dir, Options{}))
	for _, name := range []string{"precious", FileName + ".tmp-x", FileName + ".damaged-1"} {
		wantFile(t, filepath.Join(dir, name), []byte("precious"))
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 5 {
		t.Errorf("got files %v, %v, want three strangers, the spool and its lock", entries, err)
	}
}

// boltFile makes a file of bbolt with one bucket.
func boltFile(t testing.TB, size int, bucket string, sequence uint64) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bolt")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: size})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		return b.SetSequence(sequence)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// newerBolt is a file whose meta pages have a version that is not known, with
// checksums of which nothing is known.
func newerBolt(t testing.TB) []byte {
	t.Helper()
	file := boltFile(t, pageSize, bucketName, sequence(formatVersion, 0))
	file[pageHead+4], file[pageSize+pageHead+4] = 3, 3
	return file
}

// TestSpoolLost (H16): once the file is not in its directory any more, Append
// says so, and a spool that is opened anew works.
func TestSpoolLost(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openAt(t, dir, Options{})
	add(t, s, recordOf(1, 100))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Append([]Record{recordOf(2, 100)}); !errors.Is(err, ErrLost) {
			t.Errorf("got %v, want %v", err, ErrLost)
		}
	}
	closeIt(t, s)
	s = openAt(t, dir, Options{})
	add(t, s, recordOf(2, 100))
	wantRecords(t, s, recordOf(2, 100))
}

// TestSpoolEmptyFile: a file without content is kept, and stops nothing.
func TestSpoolEmptyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, FileName), nil)
	s, err := Options{}.Open(dir)
	var d *DamagedError
	if !errors.As(err, &d) || s == nil || !strings.Contains(err.Error(), d.Path) || !strings.Contains(err.Error(), d.Aside) {
		t.Fatalf("got %v, want an error with both names", err)
	}
	defer closeIt(t, s)
	wantFile(t, d.Aside, nil)
	add(t, s, recordOf(1, 100))
	wantRecords(t, s, recordOf(1, 100))
}
