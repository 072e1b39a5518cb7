package remote

import (
	"errors"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
	"github.com/promferry/promferry/push/remote/spool"
)

// How often a spool is tried again: to open it, and to write to it.
const (
	reopenInterval = 10 * time.Second
	minRewrite     = time.Second
	maxRewrite     = 10 * time.Second
)

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

// wrote notes how a write ended.
func (d *disk) wrote(err error) {
	d.mu.Lock()
	if err == nil {
		d.err, d.failures, d.retry = nil, 0, time.Time{}
	} else {
		d.err, d.retry = err, time.Now().Add(answers.Backoff(d.failures, minRewrite, maxRewrite))
		d.failures++
	}
	d.mu.Unlock()
	if err != nil {
		d.doubt(err)
	}
}

// doubt closes a spool that says the same to all that it is asked: what is left
// of it is found when it is opened again.
func (d *disk) doubt(err error) {
	f := d.opened()
	if f == nil || isSound(f) {
		return
	}
	d.mu.Lock()
	d.files, d.err, d.retry = nil, err, time.Now().Add(minRewrite)
	d.mu.Unlock()
	_ = f.Close() // err says what there is to say
}

// doubtReads is doubt where reads have failed: nothing may be written for long.
func (d *disk) doubtReads() {
	d.mu.Lock()
	err := d.misread
	d.misread = nil
	d.mu.Unlock()
	if err != nil {
		d.doubt(err)
	}
}

// hurry has the next write tried at once.
func (d *disk) hurry() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.retry = time.Time{}
}

// isSound tells whether a spool answers a question.
func isSound(f files) bool {
	_, err := f.Body(0) // which no record has
	return errors.Is(err, spool.ErrMissing)
}
