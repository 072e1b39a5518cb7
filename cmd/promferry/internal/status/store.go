package status

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Store is a receiver of remote_write, and the queue before it.
type Store struct {
	Name        string         `json:"name"`
	URL         string         `json:"url"`
	State       string         `json:"state"`          // one of those of a gateway
	Since       time.Time      `json:"since,omitzero"` // of the state
	LastSuccess time.Time      `json:"lastSuccess,omitzero"`
	LastError   string         `json:"lastError"`        // "" since the last success
	NextTry     time.Time      `json:"nextTry,omitzero"` // zero while it answers
	Samples     int            `json:"samplesStored"`    // since the start
	Waiting     int            `json:"samplesWaiting"`   // in memory and in the spool
	Oldest      time.Time      `json:"oldestWaiting,omitzero"`
	Dropped     map[string]int `json:"samplesDropped"` // since the start, by reason; never nil in JSON
	LastDrop    time.Time      `json:"lastDrop,omitzero"`
	Spool       *Spool         `json:"spool,omitempty"` // nil: what waits is in memory only
}

// A Spool is the part of a store's queue that is on disk.
type Spool struct {
	Directory string  `json:"directory"`
	Size      int64   `json:"bytes"` // of its file, which does not shrink
	MaxSize   int64   `json:"maxBytes"`
	Fill      float64 `json:"fill"` // how much of maxBytes holds what waits; near 1 the oldest is dropped
	Waiting   int     `json:"samplesWaiting"`
	Error     string  `json:"error"` // why it is not in use; "": it is
}

// A Feed is a store that a target goes to. What waits there is told of the store
// as a whole.
type Feed struct{ Store, State string }

// isAway tells whether samples wait, or are lost, until the store is back.
func (s Store) isAway() bool { return isAway(s.State) }

func isAway(state string) bool { return state == GatewayDown || state == GatewayRefusing }

// The bounds from which a store that answers is not well.
const (
	farBehind = 2 * time.Minute  // the age of what waits
	lately    = 15 * time.Minute // since samples were dropped
	nearlyOut = 0.9              // the part that a spool is full
)

// isBehind tells whether the store answers, and has an outage to make up for.
func (s Store) isBehind(now time.Time) bool {
	return !s.isAway() && !s.Oldest.IsZero() && now.Sub(s.Oldest) > farBehind
}

// hasDropped tells whether samples were dropped lately.
func (s Store) hasDropped(now time.Time) bool {
	return !s.LastDrop.IsZero() && now.Sub(s.LastDrop) < lately
}

// isUnused tells whether there is a spool that cannot be used.
func (s Store) isUnused() bool { return s.Spool != nil && s.Spool.Error != "" }

// isNearlyFull tells whether there is a spool that will soon drop what is oldest.
func (s Store) isNearlyFull() bool {
	return s.Spool != nil && s.Spool.Error == "" && s.Spool.Fill >= nearlyOut
}

// Losses are the samples that were not stored, and why.
func (s Store) Losses() (all []Loss) {
	for _, reason := range slices.Sorted(maps.Keys(s.Dropped)) {
		if n := s.Dropped[reason]; n > 0 {
			all = append(all, Loss{n, reason})
		}
	}
	return all
}

// Use says in words how full the spool is.
func (s Spool) Use() string {
	switch percent := int(100 * s.Fill); {
	case s.Error != "":
		return "not in use"
	case s.Waiting == 0:
		return "empty"
	case percent == 0:
		return "less than 1 % full"
	default:
		return fmt.Sprintf("%d %% full", percent)
	}
}

// File says how large the file of the spool is, and may become.
func (s Spool) File() string {
	return fmt.Sprintf("file %s of %s", size(s.Size), size(s.MaxSize))
}

func storeLevel(v View, s Store) Level {
	switch {
	case s.isAway():
		return Bad
	case s.isUnused() || s.isNearlyFull() || s.hasDropped(v.At):
		return Warn
	case s.State == GatewayUnknown || s.isBehind(v.At):
		return Waiting
	}
	return Good
}

func storeWords(v View, s Store) string {
	switch {
	case s.State == GatewayUnknown:
		return unansweredWord
	case s.isBehind(v.At):
		return "catching up"
	}
	return s.State
}

const (
	feedWord       = "by remote_write" // where there is nothing else to say of a store
	unansweredWord = "no answer yet"
)

// Words say how the target gets to the store, or why it does not.
func (f Feed) Words() string {
	switch f.State {
	case GatewayDown:
		return fmt.Sprintf("remote_write %q is down", f.Store)
	case GatewayRefusing:
		return fmt.Sprintf("remote_write %q refuses samples", f.Store)
	}
	return f.word()
}

// word is the same beside the store's name, where a column has room for no more.
func (f Feed) word() string {
	switch {
	case f.IsAway():
		return f.State
	case f.State == GatewayUnknown:
		return unansweredWord
	}
	return feedWord
}

// IsAway tells whether the store is.
func (f Feed) IsAway() bool { return isAway(f.State) }
