package remote

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"slices"
	"sync"
	"syscall"

	"github.com/promferry/promferry/push/remote/spool"
)

// A fakeSpool is one without a disk: what is in it stays when it is closed and
// opened again. Each error, where it is set, is that of the operation.
type fakeSpool struct {
	mu      sync.Mutex
	records map[uint64]spool.Record
	open    bool
	size    int64
	appends int // those that went well
	reads   int
	limit   int64
	damaged int // what it says of itself when it is opened

	broken                        error // what all reads say until it is opened again
	torn                          bool  // what is added breaks it, and is in it all the same
	openErr, appendErr, deleteErr error
	bodyErr                       func(id uint64) error
}

var errInUse = errors.New("another process has it")

// use has a store take the spool.
func (f *fakeSpool) use(s *Store) {
	s.disk.open = func(string) (files, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.openErr != nil {
			return nil, f.openErr
		}
		if f.open {
			return nil, errInUse
		}
		f.open, f.broken = true, nil
		return f, nil
	}
}

// set changes the spool while it is in use.
func (f *fakeSpool) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeSpool) Headers() iter.Seq[spool.Header] {
	return func(yield func(spool.Header) bool) {
		for _, r := range f.ordered() {
			if !yield(r.Header) {
				return
			}
		}
	}
}

func (f *fakeSpool) ordered() []spool.Record {
	return slices.SortedFunc(maps.Values(f.records), func(a, b spool.Record) int { return cmp.Compare(a.ID, b.ID) })
}

func (f *fakeSpool) Append(records []spool.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.appendErr != nil {
		return f.appendErr
	}
	need := f.used()
	for _, r := range records {
		need += int64(len(r.Body)) + 512
	}
	if f.limit > 0 && need > f.limit {
		return spool.ErrFull
	}
	if f.records == nil {
		f.records = make(map[uint64]spool.Record)
	}
	for _, r := range records {
		if _, found := f.records[r.ID]; found {
			panic("a number was used twice")
		}
		r.Body = slices.Clone(r.Body)
		f.records[r.ID] = r
	}
	if f.torn {
		f.torn, f.broken = false, syscall.EIO
		return f.broken
	}
	f.appends++
	f.size = max(f.size, f.used())
	return nil
}

func (f *fakeSpool) Body(id uint64) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, found := f.records[id]
	switch {
	case f.broken != nil:
		return nil, f.broken
	case !found:
		return nil, spool.ErrMissing
	}
	if f.bodyErr != nil {
		if err := f.bodyErr(id); err != nil {
			return nil, err
		}
	}
	f.reads++
	return slices.Clone(r.Body), nil
}

func (f *fakeSpool) Delete(ids []uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.deleteErr != nil {
		return f.deleteErr
	}
	for _, id := range ids {
		delete(f.records, id)
	}
	return nil
}

func (f *fakeSpool) Damaged() int { return f.damaged }

func (f *fakeSpool) Size() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

func (f *fakeSpool) SetMaxSize(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limit = bytes
}

func (f *fakeSpool) Used() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used()
}

// used counts a page for what is beside a body.
func (f *fakeSpool) used() (bytes int64) {
	for _, r := range f.records {
		bytes += int64(len(r.Body)) + 512
	}
	return bytes
}

func (f *fakeSpool) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = false
	return nil
}

// samples counts those in the spool.
func (f *fakeSpool) samples() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.records {
		n += r.Samples
	}
	return n
}
