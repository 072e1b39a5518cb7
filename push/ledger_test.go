package push

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push/internal/pushtest"
)

// A shelf is a ledger under test with what it writes.
type shelf struct {
	*Ledger
	path     string
	log      *pushtest.Log
	registry *prometheus.Registry
}

// openShelf opens the ledger at path, which must go well.
func openShelf(t testing.TB, path string) *shelf {
	t.Helper()
	s, err := tryShelf(t, path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryShelf(t testing.TB, path string) (*shelf, error) {
	t.Helper()
	s := &shelf{path: path, log: new(pushtest.Log), registry: prometheus.NewRegistry()}
	var err error
	s.Ledger, err = OpenLedger(path, s.log.Logger())
	if err == nil {
		s.Register(s.registry)
		t.Cleanup(func() { _ = s.Close(context.Background()) })
	}
	return s, err
}

func (s *shelf) shut(t testing.TB) {
	t.Helper()
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// wantFile checks the groups' instances in the file, as the next start sees them.
func (s *shelf) wantFile(t testing.TB, want ...string) {
	t.Helper()
	text, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	records, err := decodeLedger(s.path, text)
	if err != nil {
		t.Fatal(err)
	}
	read := &Ledger{records: records}
	if diff := cmp.Diff(want, instances(read.Entries())); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

func (s *shelf) wantLog(t testing.TB, text string, want int) {
	t.Helper()
	s.log.Want(t, text, want)
}

// wantCount checks a metric without labels.
func (s *shelf) wantCount(t testing.TB, metric string, want float64) {
	t.Helper()
	pushtest.WantCount(t, s.registry, metric, "", want)
}

func instances(entries []Entry) (names []string) {
	for _, e := range entries {
		names = append(names, e.Group.Get("instance"))
	}
	return names
}

func statePath(t testing.TB) string { return filepath.Join(t.TempDir(), "state") }

func entryOf(instance string) Entry {
	return Entry{URL: "http://gw:9091", Group: groupOf(instance), Owner: groupOf(instance)}
}

func TestLedgerRemembers(t *testing.T) {
	path := statePath(t)
	awkward := Entry{
		URL:   "https://gw.example:9091/prefix",
		Group: convert.LabelsOf(map[string]string{"job": "a/b", "instance": "é\n\"<&>\u2028", "z": "=,{}"}),
		Owner: groupOf("b"),
	}
	want := []Entry{entryOf("a"), entryOf("b"), awkward}
	s := openShelf(t, path)
	s.Remember(t.Context(), awkward, entryOf("b"), entryOf("a"))
	s.shut(t)

	s = openShelf(t, path)
	if diff := cmp.Diff(want, s.Entries()); diff != "" {
		t.Errorf("entries after a restart (-want +got):\n%s", diff)
	}
	s.wantLog(t, "level", 0)
}

// TestLedgerIsDurable: the file has an entry as soon as Remember returns, and
// lacks it soon after Forget.
func TestLedgerIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		s.Remember(t.Context(), entryOf("a"))
		s.wantFile(t, "a")
		s.Remember(t.Context(), entryOf("b"))
		s.wantFile(t, "a", "b")
		s.Forget("http://gw:9091", groupOf("a"))
		s.wantFile(t, "a", "b")
		s.Remember(t.Context(), entryOf("c"))
		s.wantFile(t, "b", "c")
		s.Forget("http://gw:9091", groupOf("b"))
		s.Forget("http://other:9091", groupOf("c"))
		s.shut(t)
		s.wantFile(t, "c")
	})
}

func TestLedgerForgetsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		s.Remember(t.Context(), entryOf("a"), entryOf("b"))
		s.Forget("http://gw:9091", groupOf("a"))
		<-time.After(ledgerLag)
		synctest.Wait()
		s.wantFile(t, "b")
	})
}

// TestLedgerOwner: who makes a group may change, and is part of what must be
// known.
func TestLedgerOwner(t *testing.T) {
	path := statePath(t)
	s := openShelf(t, path)
	e := entryOf("a")
	s.Remember(t.Context(), e)
	e.Owner = groupOf("other")
	s.Remember(t.Context(), e)
	unknown := e
	unknown.Owner = nil
	s.Remember(t.Context(), unknown)
	own := Entry{URL: e.URL, Group: groupOf("b")}
	s.Remember(t.Context(), own)
	s.shut(t)
	s = openShelf(t, path)
	own.Owner = own.Group
	if diff := cmp.Diff([]Entry{e, own}, s.Entries()); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// TestLedgerWritesOnlyNews: a group that is known costs no write.
func TestLedgerWritesOnlyNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		s.Remember(t.Context(), entryOf("a"))
		before := fileInfo(t, s.path)
		s.Remember(t.Context(), entryOf("a"))
		s.Remember(t.Context())
		s.Forget("http://gw:9091", groupOf("unknown"))
		s.shut(t)
		if !os.SameFile(before, fileInfo(t, s.path)) {
			t.Error("the file was written anew, without a change")
		}
	})
}

func fileInfo(t testing.TB, path string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestLedgerGroupCommit: what comes while a write is under way shares the next
// one.
func TestLedgerGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		writes := 0
		begun, goOn := make(chan struct{}), make(chan struct{})
		s.file.sync = func(f *os.File) error {
			if f.Name() == filepath.Dir(s.path) {
				return nil
			}
			if writes++; writes == 1 {
				close(begun)
				<-goOn
			}
			return nil
		}
		var group sync.WaitGroup
		group.Go(func() { s.Remember(t.Context(), entryOf("first")) })
		<-begun
		for i := range 100 {
			round := s.add([]Entry{entryOf(fmt.Sprint(i))})
			group.Go(func() { s.await(t.Context(), round) })
		}
		close(goOn)
		group.Wait()
		if writes != 2 {
			t.Errorf("got %d writes, want 2", writes)
		}
		if got := len(s.Entries()); got != 101 {
			t.Errorf("got %d entries, want 101", got)
		}
	})
}

// TestLedgerWritesTogether: what comes in one call is in one write, also where
// the writer has nothing else to do.
func TestLedgerWritesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		var writes atomic.Int64
		s.file.sync = func(f *os.File) error {
			if f.Name() != filepath.Dir(s.path) {
				writes.Add(1)
			}
			return nil
		}
		var entries []Entry
		for i := range 10_000 {
			entries = append(entries, entryOf(fmt.Sprint(i)))
		}
		s.Remember(t.Context(), entries...)
		if got := writes.Load(); got != 1 {
			t.Errorf("got %d writes, want 1", got)
		}
	})
}

// TestLedgerBounds: a ledger never grows to what the next start would not read.
func TestLedgerBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		s.mu.Lock()
		s.bytes = maxLedgerBytes - 100
		s.mu.Unlock()
		for i := range 3 {
			s.Remember(t.Context(), entryOf(fmt.Sprint(i)))
		}
		s.wantFile(t, "0")
		s.wantLog(t, "state file is full", 1)
		s.wantCount(t, "promferry_state_groups_dropped_total", 2)
		s.Forget("http://gw:9091", groupOf("0"))
		s.Remember(t.Context(), entryOf("1"))
		s.wantFile(t, "1")
		s.wantCount(t, "promferry_state_groups", 1)
	})
}

// TestLedgerRefusesWhatIsNotPushed: a value that JSON cannot carry is one that no
// gateway is sent.
func TestLedgerRefusesWhatIsNotPushed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		s.Remember(t.Context(), entryOf("\xff"), entryOf("a"))
		s.wantFile(t, "a")
	})
}

func TestLedgerNil(t *testing.T) {
	var l *Ledger
	l.Remember(t.Context(), entryOf("a"))
	l.Forget("http://gw:9091", groupOf("a"))
	if got := l.Entries(); got != nil {
		t.Errorf("got %v, want nothing", got)
	}
	if err := l.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
