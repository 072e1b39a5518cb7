package convert

import (
	"bytes"
	"strconv"
)

// beginStores makes the encoder of stores ready for the exposition.
func (r *run) beginStores(to Stores) {
	r.added = 0
	if len(to.Outputs) > 0 && r.isBack(to) {
		r.back, to = true, Stores{}
	}
	r.store.begin(r.Converter, to)
	r.store.stats = &r.stats
}

// storeLine hands a line of the target over to stores. Its labels are its own
// and those of the target, none of which is in both.
func (r *run) storeLine(l *line, at moment) {
	e := &r.store
	if !e.on {
		return
	}
	if l.labels == 0 && r.isReport(text(l.name.of(l.buf))) {
		e.drop(DropReportSeries)
		return
	}
	e.line(l, r.numeric)
	e.put(number(l.value.of(l.buf)), at, nil)
}

// storeSample does the same for a sample of the reader.
func (r *run) storeSample(g *group, name string, own []Label, s *sample) {
	e := &r.store
	if !e.on || s.classicOnly {
		return
	}
	if g.own && len(own) == 0 && r.isReport(name) {
		e.drop(DropReportSeries)
		return
	}
	r.storeLabels(g, name, own)
	e.put(s.value, r.momentOf(s), e.appendExemplar(nil, s.exemplar, r.momentOf(s)))
}

// storeLabels makes the encoder's labels those of a series without rules.
func (r *run) storeLabels(g *group, name string, own []Label) {
	for i, l := range own {
		if l.Name == r.numeric {
			own[i].Value = r.spelled(l)
			defer func() { own[i].Value = l.Value }()
		}
	}
	r.store.encode(name, g.labels, own)
}

// storeJudged hands over a line of the scanner that rules have judged.
func (r *run) storeJudged(v *verdict, l *line, at moment) {
	if v.ruling == rulingKeep {
		r.storeLine(l, at)
		return
	}
	r.storeRelabeled(v, number(l.value.of(l.buf)), at, nil)
}

// storeRelabeled hands over what rules have made of a sample that they keep.
func (r *run) storeRelabeled(v *verdict, value float64, at moment, exemplar *exemplar) {
	e := &r.store
	switch {
	case !e.on || v.ruling == rulingDrop:
		return
	case v.ruling == rulingUnfit && unfitReasons[v.reason] == DropReportSeries:
		e.drop(DropReportSeries)
		return
	}
	e.labels = append(e.labels[:0], r.verdicts.storedOf(v)...)
	e.put(value, at, e.appendExemplar(nil, exemplar, at))
}

// momentOf is the time of a sample.
func (r *run) momentOf(s *sample) moment {
	return moment{s.at, s.timestamp && !r.IgnoreTimestamps}
}

// momentOfLine is that of a line of the scanner.
func (r *run) momentOfLine(l *line) moment {
	if !l.timestamp || r.IgnoreTimestamps || !r.store.on {
		return moment{}
	}
	token := text(bytes.TrimSpace(l.buf[l.value.end:l.place.end]))
	if !r.reader.openMetrics {
		ms, _ := strconv.ParseInt(token, 10, 64) // the scanner has looked at it
		return moment{ms, true}
	}
	seconds, _ := strconv.ParseFloat(token, 64)
	return moment{milliseconds(seconds), true}
}

// milliseconds are those of a time in OpenMetrics, as Prometheus has them.
func milliseconds(seconds float64) int64 { return int64(seconds * 1000) }

// finishStores hands over what follows the last line: markers for the series
// that have not come again, and metadata.
func (r *run) finishStores() {
	e := &r.store
	if r.back {
		r.stats.StoreDropped = map[DropReason]int{DropClock: r.stats.PostRelabel}
	}
	if !e.on {
		return
	}
	stale := 0
	r.added = len(e.walk.added)
	e.walk.end(func(ls []byte) {
		stale++
		e.marker(ls)
	})
	r.stats.Stale = stale
	if e.now-e.series.metadata >= metadataInterval {
		r.storeMetadata()
		e.series.metadata = e.now
	}
	for i := range e.ruled {
		e.ruled[i].known.end()
	}
	e.flush()
}

// markAll says that all series have ended, unless that was said already.
func (e *storeEncoder) markAll() {
	if !e.series.ended {
		e.series.each(e.marker)
		e.series.ended = true
	}
}

// metadataInterval is how far metadata of a target are apart, in milliseconds:
// the default of Prometheus (metadata_config, send_interval).
const metadataInterval = 60_000

// storeMetadata hands over what HELP, TYPE and UNIT lines say.
func (r *run) storeMetadata() {
	e := &r.store
	for _, i := range r.names.live {
		n := &r.names.entries[i]
		if n.kind == kindNone && len(n.help) == 0 {
			continue
		}
		e.tail = appendMetadata(e.tail[:0], n, text(n.unit))
		for _, out := range e.free {
			out.Append(e.tail, 0)
		}
		for j := range e.ruled {
			e.ruled[j].out.Append(e.tail, 0)
		}
	}
}

// appendMetadata appends a MetricMetadata as a field of a WriteRequest.
func appendMetadata(dst []byte, n *name, unit string) []byte {
	dst, start := begin(append(dst, tagRequestMetadata))
	if number := metadataTypes[n.kind]; number != 0 {
		dst = append(dst, tagMetadataType, number)
	}
	dst = appendBytes(dst, tagMetadataFamily, n.text)
	if len(n.help) > 0 {
		dst = appendBytes(dst, tagMetadataHelp, n.help)
	}
	if unit != "" {
		dst = appendString(dst, tagMetadataUnit, unit)
	}
	return end(dst, start)
}

const (
	tagMetadataType   = 1 << 3
	tagMetadataFamily = 2<<3 | 2
	tagMetadataHelp   = 4<<3 | 2
	tagMetadataUnit   = 5<<3 | 2
)

// metadataTypes are the numbers of MetricType in prompb/types.proto.
var metadataTypes = [kinds]byte{
	kindCounter: 1, kindGauge: 2, kindHistogram: 3, kindGaugeHistogram: 4, kindSummary: 5, kindInfo: 6, kindStateset: 7,
}

// An exemplar is what stands behind a sample of OpenMetrics or protobuf.
type exemplar struct {
	labels []Label // sorted
	value  float64
	at     int64 // its time, in Unix milliseconds
	timed  bool  // it has one
	// refused says that Prometheus does not take the labels.
	refused bool
}

// appendExemplar appends an exemplar, if there is one that Prometheus takes, as a
// field of its TimeSeries. Without a time it has that of its sample.
func (e *storeEncoder) appendExemplar(dst []byte, x *exemplar, sample moment) []byte {
	if x == nil || x.refused || runes(x.labels) > maxExemplarRunes {
		return dst
	}
	at := x.at
	switch {
	case x.timed:
	case sample.own:
		at = sample.ms
	default:
		at = e.now
	}
	dst, start := begin(append(dst, tagSeriesExemplar))
	for _, l := range x.labels {
		dst = appendLabel(dst, l)
	}
	dst = appendDouble(dst, tagExemplarValue, x.value)
	return end(appendVarint(append(dst, tagExemplarTime), at), start)
}

const (
	tagExemplarValue = 2<<3 | 1
	tagExemplarTime  = 3 << 3
)

// maxExemplarRunes bounds names and values of an exemplar's labels together, as
// OpenMetrics and Prometheus do (ExemplarMaxLabelSetLength of its model/exemplar).
const maxExemplarRunes = 128

func runes(ls []Label) (n int) {
	for _, l := range ls {
		n += len([]rune(l.Name)) + len([]rune(l.Value))
	}
	return n
}
