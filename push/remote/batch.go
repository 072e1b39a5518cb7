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
	samples int // the most of a record
	// What grows: of the time of the scrape, and of samples with times of their own.
	common, timed growth
	records       []*record
}

// A growth is the record that grows.
type growth struct {
	packer *packer // nil: none does
	timed  bool    // see record.timed
}

// Begin returns an empty batch for a target, which is known by its key: a
// target's batches are stored in the order in which they are committed. at is
// the time of the scrape.
func (s *Store) Begin(target string, at time.Time) *Batch {
	settings := s.current()
	return &Batch{store: s, target: laneOf(target), at: at, rules: settings.Rules, samples: max(settings.MaxSamplesPerSend, 1), timed: growth{timed: true}}
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
func (b *Batch) Append(encoded []byte, samples int) { b.append(&b.common, encoded, samples) }

// AppendTimed is Append for samples that bring a time of their own. They have
// records of their own: a receiver refuses all that comes with one whose time it
// does not take.
func (b *Batch) AppendTimed(encoded []byte, samples int) { b.append(&b.timed, encoded, samples) }

func (b *Batch) append(to *growth, encoded []byte, samples int) {
	for samples > b.room(to) {
		head, n := seriesOf(encoded, b.room(to))
		if head == len(encoded) {
			break // there is nothing to divide
		}
		b.add(to, encoded[:head], n)
		b.cut(to)
		encoded, samples = encoded[head:], samples-n
	}
	b.add(to, encoded, samples)
}

// room is how many samples the record that grows may still have.
func (b *Batch) room(g *growth) int {
	if g.packer == nil {
		return b.samples
	}
	return b.samples - g.packer.samples
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
func (b *Batch) add(to *growth, encoded []byte, samples int) {
	if len(encoded) == 0 {
		return
	}
	if to.packer == nil {
		to.packer = b.store.memory.packer()
	}
	if to.packer.plain > 0 && to.packer.plain+len(encoded) > maxPlain {
		b.cut(to)
	}
	to.packer.write(encoded)
	to.packer.samples += samples
}

// cut ends the record that grows, if one does.
func (b *Batch) cut(g *growth) {
	if g.packer == nil || g.packer.plain == 0 {
		return
	}
	r := g.packer.record()
	r.at, r.timed = b.at.UnixMilli(), g.timed
	b.records = append(b.records, r)
}

// Commit queues the batch: it is in the spool when Commit returns, if there is
// one. It does not wait for the network. The batch must not be used any more.
func (b *Batch) Commit() {
	b.cut(&b.timed)
	b.cut(&b.common)
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

// giveBack gives the packers back.
func (b *Batch) giveBack() {
	for _, g := range []*growth{&b.common, &b.timed} {
		if g.packer != nil {
			g.packer.free()
		}
		g.packer = nil
	}
	b.records = nil
}
