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
	at := r.momentOf(s)
	e.put(s.value, at, e.appendExemplar(nil, s.exemplar, at))
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
