package remote

import (
	"time"

	"github.com/prometheus/prometheus/model/relabel"
)

// A Batch has what a store gets of one scrape. It is used by one goroutine.
type Batch struct{ store *Store }

// Begin returns an empty batch for a target, which is known by its key: a
// target's batches are stored in the order in which they are committed. at is
// the time of the scrape.
func (s *Store) Begin(target string, at time.Time) *Batch { return &Batch{s} }

// Rules are those that each series passes before it is appended. They do not
// change while the batch grows.
func (b *Batch) Rules() []*relabel.Config { return b.store.settings.Rules }

// Append adds fields of a WriteRequest, each of them whole, and how many samples
// they have. The bytes belong to the caller again when it returns.
func (b *Batch) Append(encoded []byte, samples int) {}

// Commit queues the batch: it is in the spool when Commit returns, if there is
// one. It does not wait for the network. The batch must not be used any more.
func (b *Batch) Commit() {}

// Discard gives the memory back where nothing is to be sent. The batch must not
// be used any more.
func (b *Batch) Discard() {}
