package remote

import (
	"crypto/sha256"
	"time"

	"github.com/prometheus/prometheus/model/relabel"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/promferry/promferry/push/remote/spool"
)

// maxPlain bounds a record, and a request, in bytes before compression: receivers
// bound what they read, and unpack it as a whole (Mimir: 100 MiB, VictoriaMetrics:
// 32 MiB). It is far above what MaxSamplesPerSend usually makes.
const maxPlain = 4 << 20

// A Batch has what a store gets of one scrape. It is used by one goroutine.
type Batch struct {
	store   *Store
	target  string
	at      time.Time
	rules   []*relabel.Config
	samples int     // the most of a record
	packer  *packer // of the record that grows; nil: none does
	records []*record
}

// Begin returns an empty batch for a target, which is known by its key: a
// target's batches are stored in the order in which they are committed. at is
// the time of the scrape.
func (s *Store) Begin(target string, at time.Time) *Batch {
	settings := s.current()
	return &Batch{store: s, target: laneOf(target), at: at, rules: settings.Rules, samples: max(settings.MaxSamplesPerSend, 1)}
}

// laneOf names the lane of a target, in the spool, too, which takes no name that
// is longer: such a one is known by a hash.
func laneOf(target string) string {
	if len(target) <= spool.MaxTarget {
		return target
	}
	hash := sha256.Sum256([]byte(target))
	return string(hash[:])
}

// Rules are those that each series passes before it is appended. They do not
// change while the batch grows.
func (b *Batch) Rules() []*relabel.Config { return b.rules }

// Append adds fields of a WriteRequest, each of them whole, and how many samples
// they have, which is one for each TimeSeries. A field that is more than a request
// is to have makes one of its own. The bytes belong to the caller again when it
// returns.
func (b *Batch) Append(encoded []byte, samples int) {
	for samples > b.room() {
		head, n := seriesOf(encoded, b.room())
		if head == len(encoded) {
			break // there is nothing to divide
		}
		b.add(encoded[:head], n)
		b.cut()
		encoded, samples = encoded[head:], samples-n
	}
	b.add(encoded, samples)
}

// room is how many samples the record that grows may still have.
func (b *Batch) room() int {
	if b.packer == nil {
		return b.samples
	}
	return b.samples - b.packer.samples
}

// seriesOf returns where the first n TimeSeries end, and how many there are.
func seriesOf(encoded []byte, n int) (end, series int) {
	for end < len(encoded) && series < n {
		number, _, size := protowire.ConsumeField(encoded[end:])
		if size < 0 { // what is no field is not divided
			return len(encoded), n
		}
		if end += size; number == seriesField {
			series++
		}
	}
	return end, series
}

// seriesField is the number of a TimeSeries in a WriteRequest (prometheus/prometheus
// prompb/remote.proto).
const seriesField = 1

// add adds fields to the record that grows, or to a new one.
func (b *Batch) add(encoded []byte, samples int) {
	if len(encoded) == 0 {
		return
	}
	if b.packer == nil {
		b.packer = b.store.memory.packer()
	}
	if b.packer.plain > 0 && b.packer.plain+len(encoded) > maxPlain {
		b.cut()
	}
	b.packer.write(encoded)
	b.packer.samples += samples
}

// cut ends the record that grows, if one does.
func (b *Batch) cut() {
	if b.packer == nil || b.packer.plain == 0 {
		return
	}
	r := b.packer.record()
	r.at = b.at.UnixMilli()
	b.records = append(b.records, r)
}

// Commit queues the batch: it is in the spool when Commit returns, if there is
// one. It does not wait for the network. The batch must not be used any more.
func (b *Batch) Commit() {
	b.cut()
	records := b.records
	b.giveBack()
	if len(records) > 0 {
		b.store.commit(&arrival{target: b.target, records: records})
	}
}

// Discard gives the memory back where nothing is to be sent. The batch must not
// be used any more.
func (b *Batch) Discard() {
	for _, r := range b.records {
		r.forgetBody()
	}
	b.giveBack()
}

// giveBack gives the packer back.
func (b *Batch) giveBack() {
	if b.packer != nil {
		b.packer.free()
	}
	b.packer, b.records = nil, nil
}
