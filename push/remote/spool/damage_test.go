package spool

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

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
	writeFile(t, filepath.Join(dir, FileName), file)
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
	saved := 0
	for at := 0; at < len(sp.file); at += pageSize {
		file := bytes.Clone(sp.file)
		clear(file[at : at+pageSize])
		how, sound := sp.open(t, file)
		outcomes[how]++
		if how == movedAside && sound >= len(sp.records)-5 {
			saved++
		}
		how, _ = sp.open(t, sp.file[:at])
		outcomes[how]++
		how, _ = sp.open(t, sp.file[:at+pageSize/3])
		outcomes[how]++
	}
	if outcomes[opened] == 0 || outcomes[movedAside] == 0 {
		t.Errorf("got %d opened, %d moved aside, %d refused; want some of the first two", outcomes[opened], outcomes[movedAside], outcomes[refused])
	}
	if saved < 10 {
		t.Errorf("nearly all was saved %d times: too seldom, as most pages have a record or two", saved)
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
	for i := range 150 {
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
	if outcomes[opened] < 20 || outcomes[movedAside] < 20 {
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
	writeFile(t, filepath.Join(dir, FileName), sp.file)
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
	again, err := Options{}.Open(dir)
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
