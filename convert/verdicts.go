package convert

import (
	"bytes"
	"hash/maphash"
	"unsafe"
)

// verdicts are what rules made of each series of the last scrape of a target,
// so that they need not be asked again: a regular expression costs more than
// all else that is done with a line. Series mostly come in the order of the
// last time, so most verdicts are found where the one before says.
//
// A series is known by a hash of its text with a seed of its own. That two of a
// million series share one of 64 bits has a probability of 3e-8.
type verdicts struct {
	most int // bytes, see size; what is beyond is not kept
	seed maphash.Seed

	all    []verdict // all[0] is none
	places []int32   // open addressing, indexes into all; its length is a power of two
	text   []byte    // of the rewritten series
	stores bool      // the labels of series that do not stay as they are are kept for stores
	stored []byte    // those labels, encoded
	held   []heldSeries
	shared int // bytes of the held series

	now  uint32 // counts scrapes
	live int    // verdicts that this scrape has asked for
	last int    // the one asked for last
	full bool   // there was no room for one of this scrape
	// unkept is the last one for which there was no room, and what it says.
	unkept        verdict
	unkeptOutcome outcome
}

// isUnkept is the index of the last verdict for which there was no room.
const isUnkept = -1

// maxVerdicts bounds what is kept for a target, in bytes: that is room for some
// 400,000 series that stay as they are, or for 50,000 of 300 bytes that are
// rewritten. Rules are asked each time about those beyond.
const maxVerdicts = 32 << 20

func newVerdicts(most int) *verdicts {
	return &verdicts{most: most, seed: maphash.MakeSeed(), all: make([]verdict, 1, 64), places: make([]int32, 128)}
}

// begin starts a scrape.
func (v *verdicts) begin() {
	v.now++
	v.live, v.last = 0, 0
}

// end is called after a scrape that was read to its end. It forgets the series
// that were not in it, once they are many.
func (v *verdicts) end() {
	if gone := len(v.all) - 1 - v.live; gone > v.live/4 || v.full && gone > 0 {
		v.forget()
	}
	v.full, v.unkeptOutcome = false, outcome{}
}

func (v *verdicts) hash(series []byte) uint64 { return maphash.Bytes(v.seed, series) }

// find returns the index of the verdict on a series, or 0.
func (v *verdicts) find(hash uint64) int {
	if i := v.foresee(); i > 0 && v.all[i].hash == hash {
		return i
	}
	mask := uint64(len(v.places) - 1)
	for i := hash & mask; v.places[i] != 0; i = (i + 1) & mask {
		if v.all[v.places[i]].hash == hash {
			return int(v.places[i])
		}
	}
	return 0
}

// get returns the verdict with an index. It is valid until the next one is
// added.
func (v *verdicts) get(i int) *verdict {
	if i == isUnkept {
		return &v.unkept
	}
	return &v.all[i]
}

// foresee returns the index of the verdict that was asked for next the last
// time, or 0.
func (v *verdicts) foresee() int { return int(v.all[v.last].next) }

// see is get for a line that has the verdict, and tells whether a line before
// had it, which is not known of those that are not kept.
func (v *verdicts) see(i int) (found *verdict, again bool) {
	found = v.get(i)
	if i == isUnkept {
		return found, false
	}
	if before := &v.all[v.last]; before.next != int32(i) {
		before.next = int32(i)
	}
	v.last = i
	if again = found.seen == v.now; !again {
		found.seen = v.now
		v.live++
	}
	return found, again
}

// add keeps an outcome, if there is room, and returns its index.
func (v *verdicts) add(hash uint64, o *outcome) int {
	n := verdict{hash: hash, ruling: o.ruling, exported: o.exported, encoded: o.encoded != nil}
	if o.ruling == rulingUnfit {
		n.reason = indexOfReason(o.reason)
	}
	if v.size()+v.growth(o) > v.most {
		v.full, v.unkept, v.unkeptOutcome = true, n, *o
		return isUnkept
	}
	n.storedAt, n.storedSize = uint32(len(v.stored)), uint32(len(o.stored))
	v.stored = append(v.stored, o.stored...)
	switch o.ruling {
	case rulingRewrite:
		n.at, n.size = uint32(len(v.text)), uint32(len(o.known()))
		v.text = append(v.text, o.known()...)
	case rulingHold:
		n.at = uint32(len(v.held))
		v.held = append(v.held, o.held)
		v.shared += o.held.size()
	}
	v.all = append(v.all, n)
	v.place(len(v.all) - 1)
	return len(v.all) - 1
}

func (v *verdicts) place(i int) {
	if 2*i > len(v.places) {
		v.places = make([]int32, 2*len(v.places))
		for i := range v.all[1:] {
			v.put(i + 1)
		}
		return
	}
	v.put(i)
}

func (v *verdicts) put(i int) {
	mask := uint64(len(v.places) - 1)
	at := v.all[i].hash & mask
	for v.places[at] != 0 {
		at = (at + 1) & mask
	}
	v.places[at] = int32(i)
}

// forget keeps only what this scrape has asked for.
func (v *verdicts) forget() {
	fresh := newVerdicts(v.most)
	fresh.seed, fresh.now, fresh.stores = v.seed, v.now, v.stores
	for i := range v.all[1:] {
		n := v.all[i+1]
		if n.seen != v.now {
			continue
		}
		stored := v.storedOf(&n)
		n.storedAt = uint32(len(fresh.stored))
		fresh.stored = append(fresh.stored, stored...)
		switch n.ruling {
		case rulingRewrite:
			text := v.knownOf(&n)
			n.at = uint32(len(fresh.text))
			fresh.text = append(fresh.text, text...)
		case rulingHold:
			held := v.held[n.at]
			n.at = uint32(len(fresh.held))
			fresh.held = append(fresh.held, held)
			fresh.shared += held.size()
		}
		at := len(fresh.all)
		fresh.all[at-1].next = int32(at) // as they came, mostly
		n.next = 0
		fresh.all = append(fresh.all, n)
		fresh.place(at)
	}
	*v = *fresh
}

// knownOf returns what is kept of a rewritten series, see outcome.known.
func (v *verdicts) knownOf(n *verdict) []byte {
	if n == &v.unkept {
		return v.unkeptOutcome.known()
	}
	return v.text[n.at : n.at+n.size]
}

// storedOf returns the labels that stores get of a series, encoded; of none that
// stays as it is.
func (v *verdicts) storedOf(n *verdict) []byte {
	if n == &v.unkept {
		return v.unkeptOutcome.stored
	}
	return v.stored[n.storedAt : n.storedAt+n.storedSize]
}

// textOf returns what stands for a rewritten series up to its value.
func (v *verdicts) textOf(n *verdict) []byte {
	known := v.knownOf(n)
	if !n.encoded {
		return known
	}
	name, labels, _ := bytes.Cut(known, []byte(" "))
	ls, err := decodeLabels(labels)
	if err != nil {
		panic("convert: labels that were encoded cannot be read: " + err.Error())
	}
	return appendSeriesText(nil, &Series{Name: string(name), Labels: ls})
}

// heldOf returns a series that waits for the end.
func (v *verdicts) heldOf(n *verdict) *heldSeries {
	if n == &v.unkept {
		return &v.unkeptOutcome.held
	}
	return &v.held[n.at]
}

// size is how much memory the verdicts have, in bytes.
func (v *verdicts) size() int {
	return cap(v.all)*int(unsafe.Sizeof(verdict{})) + 4*len(v.places) + cap(v.text) + cap(v.stored) +
		cap(v.held)*int(unsafe.Sizeof(heldSeries{})) + v.shared
}

// growth is how much that may become more with one outcome, as slices at most
// double.
func (v *verdicts) growth(o *outcome) (n int) {
	if len(v.all) == cap(v.all) {
		n += cap(v.all) * int(unsafe.Sizeof(verdict{}))
	}
	if 2*len(v.all) > len(v.places) {
		n += 4 * len(v.places)
	}
	if more := len(o.known()); len(v.text)+more > cap(v.text) {
		n += cap(v.text) + more
	}
	if more := len(o.stored); len(v.stored)+more > cap(v.stored) {
		n += cap(v.stored) + more
	}
	if o.ruling == rulingHold && len(v.held) == cap(v.held) {
		n += (cap(v.held) + 1) * int(unsafe.Sizeof(heldSeries{}))
	}
	return n + o.held.size()
}
