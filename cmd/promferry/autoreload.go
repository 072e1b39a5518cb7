package main

import (
	"time"

	"github.com/promferry/promferry/configs"
)

// A watch looks at the files of the configuration now and then. It reads them:
// what a change of a directory, a symbolic link or an inode means is another
// question for each editor, volume and file system, and some tell of none.
type watch struct {
	interval time.Duration
	loader   *configs.Loader // of the last load, good or not
	seen     configs.Digest  // at the last look
}

// ticks says when to look; a nil watch never does.
func (w *watch) ticks() (ticks <-chan time.Time, stop func()) {
	if w == nil {
		return nil, func() {}
	}
	t := time.NewTicker(w.interval)
	return t.C, t.Stop
}

// look notes a load. A bad one is not tried again before something changes.
func (w *watch) look(at *configs.Loader) {
	if w != nil {
		w.loader, w.seen = at, at.Digest()
	}
}

// changed tells whether the files are others than at the last load, and the same
// as one look before: nobody is in the middle of writing them.
func (w *watch) changed() bool {
	now := w.loader.DigestNow()
	settled := now == w.seen
	w.seen = now
	return settled && now != w.loader.Digest()
}
