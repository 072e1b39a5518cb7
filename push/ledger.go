package push

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
)

// An Entry is a group that was pushed somewhere, or is about to be.
type Entry struct {
	URL   string         // of the gateway or shard, without userinfo and query
	Group convert.Labels // as pushed
	Owner convert.Labels // the own group of the target that makes it, often the same; nil: as before
}

func (e Entry) key() string { return ledgerKey(e.URL, e.Group) }

func ledgerKey(url string, group convert.Labels) string { return url + "\xfe" + group.Key() }

// A Ledger remembers in a file which groups were pushed, so that those of
// another configuration can be deleted after a restart. Open it with OpenLedger,
// and close it. A nil *Ledger remembers nothing. It is safe for concurrent use.
//
// The file may lag behind, but never in what matters: a group is in it before it
// is at a gateway. A file that cannot be written stops no push: the ledger goes
// on in memory and tries again.
type Ledger struct {
	file    *ledgerFile
	logger  *slog.Logger
	metrics ledgerMetrics

	mu      sync.Mutex
	records map[string]record // by place and group
	bytes   int               // of all lines
	round   int               // the number of the next write to begin
	ended   int               // the number of the last write that ended, well or not
	dirty   bool              // the file lacks a change
	failing error             // of the last write; nil: it went well
	stuck   bool              // a write does not end; nobody waits for it
	full    bool              // and a log has told so
	changed chan struct{}     // closed and replaced at the end of each write

	urgent chan struct{} // a change that somebody waits for
	lazy   chan struct{} // a change that has time
	closed chan struct{}
	done   chan struct{} // the writer has returned
	close  sync.Once
}

// A record is an entry as the file has it.
type record struct {
	line  string
	owner string // its key
	round int    // the first write that has it
}

// The bounds of a ledger. No program makes so many groups but by mistake, and a
// file that is larger is not its own.
const (
	maxLedgerEntries = 1 << 20
	maxLedgerBytes   = 128 << 20
)

// rememberTimeout is how long a push waits for a disk that hangs.
const rememberTimeout = 5 * time.Second

// OpenLedger reads the file, which need not be there yet, and locks it against
// other processes. Its directory must exist. A damaged file is set aside; one of
// another version is an error.
func OpenLedger(path string, logger *slog.Logger) (*Ledger, error) {
	l := &Ledger{
		file:    newLedgerFile(path),
		logger:  logger,
		metrics: newLedgerMetrics(),
		round:   1,
		changed: make(chan struct{}),
		urgent:  make(chan struct{}, 1),
		lazy:    make(chan struct{}, 1),
		closed:  make(chan struct{}),
		done:    make(chan struct{}),
	}
	var err error
	if l.records, err = l.open(); err != nil {
		return nil, err
	}
	for _, r := range l.records {
		l.bytes += len(r.line)
	}
	l.metrics.groups.Set(float64(len(l.records)))
	go l.work()
	return l, nil
}

// Remember returns when the file has the entries, or when it is known that it
// cannot have them now. Nothing is written where all of them are known.
func (l *Ledger) Remember(ctx context.Context, entries ...Entry) {
	if l == nil {
		return
	}
	l.await(ctx, l.add(entries))
}

// add returns the number of the write that has the entries: one has all that are
// new.
func (l *Ledger) add(entries []Entry) (round int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range entries {
		round = max(round, l.addOne(e))
	}
	return round
}

// addOne is add for one entry. l.mu is held.
func (l *Ledger) addOne(e Entry) (round int) {
	key := e.key()
	old, known := l.records[key]
	if len(e.Owner) == 0 && !known {
		e.Owner = e.Group
	}
	owner := e.Owner.Key()
	if known && (owner == "" || old.owner == owner) {
		return old.round
	}
	if _, err := GroupPath(e.Group); err != nil {
		return 0 // no gateway will get it
	}
	line := encodeEntry(e)
	bytes := l.bytes - len(old.line) + len(line)
	if bytes > maxLedgerBytes || !known && len(l.records) >= maxLedgerEntries {
		l.overflow()
		return 0
	}
	l.records[key] = record{line, owner, l.round}
	l.bytes = bytes
	l.dirty = true
	l.metrics.groups.Set(float64(len(l.records)))
	signal(l.urgent)
	return l.round
}

// overflow notes an entry without room. l.mu is held.
func (l *Ledger) overflow() {
	l.metrics.dropped.Inc()
	if !l.full {
		l.full = true
		l.logger.Error("state file is full; further groups are not deleted after a restart without their target", "file", l.file.path, "groups", len(l.records))
	}
}

// await returns when that write has ended.
func (l *Ledger) await(ctx context.Context, round int) {
	timeout := time.NewTimer(rememberTimeout)
	defer timeout.Stop()
	for {
		l.mu.Lock()
		over := l.ended >= round || l.stuck
		changed := l.changed
		l.mu.Unlock()
		if over {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		case <-l.done: // it will not be written
			return
		case <-timeout.C:
			l.hangs(round)
			return
		}
	}
}

// Forget notes that the group is not there any more. The file follows soon: a
// group too many in it costs one DELETE after a crash.
func (l *Ledger) Forget(url string, group convert.Labels) {
	if l == nil {
		return
	}
	key := ledgerKey(url, group)
	l.mu.Lock()
	defer l.mu.Unlock()
	old, known := l.records[key]
	if !known {
		return
	}
	delete(l.records, key)
	l.bytes -= len(old.line)
	l.dirty, l.full = true, false
	l.metrics.groups.Set(float64(len(l.records)))
	signal(l.lazy)
}

// Entries returns all that is remembered, by URL and group.
func (l *Ledger) Entries() []Entry {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	lines := l.lines()
	l.mu.Unlock()
	entries := make([]Entry, 0, len(lines))
	for _, line := range lines {
		if e, err := decodeEntry(line); err == nil { // all were encoded or decoded here before
			entries = append(entries, e)
		}
	}
	return entries
}

// lines are sorted. l.mu is held.
func (l *Ledger) lines() []string {
	lines := make([]string, 0, len(l.records))
	for r := range maps.Values(l.records) {
		lines = append(lines, r.line)
	}
	slices.Sort(lines)
	return lines
}

// Close writes what the file lacks and lets another process have it. It ends
// with ctx at the latest. The error says what the file lacks.
func (l *Ledger) Close(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.close.Do(func() { close(l.closed) })
	select {
	case <-l.done:
	case <-ctx.Done():
		return &ledgerError{l.file.path, context.Cause(ctx)}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !l.dirty:
		return nil
	case l.failing != nil:
		return &ledgerError{l.file.path, l.failing}
	}
	return &ledgerError{l.file.path, errLedgerClosed} // a gateway was not done in time
}

// A ledgerError is a file that could not be used.
type ledgerError struct {
	path string
	err  error
}

func (e *ledgerError) Error() string { return "state file " + e.path + ": " + e.err.Error() }
func (e *ledgerError) Unwrap() error { return e.err }

var (
	errLedgerHangs  = errors.New("a write does not end")
	errLedgerClosed = errors.New("a change came after the last write")
)

// signal wakes the writer, unless it is about to wake.
func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
