package spool

import (
	"errors"
	"math/rand/v2"
	"os"
	"testing"
)

// TestSpoolStaysWithinLimit: whatever the sizes are, and however often it was
// full, the file is within its limit, and the records fill most of it.
func TestSpoolStaysWithinLimit(t *testing.T) {
	t.Parallel()
	const limit = 4 << 20
	s := openAt(t, t.TempDir(), Options{MaxSize: limit})
	random := rand.New(rand.NewPCG(1, 2))
	var kept []Header
	var bytes, least int64 = 0, limit
	for id := uint64(1); id < 2000; id++ {
		r := recordOf(id, random.IntN(1<<random.IntN(18)))
		err := s.Append([]Record{r})
		for errors.Is(err, ErrFull) {
			least = min(least, bytes)
			bytes -= int64(kept[0].Size)
			if err := s.Delete([]uint64{kept[0].ID}); err != nil {
				t.Fatal(err)
			}
			kept = kept[1:]
			err = s.Append([]Record{r})
		}
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, r.Header)
		bytes += int64(r.Size)
		wantWithin(t, s, limit)
	}
	if least < limit/2 {
		t.Errorf("it was full with %d bytes of bodies, of a limit of %d", least, limit)
	}
	if got := idsOf(s); len(got) != len(kept) || got[0] != kept[0].ID {
		t.Errorf("got %d records from %d on, want %d from %d on", len(got), got[0], len(kept), kept[0].ID)
	}
	t.Logf("full with at least %d %% in bodies", 100*least/limit)
}

func wantWithin(t testing.TB, s *Spool, limit int64) {
	t.Helper()
	info, err := os.Stat(s.path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > limit || s.Size() != info.Size() || s.Used() > s.Size() {
		t.Fatalf("file has %d bytes, is said to have %d, used %d, limit %d", info.Size(), s.Size(), s.Used(), limit)
	}
}

// TestSpoolFullDeletesAnything: a spool that is full has room to delete, also
// records that are not neighbours.
func TestSpoolFullDeletesAnything(t *testing.T) {
	t.Parallel()
	const limit = 16 << 20
	s := openAt(t, t.TempDir(), Options{MaxSize: limit})
	var err error
	id := uint64(0)
	for ; err == nil; id++ {
		err = s.Append([]Record{recordOf(id, 2000+int(id%5)*3000)})
	}
	if !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	var odd, even []uint64
	for i := uint64(0); i < id-1; i += 2 {
		odd, even = append(odd, i+1), append(even, i)
	}
	for _, ids := range [][]uint64{odd, even} {
		if err := s.Delete(ids); err != nil {
			t.Fatal(err)
		}
		wantWithin(t, s, limit)
	}
	wantRecords(t, s)
	if s.Used() > smallest*pageSize {
		t.Errorf("an empty spool uses %d bytes", s.Used())
	}
	lowerLimit(t, s, id)
	s.SetMaxSize(2 << 20) // less than the file has
	for err = nil; err == nil; id++ {
		err = s.Append([]Record{recordOf(id, 10_000)})
	}
	if !errors.Is(err, ErrFull) || s.Used() > 2<<20 {
		t.Errorf("got %v with %d bytes in use, want %v", err, s.Used(), ErrFull)
	}
}

// TestSpoolDeleteDoesNotGrow: what deletions may need is not taken from the disk
// for all of them at once, whether they are neighbours or not.
func TestSpoolDeleteDoesNotGrow(t *testing.T) {
	t.Parallel()
	for step := range 3 {
		s := openAt(t, t.TempDir(), Options{})
		add(t, s, recordsOf(0, 3000, 1000)...)
		before := s.Size()
		ids := idsOf(s)
		for from := range step + 1 {
			var some []uint64
			for i := from; i < len(ids); i += step + 1 {
				some = append(some, ids[i])
			}
			if err := s.Delete(some); err != nil {
				t.Fatal(err)
			}
		}
		wantRecords(t, s)
		if grown := s.Size() - before; grown > 2*deletionPages*pageSize {
			t.Errorf("the file has %d bytes more than the %d before", grown, before)
		}
	}
}

// lowerLimit deletes from a spool that has twice as much as it may have.
func lowerLimit(t testing.TB, s *Spool, id uint64) {
	t.Helper()
	var err error
	first := id
	for ; err == nil; id++ {
		err = s.Append([]Record{recordOf(id, 100_000)})
	}
	s.SetMaxSize(s.Used() / 2)
	for first < id {
		if err := s.Append([]Record{recordOf(id, 1)}); !errors.Is(err, ErrFull) && s.Used() > 8<<20 {
			t.Fatalf("got %v with %d bytes in use, want %v", err, s.Used(), ErrFull)
		}
		if err := s.Delete([]uint64{first, id}); err != nil {
			t.Fatal(err)
		}
		first++
	}
	wantRecords(t, s)
}
