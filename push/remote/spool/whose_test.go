package spool

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// TestSpoolCut (H7): however little is left of a file of ours, it is known as one
// and moved aside.
func TestSpoolCut(t *testing.T) {
	t.Parallel()
	sp := newSpecimen(t)
	for _, size := range []int{1, 10, 31, 40, 79, 80, 4096, pageSize, 30_000, 2 * pageSize, 61_440, 65_536} {
		if how, _ := sp.open(t, sp.file[:size]); how != movedAside {
			t.Errorf("cut to %d bytes: got %d, want %d", size, how, movedAside)
		}
	}
	file := bytes.Clone(sp.file[:3*pageSize])
	file[pageHead+20] ^= 1
	file[pageSize+pageHead+20] ^= 1
	if how, _ := sp.open(t, file); how != movedAside {
		t.Errorf("cut, and with wrong checksums: got %d, want %d", how, movedAside)
	}
}

// TestSpoolStrangers (H18): a sound file of another program is not moved, even
// where its pages are as large as ours, and neither is a short one.
func TestSpoolStrangers(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"no bucket":                    fillBolt(t, func(*bbolt.Tx) error { return nil }),
		"a root of several pages":      fillBolt(t, longNames),
		"small pages, cut":             boltFile(t, 4096, "other", 0)[:5000],
		"a few bytes":                  {0, 0, 0, 0, 0, 0, 0, 0, 1},
		"zeros of less than a page":    make([]byte, 1000),
		"text of less than a meta":     []byte("precious"),
		"a page that is not the first": append([]byte{1}, make([]byte, 9)...),
	} {
		if how, _ := (specimen{}).open(t, content); how != refused {
			t.Errorf("%s: got %d, want %d", name, how, refused)
		}
	}
}

// fillBolt makes a file of bbolt with our size of pages.
func fillBolt(t *testing.T, fill func(*bbolt.Tx) error) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bolt")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: pageSize})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fill), db.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// longNames are of buckets for which a page is too small.
func longNames(tx *bbolt.Tx) error {
	_, first := tx.CreateBucket(bytes.Repeat([]byte("a"), bbolt.MaxKeySize))
	_, second := tx.CreateBucket(bytes.Repeat([]byte("b"), bbolt.MaxKeySize))
	return errors.Join(first, second)
}

// TestExamine: a look says what Open would, and leaves everything as it is.
func TestExamine(t *testing.T) {
	t.Parallel()
	sp := newSpecimen(t)
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"sound":       {sp.file, nil},
		"empty":       {[]byte{}, ErrUnsound},
		"cut":         {sp.file[:61_440], ErrUnsound},
		"no metas":    {append(make([]byte, 2*pageSize), sp.file[2*pageSize:]...), ErrUnsound},
		"text":        {[]byte("precious"), ErrForeign},
		"other bolt":  {boltFile(t, pageSize, "other", 0), ErrForeign},
		"newer":       {boltFile(t, pageSize, bucketName, sequence(formatVersion+1, 0)), ErrForeign},
		"smaller one": {boltFile(t, 4096, "other", 0), ErrForeign},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, FileName)
		writeFile(t, path, test.file)
		err := Examine(dir)
		if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want %v and the file", name, err, test.want)
		}
		wantFile(t, path, test.file)
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%s: got files %v, %v, want one", name, entries, err)
		}
	}
}

// TestExamineNoFile: nothing is well, and what is not a regular file is not.
func TestExamineNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, missing := range []string{dir, filepath.Join(dir, "missing")} {
		if err := Examine(missing); err != nil {
			t.Errorf("nothing in %s: got %v", missing, err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Examine(dir); !errors.Is(err, ErrForeign) {
		t.Errorf("a directory: got %v, want %v", err, ErrForeign)
	}
	file := filepath.Join(dir, "file")
	writeFile(t, file, nil)
	if err := Examine(file); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("below a file: got %v, want that it is no directory", err)
	}
}
