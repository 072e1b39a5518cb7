package spool

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promferry/promferry/push/internal/pushtest"
)

// writeUntilKilled appends and deletes from several goroutines, and says on
// standard output what it did. Its spool is so small that it is often full.
func writeUntilKilled(dir string) error {
	s, err := Options{MaxSize: 4 << 20}.Open(dir)
	if err != nil {
		return err
	}
	var next atomic.Uint64
	for h := range s.Headers() {
		next.Store(h.ID)
	}
	failed := make(chan error)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { failed <- writeSome(s, &next) })
	}
	return <-failed
}

func writeSome(s *Spool, next *atomic.Uint64) error {
	var mine []uint64
	for {
		id := next.Add(1)
		err := s.Append([]Record{recordOf(id, rand.IntN(60_000))})
		if err == nil {
			fmt.Println("added", id)
			mine = append(mine, id)
		} else if !errors.Is(err, ErrFull) {
			return err
		}
		if len(mine) < 10 && err == nil {
			continue
		}
		n := (len(mine) + 1) / 2
		fmt.Println("deletes", mine[:n])
		if err := s.Delete(mine[:n]); err != nil {
			return err
		}
		fmt.Println("deleted", mine[:n])
		mine = mine[n:]
	}
}

// TestSpoolKill9: a process that is killed at any moment leaves a file that the
// next one takes as it is, with all that it was told to be there, and nothing
// that it was told to be gone (faults P7, H1, K-soak2).
func TestSpoolKill9(t *testing.T) {
	t.Parallel()
	const kills = 40
	dir := t.TempDir()
	killed, all := 0, 0
	for ; killed < kills || all < 2*kills && killed < 10*kills; killed++ { // more of them where the disk is slow
		told := killWriter(t, dir)
		s, err := Options{}.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		all += told.check(t, s)
		if err := s.Delete(idsOf(s)); err != nil {
			t.Fatal(err)
		}
		closeIt(t, s)
	}
	if all < 2*kills {
		t.Errorf("only %d records were added and deleted before %d kills: too few to say something", all, killed)
	}
}

// words are, by record, the last one that a writer gave about a record.
type words map[uint64]string

// check returns how many records there was something to say about.
func (w words) check(t testing.TB, s *Spool) int {
	t.Helper()
	have := make(map[uint64]bool)
	for h := range s.Headers() {
		body, err := s.Body(h.ID)
		if err != nil || !bytes.Equal(body, recordOf(h.ID, h.Size).Body) {
			t.Errorf("record %d: %d bytes, %v", h.ID, len(body), err)
		}
		have[h.ID] = true
	}
	for id, word := range w {
		if word == "added" && !have[id] {
			t.Errorf("record %d is not there, although it was told to be", id)
		}
		if word == "deleted" && have[id] {
			t.Errorf("record %d is there, although it was told to be deleted", id)
		}
	}
	if s.Damaged() > 0 {
		t.Errorf("%d records are damaged", s.Damaged())
	}
	return len(w)
}

// killWriter starts a writer, kills it soon after its first word, and returns
// what it said.
func killWriter(t *testing.T, dir string) words {
	t.Helper()
	told := make(words)
	pushtest.KillSoon(t, []string{childDir + "=" + dir, childRole + "=write"}, 50*time.Millisecond, func(line string) {
		word, ids, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "error" {
			t.Fatal(ids)
		}
		for id := range strings.FieldsSeq(strings.Trim(ids, "[]")) {
			n, err := strconv.ParseUint(id, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			told[n] = word
		}
	})
	return told
}
