package remote

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
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
	Close() error
}

// How often a spool is tried again: to open it, and to write to it.
const (
	reopenInterval = 10 * time.Second
	minRewrite     = time.Second
	maxRewrite     = 10 * time.Second
)

// fillNumerator and fillDenominator are how much of the largest file may be in
// use: a file never shrinks, and what is written needs pages in one piece beside
// those that are in use.
const (
	fillNumerator   = 3
	fillDenominator = 4
)

// recordOverhead is what a record takes in the file beside its body, at most: a
// header, and a page that is not full.
const recordOverhead = 4 << 10

// errRoom tells that there is no room, and nothing that may be dropped for it.
var errRoom = errors.New("no room")

// A disk is the spool of a store, and whether it can be used.
type disk struct {
	spool Spool
	open  func(directory string) (files, error)

	mu       sync.Mutex
	files    files // nil: not open
	err      error // why it is not in use; nil: it is
	failures int   // in a row
	retry    time.Time
	last     uint64 // number of the last record
}

func newDisk(config Spool) *disk {
	return &disk{spool: config, err: errors.New("not open yet"), open: func(directory string) (files, error) {
		opened, err := spool.Open(directory)
		if opened == nil {
			return nil, err // a nil *Spool is no nil interface
		}
		return opened, err
	}}
}

// start opens the spool. The error of one that can be used says what was wrong
// with it.
func (d *disk) start() (headers []spool.Header, usable bool, err error) {
	opened, err := d.open(d.spool.Directory)
	d.mu.Lock()
	defer d.mu.Unlock()
	if opened == nil {
		if err == nil {
			err = errors.New("it does not open")
		}
		d.err = fmt.Errorf("open spool %s: %w", d.spool.Directory, err)
		d.retry = time.Now().Add(reopenInterval)
		return nil, false, d.err
	}
	d.files, d.err, d.failures, d.retry = opened, nil, 0, time.Time{}
	for h := range opened.Headers() {
		headers = append(headers, h)
		d.last = max(d.last, h.ID)
	}
	return headers, true, err
}

// opened returns the spool; nil: it is not open.
func (d *disk) opened() files {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files
}

// mayWrite tells whether to try, which it is not for a while after a failure.
func (d *disk) mayWrite(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files != nil && !now.Before(d.retry)
}

// mayOpen tells whether it is time to.
func (d *disk) mayOpen(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files == nil && !now.Before(d.retry)
}

// next returns the number of the first of that many records.
func (d *disk) next(n int) (first uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	first = d.last + 1
	d.last += uint64(n)
	return first
}

// wrote notes how a write ended.
func (d *disk) wrote(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.err, d.failures, d.retry = nil, 0, time.Time{}
		return
	}
	d.err = fmt.Errorf("write to spool %s: %w", d.spool.Directory, err)
	d.retry = time.Now().Add(answers.Backoff(d.failures, minRewrite, maxRewrite))
	d.failures++
}

// body returns that of a record.
func (d *disk) body(id uint64) ([]byte, error) {
	if f := d.opened(); f != nil {
		return f.Body(id)
	}
	return nil, errors.New("it is not open")
}

// limit is how many bytes may be in use.
func (d *disk) limit() int64 { return d.spool.MaxSize / fillDenominator * fillNumerator }

// needs is how many bytes a record with such a body takes.
func needs(size int32) int64 { return int64(size) + recordOverhead }

// state returns why the spool is not in use, and how large it is.
func (d *disk) state() (err error, size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files != nil {
		size = d.files.Size()
	}
	return d.err, size
}

// close closes the spool, if it is open.
func (d *disk) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files == nil {
		return nil
	}
	err := d.files.Close()
	d.files, d.err = nil, errors.New("it is closed")
	d.retry = time.Now().Add(reopenInterval)
	return err
}
