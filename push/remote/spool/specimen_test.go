package spool

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A specimen is a file with records, of some of which there are older copies.
type specimen struct {
	file    []byte
	records map[uint64]Record
	last    Record // was deleted last: the meta page before the newest one still has it
}

func newSpecimen(t testing.TB) specimen {
	t.Helper()
	s := openAt(t, t.TempDir(), Options{})
	sp := specimen{records: make(map[uint64]Record)}
	for id := uint64(1); id < 40; id++ {
		r := recordOf(id, int(id%4)*8000+int(id))
		sp.records[id] = r
		add(t, s, r)
	}
	for id := uint64(1); id < 40; id += 5 {
		sp.last = sp.records[id]
		delete(sp.records, id)
		if err := s.Delete([]uint64{id}); err != nil {
			t.Fatal(err)
		}
	}
	closeIt(t, s)
	var err error
	if sp.file, err = os.ReadFile(s.path); err != nil {
		t.Fatal(err)
	}
	return sp
}

// An outcome is what became of a specimen that was damaged.
type outcome int

const (
	opened outcome = iota
	movedAside
	refused
)

// open opens a file, which must not be lost whatever is wrong with it, and checks
// the records that are there. It returns how many these are.
func (sp specimen) open(t testing.TB, file []byte) (outcome, int) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	writeFile(t, path, file)
	s, err := Options{}.Open(dir)
	var d *DamagedError
	switch {
	case s == nil:
		if !errors.Is(err, ErrForeign) {
			t.Fatal(err)
		}
		wantFile(t, path, file)
		return refused, 0
	case errors.As(err, &d):
		wantFile(t, d.Aside, file)
		sound := sp.wantOld(t, s)
		if sound > 0 { // something led to them, and so to their number
			sp.wantSound(t, s)
		}
		add(t, s, recordOf(100, 100))
		closeIt(t, s)
		if _, err := openAt(t, dir, Options{}).Body(100); err != nil {
			t.Error(err)
		}
		return movedAside, sound
	case err != nil:
		t.Fatal(err)
	}
	defer closeIt(t, s)
	return opened, sp.wantSound(t, s)
}

// wantSound checks that no record is another one than it was, and that all are
// there or counted.
func (sp specimen) wantSound(t testing.TB, s *Spool) (sound int) {
	t.Helper()
	sound = sp.wantOld(t, s)
	if all := sound + s.Damaged(); all < len(sp.records) {
		t.Errorf("%d records are sound and %d damaged, of %d", sound, s.Damaged(), len(sp.records))
	}
	return sound
}

// wantOld checks that no record is another one than it was.
func (sp specimen) wantOld(t testing.TB, s *Spool) (sound int) {
	t.Helper()
	for h := range s.Headers() {
		body, err := s.Body(h.ID)
		if errors.Is(err, ErrDamaged) {
			if _, again := s.Body(h.ID); !errors.Is(again, ErrMissing) {
				t.Errorf("record %d is damaged, then got %v, want %v", h.ID, again, ErrMissing)
			}
			continue
		}
		if want := sp.record(h.ID); err != nil || !sameRecord(Record{h, body}, want) {
			t.Errorf("record %d: got %+v with %d bytes, %v; want %+v", h.ID, h, len(body), err, want.Header)
		}
		sound++
	}
	return sound
}

// record returns what a record was, if it was there not long ago.
func (sp specimen) record(id uint64) Record {
	if id == sp.last.ID {
		return sp.last
	}
	return sp.records[id]
}

func writeFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func wantFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("file %s is not what it was (%d bytes, want %d): %v", path, len(got), len(content), err)
	}
}
