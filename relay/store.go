package relay

import (
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push/remote"
)

// A Store takes what a target's scrapes have, one after the other. Stores are
// the same where they are equal.
type Store interface {
	// Begin returns an empty batch for a target, known by the key of its labels.
	Begin(target string, at time.Time) StoreBatch
}

// A StoreBatch has what a store gets of one scrape. It is used by one goroutine,
// until one of its methods has ended it.
type StoreBatch interface {
	convert.SeriesOutput
	Commit() // may wait for a disk, but not for the network
	Discard()
}

// To makes a Store of one that sends by remote_write.
func To(s *remote.Store) Store { return remoteStore{s} }

type remoteStore struct{ to *remote.Store }

func (s remoteStore) Begin(target string, at time.Time) StoreBatch { return s.to.Begin(target, at) }
