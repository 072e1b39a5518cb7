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
	Used      int64  // bytes of it that hold what waits
	MaxSize   int64
	Pending   int   // samples in it
	Err       error // why it is not in use: what comes waits in memory; nil: it is
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

// Ask sends a request without series, once, and returns how it went: it changes
// nothing in the receiver. It does not need Run. The header is that of the
// answer, if there was one.
func (s *Store) Ask(ctx context.Context) error { return nil }
