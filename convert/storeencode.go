package convert

import (
	"hash/maphash"
	"math"
	"time"
)

// A storeEncoder writes the series of one scrape as TimeSeries of remote_write:
// each sample for itself, with all labels that it has in Prometheus. It sees
// each line once, beside the encoders of the gateways, which see groups and
// families instead.
type storeEncoder struct {
	on     bool // else nothing goes to stores
	target Labels
	series *liveSet
	walk   walk
	stats  *Stats
	now    int64 // of the scrape, Unix time in milliseconds
	far    int64 // a sample's own time must not be above it
	stamp  []byte

	free  []SeriesOutput // without rules: all get the same
	ruled []ruledOutput

	waiting portions
	labels  []byte // scratch: of one series, encoded
	tail    []byte // scratch: what stands behind the labels
	value   []byte // scratch
	merged  []Label
	plans   plans
	numbers map[string]string // of le and quantile, as Prometheus spells them
}

// maxAhead is how far a sample's own time may be ahead, as in Prometheus
// (maxAheadTime of its scrape package).
const maxAhead = 10 * time.Minute

// begin makes the encoder ready for a scrape, or for what is reported of one.
func (e *storeEncoder) begin(c *Converter, to Stores) {
	e.on = len(to.Outputs) > 0
	if !e.on {
		return
	}
	if c.series == nil {
		c.series = &liveSet{seed: maphash.MakeSeed()}
	}
	e.target, e.series, e.stats = c.Target, c.series, nil
	e.now = to.Time.UnixMilli()
	e.far = to.Time.Add(maxAhead).UnixMilli()
	e.stamp = appendStamp(e.stamp[:0], e.now)
	e.waiting.clear()
	e.plans.begin(c.Target)
	e.walk.begin(c.series)
	e.direct(c, to.Outputs)
}

// clear lets go of what belongs to the caller.
func (e *storeEncoder) clear() {
	e.on, e.target, e.series, e.stats = false, nil, nil, nil
	clear(e.free)
	for i := range e.ruled {
		e.ruled[i] = ruledOutput{waiting: e.ruled[i].waiting}
	}
	e.free, e.ruled = e.free[:0], e.ruled[:0]
	e.walk.clear()
}

// size is how much memory the encoder has, in bytes.
func (e *storeEncoder) size() int {
	n := e.waiting.size() + cap(e.labels) + cap(e.tail) + e.plans.size() + e.walk.size()
	for _, o := range e.ruled[:cap(e.ruled)] {
		n += o.waiting.size()
	}
	return n
}

// A moment is the time of a sample: its own, in Unix milliseconds, or that of
// the scrape.
type moment struct {
	ms  int64
	own bool
}

// put hands over one sample of the series whose labels are e.labels, encoded.
// more are further fields of it.
func (e *storeEncoder) put(value float64, at moment, more []byte) {
	hash := maphash.Bytes(e.series.seed, e.labels)
	if e.takes(hash, at) {
		e.tail = append(e.appendSample(e.tail[:0], value, at), more...)
		e.emit(e.labels, hash, at)
	}
}

// takes tells whether a sample is one that Prometheus would store, and notes its
// series.
func (e *storeEncoder) takes(hash uint64, at moment) bool {
	again := e.walk.take(hash, e.labels, at.own)
	switch {
	case again && !at.own:
		e.drop(DropDuplicate)
	case at.own && at.ms > e.far:
		e.drop(DropFuture)
	default:
		e.stats.Stored++
		return true
	}
	return false
}

func (e *storeEncoder) drop(reason DropReason) {
	if e.stats.StoreDropped == nil {
		e.stats.StoreDropped = make(map[DropReason]int)
	}
	e.stats.StoreDropped[reason]++
}

// plain hands over a sample that is not one of an exposition.
func (e *storeEncoder) plain(ls []byte, value float64) {
	e.tail = e.appendSample(e.tail[:0], value, moment{})
	e.emit(ls, maphash.Bytes(e.series.seed, ls), moment{})
}

// marker says that a series has ended.
func (e *storeEncoder) marker(ls []byte) {
	e.tail = appendSampleOf(e.tail[:0], staleMarker, e.stamp)
	e.emit(ls, maphash.Bytes(e.series.seed, ls), moment{})
}

// emit hands a TimeSeries over, which has one sample: labels, and what stands in
// e.tail.
func (e *storeEncoder) emit(ls []byte, hash uint64, at moment) {
	if len(e.free) > 0 {
		if !e.waiting.fits(len(ls) + len(e.tail)) {
			e.waiting.handTo(e.free...)
		}
		e.waiting.add(ls, e.tail, at)
	}
	for i := range e.ruled {
		if reason := e.ruled[i].emit(ls, hash, e.tail, at); reason != "" && e.stats != nil {
			e.drop(reason)
		}
	}
}

func (e *storeEncoder) flush() {
	e.waiting.handTo(e.free...)
	for i := range e.ruled {
		e.ruled[i].flush()
	}
}

// appendSample appends a Sample as a field of its TimeSeries.
func (e *storeEncoder) appendSample(dst []byte, value float64, at moment) []byte {
	stamp := e.stamp
	if at.own {
		e.value = appendStamp(e.value[:0], at.ms)
		stamp = e.value
	}
	bits := math.Float64bits(value)
	if math.IsNaN(value) {
		bits = normalNaN // a target cannot end a series by itself
	}
	return appendSampleOf(dst, bits, stamp)
}
