package main

import "context"

// A storer is a store that sends.
type storer struct {
	storePart
	sends   context.Context
	finish  context.CancelFunc // ends sends
	stopped chan struct{}      // closed when it sends no more
	closed  chan struct{}      // closed when its spool is
	ending  bool               // storing.mu guards it
	out     bool               // ending, as the configuration has it no more
	heir    bool               // another one goes on with its spool; storing.mu guards it
}

// inherits tells whether the spool of the other is that of this one.
func (r *storer) inherits(other *storer) bool {
	return r.directory() != "" && r.directory() == other.directory()
}

// run sends, after the stores before have ended.
func (r *storer) run(before []*storer) {
	defer close(r.stopped)
	for _, old := range before {
		<-old.closed
	}
	if len(before) > 0 {
		r.store.Open() // which it was not where one of those had the spool
	}
	r.store.Run(r.sends)
}
