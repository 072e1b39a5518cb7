package relay

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"

	"github.com/promferry/promferry/convert"
)

// A shelf is a store without a network: it remembers which batches it got.
type shelf struct {
	began time.Time     // of the bubble
	disk  chan struct{} // nil: commits do not wait; else until it is closed

	mu        sync.Mutex
	committed []string
	samples   []string // as in the text format, with their times since the bubble began
	discarded int
	open      int // batches that nobody has ended yet
}

func (w *world) newShelf() *shelf { return &shelf{began: time.Now()} }

func (s *shelf) Begin(target string, at time.Time) StoreBatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	return &shelfBatch{shelf: s, target: target, at: at}
}

type shelfBatch struct {
	*shelf
	target string
	at     time.Time
	body   []byte
}

func (b *shelfBatch) Rules() []*relabel.Config { return nil }

func (b *shelfBatch) Append(encoded []byte, _ int)      { b.body = append(b.body, encoded...) }
func (b *shelfBatch) AppendTimed(encoded []byte, _ int) { b.body = append(b.body, encoded...) }

func (b *shelfBatch) Commit() {
	if b.disk != nil {
		<-b.disk
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open--
	b.samples = append(b.samples, b.text()...)
	b.committed = append(b.committed, fmt.Sprintf("%s at %v", instanceOf(b.target), b.at.Sub(b.began)))
}

func (b *shelfBatch) Discard() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open--
	b.discarded++
}

// text is what has been appended.
func (b *shelfBatch) text() (lines []string) {
	var request prompb.WriteRequest
	if err := request.Unmarshal(b.body); err != nil {
		return []string{err.Error()}
	}
	for _, series := range request.Timeseries {
		for _, s := range series.Samples {
			text := fmt.Sprint(s.Value)
			if value.IsStaleNaN(s.Value) {
				text = "stale"
			}
			lines = append(lines, fmt.Sprintf("%s %s %v", series.Labels[0].Value, text, time.UnixMilli(s.Timestamp).Sub(b.began)))
		}
	}
	return lines
}

// checkSamples expects these samples since the last call, in any order, but for
// those of reports other than up.
func (w *world) checkSamples(s *shelf, want ...string) {
	w.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	got := slices.DeleteFunc(s.samples, func(line string) bool { return strings.HasPrefix(line, "scrape_") })
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.Errorf("stored samples (-want +got):\n%s", cmp.Diff(want, got))
	}
	s.samples = nil
}

// instanceOf is all that tells the targets of these tests apart.
func instanceOf(key string) string {
	for _, instance := range []string{"i", "1", "2"} {
		if key == labelsOf(instance).Key() {
			return instance
		}
	}
	return key
}

func labelsOf(instance string) convert.Labels {
	return convert.Labels{{Name: "instance", Value: instance}, {Name: "job", Value: "j"}}
}

// take returns the batches since the last call: whose, and the time of the
// samples since the bubble began.
func (s *shelf) take() []string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.committed = nil }()
	return s.committed
}

// checkShelf expects these batches since the last call: those of a target in this
// order, while targets do not wait for each other.
func (w *world) checkShelf(s *shelf, want ...string) {
	w.Helper()
	got := s.take()
	byTarget := func(a, b string) int { return strings.Compare(targetOf(a), targetOf(b)) }
	slices.SortStableFunc(got, byTarget)
	slices.SortStableFunc(want, byTarget)
	if !slices.Equal(got, want) {
		w.Errorf("stored (-want +got):\n%s", cmp.Diff(want, got))
	}
}

// targetOf is the target in a line of take.
func targetOf(batch string) string {
	target, _, _ := strings.Cut(batch, " at ")
	return target
}

// storing is a target that goes to these stores alone.
func (w *world) storing(instance string, source sourceFunc, stores ...Store) *Target {
	t := w.target(instance, source)
	t.Gateways, t.Stores = nil, stores
	return t
}

func TestCycleGoesToGatewaysAndStores(t *testing.T) {
	inBubble(t, func(w *world) {
		one, two := w.newShelf(), w.newShelf()
		target := w.target("i", inTurn(exposes("a 1\n"), after(time.Second, refused), cutOff("a 1\n")))
		target.Stores = []Store{one, two}
		p := w.pool(target)
		w.once(p)
		pass(time.Minute)
		for range 2 {
			if err := p.Once(w.Context()); err == nil {
				t.Error("a scrape went well, want a failure")
			}
		}
		for _, s := range []*shelf{one, two} {
			w.checkShelf(s, "i at 0s", "i at 1m0s", "i at 1m1s")
			if s.discarded != 2 || s.open != 0 {
				t.Errorf("%d batches discarded and %d forgotten, want those of the two scrapes that failed", s.discarded, s.open)
			}
		}
		w.checkPushed(put+"a 1\n"+healthy(1), put+report(0, time.Second, 0, 0), put+report(0, 0, 0, 0))
	})
}

// A cycle that the end of the program ends leaves nothing.
func TestCycleThatIsStoppedIsNotStored(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		w.runFor(w.pool(w.storing("i", hangs, s)), 6*time.Second)
		w.checkShelf(s)
		if s.discarded != 1 || s.open != 0 {
			t.Errorf("%d batches discarded and %d forgotten, want that of the scrape discarded", s.discarded, s.open)
		}
	})
}

// P4: a disk that stalls holds up the targets that write to it, each in its
// cycle, but neither gateways nor other stores nor the workers of other targets.
func TestStoreThatStalls(t *testing.T) {
	inBubble(t, func(w *world) {
		stuck, fine := w.newShelf(), w.newShelf()
		stuck.disk = make(chan struct{})
		target := w.target("i", exposes("a 1\n"))
		target.Stores = []Store{stuck, fine}
		targets := []*Target{target, w.storing("1", exposes("a 1\n"), fine)}
		for n := range 5 {
			targets = append(targets, w.storing(fmt.Sprint("stuck-", n), exposes("a 1\n"), stuck))
		}
		p := NewPool(targets, Options{Workers: 1, Host: "host", Metrics: w.metrics})
		stop := w.running(p)
		pass(3 * time.Minute)
		w.checkPushed(put + "a 1\n" + healthy(1))
		if got := countOf(fine.take(), "i at"); got != 1 {
			t.Errorf("%d scrapes of the target at the other store, want its only one", got)
		}
		if got := w.metric("promferry_scrapes_total"); got < 12 {
			t.Errorf("%v scrapes ended, want those of the target without the disk", got)
		}
		if !p.Alive() {
			t.Error("the watchdog would end the process for a disk")
		}
		close(stuck.disk)
		pass(time.Minute)
		if got := countOf(stuck.take(), "i at"); got < 4 {
			t.Errorf("%d scrapes stored when the disk works again, want one each 15 s", got)
		}
		stop()
	})
}

// countOf counts the batches that begin so.
func countOf(batches []string, prefix string) (n int) {
	for _, b := range batches {
		if strings.HasPrefix(b, prefix) {
			n++
		}
	}
	return n
}

// What a store gets is what a Prometheus agent would send it.
func TestStoresGetTheSamples(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		early := fmt.Sprint(time.Now().Add(-time.Second).UnixMilli())
		target := w.storing("i", inTurn(exposes("a 1\nb 2\nc 3 "+early+"\n"), exposes("a 1\n"), cutOff("a 1\nb 1\n"), refused, exposes("b 1\nb 2\n")), s)
		target.HonorTimestamps = true
		target.KeepOnFailure = true // which is for gateways
		p := w.pool(target)
		for _, want := range [][]string{
			{"a 1 0s", "b 2 0s", "c 3 -1s", "up 1 0s"},
			{"a 1 15s", "b stale 15s", "up 1 15s"},
			{"a stale 30s", "up 0 30s"},
			{"up 0 45s"},
			{"b 1 1m0s", "up 1 1m0s"},
		} {
			_ = p.Once(w.Context())
			w.checkSamples(s, want...)
			pass(15 * time.Second)
		}
		for name, want := range map[string]float64{
			"promferry_samples_appended_total":            5,
			"promferry_stale_markers_total":               1,
			"promferry_remote_write_series_dropped_total": 1,
			"promferry_timestamps_stripped_total":         0,
		} {
			if got := w.metric(name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		if got := target.Status(); got.Stale != 1 || got.NotStored[convert.DropDuplicate] != 1 {
			t.Errorf("got status %+v, want a stale marker and a duplicate", got)
		}
	})
}

func TestStoreThatPanics(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.storing("i", exposes("a 1\n"), brokenStore{}))
		if err := p.Once(w.Context()); !isPanic(err) {
			t.Errorf("got error %v, want that of the panic", err)
		}
		if w.log.count("report it") != 1 {
			t.Errorf("logged: %s", w.log.String())
		}
	})
}

type brokenStore struct{}

func (brokenStore) Begin(string, time.Time) StoreBatch { return brokenBatch{new(shelfBatch)} }

type brokenBatch struct{ *shelfBatch }

func (brokenBatch) Commit() { panic("no") }

// Targets without a gateway make no groups.
func TestStoresOnly(t *testing.T) {
	inBubble(t, func(w *world) {
		s := w.newShelf()
		target := w.storing("i", exposes("a 1\n"), s)
		w.once(w.pool(target))
		w.checkShelf(s, "i at 0s")
		w.checkPushed()
		if got := target.Status(); len(got.Pushes) != 0 || !got.Up() {
			t.Errorf("got status %+v, want one without pushes", got)
		}
		if !target.converter.StoresOnly || !target.converter.IgnoreTimestamps {
			t.Error("the converter works for gateways, or honors timestamps that nobody wants")
		}
	})
}

var _ Store = To(nil) // of push/remote
