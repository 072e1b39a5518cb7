package push

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
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
				if rand.IntN(4) == 0 {
					fmt.Println("forgets", name)
					l.Forget(entryOf("").URL, groupOf(name))
				} else {
					fmt.Println("remembers", name)
				}
			}
		})
	}
	group.Wait()
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
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ledgerChild+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var killer *time.Timer
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // a line without its end was cut off by the kill
		}
		if err != nil {
			t.Fatal(err)
		}
		if killer == nil {
			killer = time.AfterFunc(rand.N(20*time.Millisecond), func() { _ = cmd.Process.Kill() })
		}
		what, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "remembers":
			told = append(told, name)
		case "error":
			t.Errorf("a restart failed: %s", name)
		}
	}
	_ = cmd.Wait()
	return told
}
