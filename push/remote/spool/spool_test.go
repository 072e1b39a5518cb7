package spool

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// openAt opens a spool that is closed at the end of the test.
func openAt(t testing.TB, dir string, options Options) *Spool {
	t.Helper()
	s, err := options.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// recordOf makes a record with a body of its own.
func recordOf(id uint64, size int) Record {
	body := make([]byte, size)
	source := rand.NewChaCha8([32]byte{byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)})
	_, _ = source.Read(body)
	return Record{Header{ID: id, Target: fmt.Sprintf("job\xff%d", id%7), Time: int64(id) - 3, Samples: int(id % 10), Plain: 3 * size, Size: size}, body}
}

func recordsOf(from, to uint64, size int) (records []Record) {
	for id := from; id < to; id++ {
		records = append(records, recordOf(id, size))
	}
	return records
}

func add(t testing.TB, s *Spool, records ...Record) {
	t.Helper()
	if err := s.Append(records); err != nil {
		t.Fatal(err)
	}
}

func closeIt(t testing.TB, s *Spool) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// wantRecords checks all that is in the spool.
func wantRecords(t testing.TB, s *Spool, want ...Record) {
	t.Helper()
	var got []Record
	for h := range s.Headers() {
		body, err := s.Body(h.ID)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, Record{h, body})
	}
	if !slices.EqualFunc(want, got, sameRecord) {
		t.Errorf("got %d records, want %d, or they differ", len(got), len(want))
	}
}

func sameRecord(a, b Record) bool { return a.Header == b.Header && bytes.Equal(a.Body, b.Body) }

func idsOf(s *Spool) (ids []uint64) {
	for h := range s.Headers() {
		ids = append(ids, h.ID)
	}
	return ids
}

// TestSpoolKeepsRecords: what is put in comes out, after a restart, too.
func TestSpoolKeepsRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir, Options{})
	var all []Record
	for i, size := range []int{0, 1, pieceSize - 1, pieceSize, pieceSize + 1, 50_000, 1 << 20, 3} {
		all = append(all, recordOf(uint64(i+1)<<uint(8*i), size))
	}
	all[2].Target, all[3].Target = "", string(bytes.Repeat([]byte{0}, MaxTarget))
	all[3].Time = -1
	add(t, s, all[:5]...)
	add(t, s, all[5:]...)
	wantRecords(t, s, all...)
	closeIt(t, s)
	closeIt(t, s)
	s = openAt(t, dir, Options{})
	wantRecords(t, s, all...)
	if err := s.Delete([]uint64{all[0].ID, 77, all[5].ID, all[7].ID}); err != nil {
		t.Fatal(err)
	}
	left := slices.Concat(all[1:5], all[6:7])
	wantRecords(t, s, left...)
	if body, err := s.Body(all[0].ID); !errors.Is(err, ErrMissing) || body != nil {
		t.Errorf("got %d bytes and %v of a record that is deleted, want %v", len(body), err, ErrMissing)
	}
	closeIt(t, s)
	wantRecords(t, openAt(t, dir, Options{}), left...)
}

// TestSpoolManyHeaders: more than are read at once, and the caller may delete
// meanwhile.
func TestSpoolManyHeaders(t *testing.T) {
	t.Parallel()
	s := openAt(t, t.TempDir(), Options{})
	add(t, s, recordsOf(0, 3*headersAtOnce+1, 10)...)
	add(t, s, recordOf(1<<64-1, 10))
	seen := 0
	for h := range s.Headers() {
		if h.ID != uint64(seen) && h.ID != 1<<64-1 {
			t.Fatalf("got record %d after %d others", h.ID, seen)
		}
		seen++
		if err := s.Delete([]uint64{h.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if want := 3*headersAtOnce + 2; seen != want {
		t.Errorf("got %d headers, want %d", seen, want)
	}
	wantRecords(t, s)
	for range s.Headers() {
		t.Error("a header of a spool that is empty")
	}
	if used := s.Used(); used > smallest*pageSize {
		t.Errorf("an empty spool uses %d bytes, want at most %d", used, smallest*pageSize)
	}
}

// TestSpoolRefuses: what cannot be added changes nothing, and is no trouble for
// others.
func TestSpoolRefuses(t *testing.T) {
	t.Parallel()
	s := openAt(t, t.TempDir(), Options{MaxSize: 2 << 20})
	add(t, s, recordOf(5, 100))
	check := func(want error, records ...Record) {
		t.Helper()
		if err := s.Append(records); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		wantRecords(t, s, recordOf(5, 100))
	}
	check(ErrTaken, recordOf(4, 10), recordOf(5, 10))
	check(ErrTaken, recordOf(6, 10), recordOf(6, 11))
	check(ErrTooLarge, recordOf(6, 10), Record{Header: Header{ID: 7, Target: string(make([]byte, MaxTarget+1))}})
	check(ErrTooLarge, recordOf(6, 2<<20))
	check(nil)
	if err := s.Delete(nil); err != nil {
		t.Error(err)
	}
	closeIt(t, s)
	if err := s.Append(recordsOf(6, 7, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v from a spool that is closed, want %v", err, ErrClosed)
	}
	if _, err := s.Body(5); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v from a spool that is closed, want %v", err, ErrClosed)
	}
	if ids := idsOf(s); ids != nil {
		t.Errorf("got records %v from a spool that is closed", ids)
	}
}

// TestSpoolConcurrent: callers share transactions, but not their errors.
func TestSpoolConcurrent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir, Options{MaxSize: 64 << 20})
	add(t, s, recordOf(0, 10))
	const callers, rounds = 8, 20
	var group sync.WaitGroup
	for c := range uint64(callers) {
		group.Go(func() {
			for i := range uint64(rounds) {
				id := 1 + i*callers + c
				if err := s.Append([]Record{recordOf(id, int(500*c))}); err != nil {
					t.Error(err)
				}
				if err := s.Append([]Record{recordOf(1<<40+id, 3), recordOf(0, 10)}); !errors.Is(err, ErrTaken) {
					t.Errorf("got %v, want %v", err, ErrTaken)
				}
				body, err := s.Body(id)
				if err != nil || !bytes.Equal(body, recordOf(id, int(500*c)).Body) {
					t.Errorf("record %d: got %d bytes, %v", id, len(body), err)
				}
				if i%2 == 1 {
					err = s.Delete([]uint64{id})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	want := 1 + callers*rounds/2
	if got := len(idsOf(s)); got != want {
		t.Errorf("got %d records, want %d", got, want)
	}
	closeIt(t, s)
	if got := len(idsOf(openAt(t, dir, Options{}))); got != want {
		t.Errorf("got %d records after a restart, want %d", got, want)
	}
}

// TestSpoolClosedInUse: whoever is in the middle of something is waited for, and
// whoever comes later is told.
func TestSpoolClosedInUse(t *testing.T) {
	t.Parallel()
	for range 10 {
		s := openAt(t, t.TempDir(), Options{})
		add(t, s, recordsOf(0, 20, 3000)...)
		var group, begun sync.WaitGroup
		begun.Add(4)
		use := func(do func(id uint64) error) {
			group.Go(func() {
				err := do(100)
				begun.Done()
				for id := uint64(101); err == nil; id++ {
					err = do(id)
				}
				if !errors.Is(err, ErrClosed) {
					t.Errorf("got %v, want %v", err, ErrClosed)
				}
			})
		}
		for range 2 {
			use(func(id uint64) error { _, err := s.Body(id % 20); return err })
		}
		use(func(id uint64) error { return s.Append([]Record{recordOf(id, 3000)}) })
		use(func(id uint64) error { return s.Delete([]uint64{id - 1}) })
		begun.Wait()
		closeIt(t, s)
		group.Wait()
	}
}
