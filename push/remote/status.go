package remote

import (
	"context"
	"time"
)

// A State says how a receiver is doing.
type State string

// The states. It is answering until the contrary is known.
const (
	StateAnswering State = "answering"
	StateDown      State = "down"     // no answers, or errors of its own: it gets one request at a time
	StateRefusing  State = "refusing" // it refuses what it gets, which is lost: credentials, path, or what was sent
)

// A Status says how a store is doing.
type Status struct {
	Name        string
	URL         string // without userinfo and query
	State       State
	Since       time.Time // of the state; zero: nothing was answered yet
	LastSuccess time.Time // zero: never
	LastError   error     // of the last failure; nil since the last success
	NextTry     time.Time // zero while it is answering
	Samples     uint64    // stored since the start
	Pending     int       // samples that wait, wherever
	Oldest      time.Time // of the scrapes that wait; zero: none does
	Dropped     map[DropReason]uint64
	LastDrop    time.Time // zero: nothing was dropped
	Spool       SpoolStatus
}

// A SpoolStatus says how the part of the queue on disk is doing.
type SpoolStatus struct {
	Directory string // "": there is none
	Size      int64  // bytes of its file, which does not shrink
	MaxSize   int64
	Fill      float64 // how much of what it may hold it does; at 1 the oldest is dropped
	Pending   int     // samples in it
	Err       error   // why it is not in use: what comes waits in memory; nil: it is
}

// A DropReason says why samples were not stored. It is a metric's label value.
type DropReason string

// The reasons.
const (
	DropRefused  DropReason = "refused"  // by an answer that another try would not change
	DropCapacity DropReason = "capacity" // the queue in memory is full
	DropMaxSize  DropReason = "max_size" // the spool is full
	DropMaxAge   DropReason = "max_age"  // they waited too long in the spool
	DropDamaged  DropReason = "damaged"  // the spool could not be read
	DropGaveUp   DropReason = "gave_up"  // after Options.GiveUp
	DropShutdown DropReason = "shutdown" // they were in memory at the end
)

// Status returns how the store is doing now.
func (s *Store) Status() Status { return Status{Name: s.Name} }

// An Answer is what became of a question.
type Answer struct {
	// Err is nil where the receiver takes what it is sent. A *StatusError in its
	// chain is an answer.
	Err error
	// ClockOffset is how far this host's clock is ahead of the receiver's, below
	// zero behind; 0 while less than a second shows, or none.
	ClockOffset time.Duration
}

// Ask sends a request without series, once, and returns how it went: it changes
// nothing in the receiver. It does not need Run.
func (s *Store) Ask(ctx context.Context) Answer { return Answer{} }

// A StatusError is an answer that does not say that all is stored.
type StatusError struct {
	Name       string // of the store
	URL        string // without userinfo and query
	Code       int
	Location   string        // of a redirect, without userinfo and query
	Body       string        // its first KiB, in one line
	RetryAfter time.Duration // what it asks for; 0: nothing that can be read
	WantsTLS   bool          // it speaks TLS, and was asked without
}

func (e *StatusError) Error() string { return e.Body }
