package remote

import (
	"maps"
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
	LastDrop    time.Time // zero: nothing was lost
	Spool       SpoolStatus
}

// A SpoolStatus says how the part of the queue on disk is doing.
type SpoolStatus struct {
	Directory string // "": there is none
	Size      int64  // bytes of its file, which does not shrink
	MaxSize   int64
	Fill      float64 // how much of MaxSize holds what waits; near 1 the oldest is dropped
	Pending   int     // samples in it
	Err       error   // why it is not in use: what comes waits in memory; nil: it is
}

// A DropReason says why samples were not stored. It is a metric's label value.
type DropReason string

// The reasons.
const (
	DropRefused    DropReason = "refused"     // by an answer that another try would not change
	DropAnswerLost DropReason = "answer_lost" // likewise, and it is most likely stored: by an earlier try, whose answer was lost
	DropCapacity   DropReason = "capacity"    // the queue in memory is full
	DropMaxSize    DropReason = "max_size"    // the spool is full
	DropMaxAge     DropReason = "max_age"     // they waited too long in the spool
	DropDamaged    DropReason = "damaged"     // the spool could not be read
	DropGaveUp     DropReason = "gave_up"     // after Options.GiveUp
	DropShutdown   DropReason = "shutdown"    // they were in memory at the end
)

// Status returns how the store is doing now.
func (s *Store) Status() Status {
	s.mu.Lock()
	status := Status{
		Name: s.Name, URL: receiver{s.Name, s.settings}.shown(),
		State: s.health.state, Since: s.health.since, LastSuccess: s.health.success, LastError: s.health.err,
		Samples: s.stored, Pending: s.queue.samples, Oldest: s.queue.oldest(), Dropped: maps.Clone(s.dropped), LastDrop: s.lastDrop,
		Spool: SpoolStatus{Pending: s.queue.spooled},
	}
	if status.State != StateAnswering {
		status.NextTry = s.health.next
	}
	s.mu.Unlock()
	if s.disk != nil {
		status.Spool.Directory = s.disk.spool.Directory
		status.Spool.MaxSize, _ = s.disk.limits()
		status.Spool.Size, status.Spool.Fill, status.Spool.Err = s.disk.state()
	}
	return status
}
