package push

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/promferry/promferry/push/internal/pushtest"
)

// ledgerChild is the variable that makes the test binary a process that writes
// the ledger of that path until it is killed.
const ledgerChild = "PROMFERRY_TEST_LEDGER"

// writeLedger remembers groups from several goroutines, and forgets some of
// them, and says on standard output what it did. It never returns.
func writeLedger(path string) {
	l, err := OpenLedger(path, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			for {
				name := fmt.Sprintf("%d-%d", os.Getpid(), rand.Uint64())
				l.Remember(context.Background(), entryOf(name))
				switch {
				case rand.IntN(4) == 0:
					fmt.Println("forgets", name)
					l.Forget(entryOf("").URL, groupOf(name))
				case l.has(entryOf(name)):
					fmt.Println("remembers", name)
				}
			}
		})
	}
	group.Wait()
}

// has tells whether the file has an entry for sure: Remember waits for a slow disk
// no longer than a push may.
func (l *Ledger) has(e Entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, known := l.records[e.key()]
	return known && r.round <= l.ended && l.failing == nil
}

// TestLedgerKill9: a process that is killed at any moment leaves a file that the
// next one takes as it is, with all that it was told to be there (faults P7, H1,
// K-soak2).
func TestLedgerKill9(t *testing.T) {
	const kills = 200
	path := statePath(t)
	all := 0
	for range kills {
		told := killWriter(t, path)
		s := openShelf(t, path)
		s.wantLog(t, "level", 0)
		wantNoOthers(t, path)
		have := make(map[string]bool)
		for _, name := range instances(s.Entries()) {
			have[name] = true
		}
		for _, name := range told {
			if !have[name] {
				t.Fatalf("group %s is not in the file, although it was told to be", name)
			}
			s.Forget(entryOf("").URL, groupOf(name)) // the file must not grow for 200 rounds
		}
		s.shut(t)
		all += len(told)
	}
	if all < kills/4 {
		t.Errorf("only %d groups were remembered before %d kills: too few to say something", all, kills)
	}
}

// killWriter starts a writer, kills it soon after its first word, and returns
// the groups that it said to be remembered.
func killWriter(t *testing.T, path string) (told []string) {
	t.Helper()
	pushtest.KillSoon(t, []string{ledgerChild + "=" + path}, 20*time.Millisecond, func(line string) {
		what, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "remembers":
			told = append(told, name)
		case "error":
			t.Errorf("a restart failed: %s", name)
		}
	})
	return told
}
