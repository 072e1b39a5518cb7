package spool

import (
	"bytes"
	"errors"
	"math/rand/v2"
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
	path := filepath.Join(dir, fileName)
	writeFile(t, path, file)
	s, err := Open(dir)
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
		add(t, s, recordOf(1, 100))
		wantRecords(t, s, recordOf(1, 100))
		closeIt(t, s)
		return movedAside, 0
	case err != nil:
		t.Fatal(err)
	}
	defer closeIt(t, s)
	return opened, sp.wantSound(t, s)
}

// wantSound checks that no record is another one than it was.
func (sp specimen) wantSound(t testing.TB, s *Spool) (sound int) {
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
	if all := sound + s.Damaged(); all < len(sp.records) {
		t.Errorf("%d records are sound and %d damaged, of %d", sound, s.Damaged(), len(sp.records))
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

// TestSpoolBodyDamaged (H7): of a file in which bodies are damaged all others are
// kept.
func TestSpoolBodyDamaged(t *testing.T) {
	t.Parallel()
	sp := newSpecimen(t)
	file := bytes.Clone(sp.file)
	damaged := 0
	for id, r := range sp.records {
		if id%3 == 0 && r.Size > 100 {
			damaged++
			for rest := file; ; {
				at := bytes.Index(rest, r.Body[:50])
				if at < 0 {
					break
				}
				rest[at+20] ^= 1
				rest = rest[at+50:]
			}
		}
	}
	if how, sound := sp.open(t, file); how != opened || sound != len(sp.records)-damaged || damaged < 5 {
		t.Errorf("got %d with %d records, want %d with %d, as %d are damaged", how, sound, opened, len(sp.records)-damaged, damaged)
	}
}

// TestSpoolHeaderDamaged: a record without its header is gone, and counted.
func TestSpoolHeaderDamaged(t *testing.T) {
	t.Parallel()
	sp := newSpecimen(t)
	file := bytes.Clone(sp.file)
	header := appendHeader(nil, sp.records[7].Header, 0)
	for rest := file; ; {
		at := bytes.Index(rest, header[8:40])
		if at < 0 {
			break
		}
		rest[at+3] ^= 0x80
		rest = rest[at+32:]
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, fileName), file)
	s := openAt(t, dir, Options{})
	if s.Damaged() != 1 {
		t.Errorf("got %d damaged records, want 1", s.Damaged())
	}
	if sound := sp.wantSound(t, s); sound != len(sp.records)-1 {
		t.Errorf("got %d records, want %d", sound, len(sp.records)-1)
	}
	if _, err := s.Body(7); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v, want %v", err, ErrMissing)
	}
}

// TestSpoolPagesDamaged (H7): whichever page is zeroed, or missing with all that
// is behind it, the start is not lost, and no record is wrong.
func TestSpoolPagesDamaged(t *testing.T) {
	t.Parallel()
	sp := newSpecimen(t)
	var outcomes [3]int
	for at := 0; at < len(sp.file); at += pageSize {
		file := bytes.Clone(sp.file)
		clear(file[at : at+pageSize])
		how, _ := sp.open(t, file)
		outcomes[how]++
		how, _ = sp.open(t, sp.file[:at])
		outcomes[how]++
		how, _ = sp.open(t, sp.file[:at+pageSize/3])
		outcomes[how]++
	}
	if outcomes[opened] == 0 || outcomes[movedAside] == 0 {
		t.Errorf("got %d opened, %d moved aside, %d refused; want some of the first two", outcomes[opened], outcomes[movedAside], outcomes[refused])
	}
	file := bytes.Clone(sp.file)
	clear(file[:2*pageSize])
	if how, _ := sp.open(t, file); how != movedAside {
		t.Errorf("got %d without both meta pages, want %d", how, movedAside)
	}
}

// TestSpoolBitsFlipped (H7): as above, with one bit and with many.
func TestSpoolBitsFlipped(t *testing.T) {
	t.Parallel()
	sp := newSpecimen(t)
	random := rand.New(rand.NewPCG(3, 4))
	var outcomes [3]int
	for i := range 300 {
		file := bytes.Clone(sp.file)
		for range 1 + i%3*40 {
			at := random.IntN(len(file))
			if i%2 == 0 { // where a page's head and its keys are
				at = at/pageSize*pageSize + random.IntN(400)
			}
			file[at] ^= 1 << random.IntN(8)
		}
		how, _ := sp.open(t, file)
		outcomes[how]++
	}
	if outcomes[opened] < 50 || outcomes[movedAside] < 50 {
		t.Errorf("got %d opened, %d moved aside, %d refused; want many of the first two", outcomes[opened], outcomes[movedAside], outcomes[refused])
	}
}

// TestSpoolDamagedInUse: a file that somebody cuts off or overwrites while it is
// in use makes errors, and the next Open finds what there is.
func TestSpoolDamagedInUse(t *testing.T) {
	t.Parallel()
	sp := newSpecimen(t)
	for at := 0; at < len(sp.file); at += pageSize {
		sp.hurt(t, func(f *os.File) error { return f.Truncate(int64(at)) })
		sp.hurt(t, func(f *os.File) error { _, err := f.WriteAt(make([]byte, pageSize), int64(at)); return err })
		sp.hurt(t, func(f *os.File) error {
			_, err := f.WriteAt(bytes.Repeat([]byte{0xff}, pageSize-8), int64(at)+8)
			return err
		})
	}
	sp.hurt(t, func(f *os.File) error { _, err := f.WriteAt(make([]byte, 2*pageSize), 0); return err })
}

// hurt does something to a file in use, and then uses it.
func (sp specimen) hurt(t *testing.T, do func(*os.File) error) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, fileName), sp.file)
	s := openAt(t, dir, Options{})
	f, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(do(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	for id, r := range sp.records {
		if body, err := s.Body(id); err == nil && !bytes.Equal(body, r.Body) {
			t.Errorf("record %d is wrong", id)
		}
	}
	for h := range s.Headers() {
		if h != sp.record(h.ID).Header {
			t.Errorf("got header %+v, want %+v", h, sp.records[h.ID].Header)
		}
	}
	added := s.Append([]Record{recordOf(100, 9000)})
	deleted := s.Delete([]uint64{2, 3, 30})
	_ = s.Close() // whatever it says, the file is free then
	again, err := Open(dir)
	if again == nil {
		if !errors.Is(err, ErrForeign) {
			t.Fatal(err)
		}
		return
	}
	defer closeIt(t, again)
	if err != nil || added != nil || deleted != nil {
		return
	}
	if body, err := again.Body(100); err == nil && !bytes.Equal(body, recordOf(100, 9000).Body) {
		t.Error("the record that was added is wrong")
	}
}
