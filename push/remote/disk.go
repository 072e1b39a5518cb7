package remote

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/push/remote/spool"
)

// files are what a spool does. Tests have others than [spool.Spool].
type files interface {
	Headers() iter.Seq[spool.Header]
	Append(records []spool.Record) error
	Body(id uint64) ([]byte, error)
	Delete(ids []uint64) error
	Size() int64
	Used() int64
	SetMaxSize(bytes int64)
	Damaged() int
	Close() error
}

// errNotOpen is that of a spool nobody opened, or that is closed again.
var errNotOpen = errors.New("the spool is not open")

// A disk is the spool of a store, and whether it can be used.
type disk struct {
	spool Spool                                 // mu guards its limits
	open  func(directory string) (files, error) // no files, but an error: it cannot be used

	mu       sync.Mutex
	used     bool  // it was open before
	files    files // nil: not open
	err      error // why it is not in use; nil: it is
	failures int   // in a row
	misread  error // a read in vain that nobody has looked into yet
	retry    time.Time
	last     uint64 // number of the last record
}

func newDisk(config Spool) *disk {
	return &disk{spool: config, err: errNotOpen, open: func(directory string) (files, error) {
		opened, err := spool.Options{MaxSize: config.MaxSize}.Open(directory)
		if opened == nil {
			return nil, err // a nil *Spool is no nil interface
		}
		return opened, err
	}}
}

// limits are those of the spool as they are now.
func (d *disk) limits() (maxSize int64, maxAge time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.spool.MaxSize, d.spool.MaxAge
}

func (d *disk) setLimits(maxSize int64, maxAge time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spool.MaxSize, d.spool.MaxAge = maxSize, maxAge
	if d.files != nil {
		d.files.SetMaxSize(maxSize)
	}
}

// A find is what a spool has when it is opened.
type find struct {
	headers []spool.Header
	again   bool // it was in use before
	damaged int  // records that it had, and could not read
}

// start opens the spool. The error beside a find says what was wrong with it.
func (d *disk) start() (found *find, err error) {
	opened, err := d.open(d.spool.Directory)
	found = new(find)
	last := uint64(0)
	if opened != nil {
		found.headers, found.damaged = slices.Collect(opened.Headers()), opened.Damaged()
		for _, h := range found.headers {
			last = max(last, h.ID)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if opened == nil {
		d.err, d.retry = err, time.Now().Add(reopenInterval)
		return nil, err
	}
	opened.SetMaxSize(d.spool.MaxSize) // which may be another by now
	found.again = d.used
	d.files, d.used, d.err, d.failures, d.retry = opened, true, nil, 0, time.Time{}
	d.last = max(d.last, last)
	if err == nil && found.damaged > 0 {
		path := filepath.Join(d.spool.Directory, spool.FileName)
		err = fmt.Errorf("spool %s: records could not be read and are lost: %d of them; is the disk sound?", path, found.damaged)
	}
	return found, err
}

// opened returns the spool; nil: it is not open.
func (d *disk) opened() files {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files
}

// next returns the number of the first of that many records.
func (d *disk) next(n int) (first uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	first = d.last + 1
	d.last += uint64(n)
	return first
}

// body returns that of a record.
func (d *disk) body(id uint64) ([]byte, error) {
	f := d.opened()
	if f == nil {
		return nil, errNotOpen
	}
	body, err := f.Body(id)
	if err != nil && !isLost(err) {
		d.mu.Lock()
		d.misread = err
		d.mu.Unlock()
	}
	return body, err
}

// isLost tells the error of a record that is not in the spool, or not whole.
func isLost(err error) bool {
	return errors.Is(err, spool.ErrDamaged) || errors.Is(err, spool.ErrMissing)
}

// state returns how large the file of the spool is, how much of MaxSize holds what
// waits, and why it is not in use.
func (d *disk) state() (size int64, fill float64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files != nil {
		size, fill = d.files.Size(), min(float64(d.files.Used())/float64(max(d.spool.MaxSize, 1)), 1)
	}
	return size, fill, d.err
}

// close closes the spool, if it is open. It is not opened again soon.
func (d *disk) close() error {
	d.mu.Lock()
	f := d.files
	d.files, d.err, d.retry = nil, errNotOpen, time.Now().Add(reopenInterval)
	d.mu.Unlock()
	if f == nil {
		return nil
	}
	return f.Close()
}
