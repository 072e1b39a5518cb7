package convert

import (
	"errors"
	"io"
	"strings"
)

// A run is one call of Convert. It gives each line to the encoders of the
// target's own group while that is in the window. What cannot go there as it
// comes waits for the end, see regroup.
type run struct {
	*Converter
	batch   Batch
	stats   Stats
	stored  int  // series that Prometheus holds against sample_limit
	limited bool // single labels have limits

	protobuf bool
	window   window
	lines    int     // of the body, before the window's pos
	scanner  scanner // takes nearly all lines
	reader   reader  // takes the others
	other    scanner // has lines that the reader took, in canonical spelling

	names    names
	member   member  // what the last line is to its family
	fate     fate    // what becomes of all lines with the last line's name
	declared int     // index of the scanner's declared name
	pending  pending // metadata right before the next line
	open     int     // index of the family that is being encoded, or -1
	openMeta int     // index of the name whose HELP that family has
	encoders encoders
	store    storeEncoder
	header   header // scratch
	points   pointSet
	seen     map[uint64]struct{} // label sets of histograms and summaries
	aside    aside
	affected int            // names whose families wait for the end, see affect
	held     []namedSeries  // that wait for the end
	order    []*groupFamily // what regroup makes of them

	groups map[string]*group
	own    *group // the target's own
	ownKey string // own.labels.Key()
	made   int    // groups that have a series

	rewritten scanner             // has lines that rules have made
	repeats   int                 // series that rules have kept, and that the body had before
	beyond    map[uint64]struct{} // scratch of isRepeated
	numeric   string              // see setNumeric
	mix       uint64              // see hash
	key       []byte              // scratch of seriesKey
	value     []byte              // scratch of relabelSample
	// All encoders write this format.
	onlyText, onlyProtobuf bool

	kept, conflicting []Label           // scratch of place
	exports           map[string]string // exported_… names

	strays  bool // a series had a suffix such as _sum, and no histogram or summary was declared to have it
	back    bool // the clock went back, see Converter.isBack
	timed   bool // a sample had a time of its own
	retyped bool // a name was declared anew when it had series, see retype
}

// convert is Converter.Convert, with what the run has allocated before.
func (r *run) convert(c *Converter, in Input, batch Batch) (Stats, error) {
	c.withheld = nil
	r.begin(c, in, batch)
	err := r.read()
	if err := r.window.drain(); err != nil {
		return Stats{Bytes: r.window.read}, err
	}
	r.stats.Bytes = r.window.read
	if err == nil {
		r.finishStores()
	}
	return r.stats, err
}

// begin makes a run ready, which may have been used before.
func (r *run) begin(c *Converter, in Input, batch Batch) {
	openMetrics := in.MediaType == "application/openmetrics-text"
	r.protobuf = in.MediaType == "application/vnd.google.protobuf"
	r.Converter, r.batch = c, batch
	r.stats, r.stored, r.lines = Stats{}, 0, 0
	r.limited = c.Limits.ofLabels()
	r.window.reset(in.Body)
	r.scanner.reset(c.Target)
	r.other.reset(nil)
	r.scanner.openMetrics, r.reader.openMetrics = openMetrics, openMetrics
	r.reader.unframed, r.reader.column = in.Unframed, 0
	r.names.begin()
	r.open, r.pending, r.aside.text = -1, pending{}, r.aside.text[:0]
	r.points.clear()
	r.affected, r.held, r.order, r.strays, r.back, r.timed, r.retyped = 0, nil, nil, false, false, false, false
	clear(r.seen)
	r.groups, r.made = nil, 0
	r.own, r.ownKey = &group{labels: c.Target, own: true, free: true}, c.Target.Key()
	r.encoders.begin(batch.Outputs(c.Target), &r.window)
	r.beginStores(in.Stores)
	r.beginRules()
}

// maxKept is how much of a buffer is kept for the next exposition, in bytes.
const maxKept = 4 << 20

// clear forgets what belongs to the caller. It reports whether the run is worth
// being used again.
func (r *run) clear() bool {
	r.Converter, r.batch, r.groups, r.own, r.held, r.beyond = nil, nil, nil, nil, nil, nil
	r.window.from, r.scanner.target, r.rewritten.line.known = nil, nil, nil
	r.order, r.kept, r.conflicting = nil, nil, nil
	r.reader.in, r.reader.labels, r.reader.many = "", nil, nil
	r.encoders.clear()
	r.store.clear()
	return r.size() < maxKept
}

// size is about how much memory is kept, in bytes.
func (r *run) size() int {
	const perSet = 20 // of a map
	return len(r.window.buf) + r.names.size() + r.encoders.size() + r.store.size() + r.points.size() +
		cap(r.aside.text) + cap(r.other.scratch) + cap(r.rewritten.scratch) + cap(r.key) + perSet*len(r.seen)
}

// read reads all lines, as many as Prometheus would before it gives up.
func (r *run) read() error {
	if r.protobuf {
		return r.readFamilies()
	}
	for {
		switch err := r.next(); err {
		case nil:
		case io.EOF:
			return r.finish()
		default:
			return err
		}
	}
}

// next takes one line, or moves the window on.
func (r *run) next() error {
	w := &r.window
	if w.pos >= w.lines {
		if w.eof {
			return r.readSlowly()
		}
		return r.slide(0)
	}
	b := w.buf[:w.end+padding]
	if next := r.nextPoint(b, w.pos); next >= 0 { // never where the line goes to stores, too
		return r.counted(next)
	}
	if b[w.pos] == '#' {
		if r.foresees(b[:w.lines]) {
			return nil
		}
		if c, ok := r.scanner.comment(b, w.pos); ok && r.declares(c, b) {
			r.advance(c.next)
			return nil
		}
		return r.readSlowly()
	}
	if r.relabels() {
		if taken, err := r.takeForeseen(b, w.pos); taken {
			return err
		}
	}
	if r.scanner.scan(b, w.pos) {
		return r.takeLine()
	}
	return r.readSlowly()
}

// advance moves behind a line.
func (r *run) advance(to int) {
	r.window.pos = to
	r.lines++
}

// slide moves the window on, to have min bytes from pos on. Only lines that
// wait to be written stay in it.
func (r *run) slide(min int) error {
	w := &r.window
	r.encoders.flush()
	keep := w.pos
	if r.pending.place.end != w.pos {
		r.pending = pending{}
	} else {
		keep = r.pending.place.start
	}
	if s := &r.points; s.lines > 0 && s.place != (span{}) {
		if w.pos-s.place.start > windowSize/2 {
			s.leave(w.buf)
		} else {
			keep = s.place.start // stands before pending
		}
	}
	r.pending.place.start -= keep
	r.pending.place.end -= keep
	r.points.shift(keep)
	return w.slide(keep, w.pos-keep+min)
}

// takeLine takes the line of the scanner.
func (r *run) takeLine() error {
	l := &r.scanner.line
	next := l.place.end
	r.stats.Samples++
	timestamp, at := l.timestamp, r.momentOfLine(l)
	if l.empty {
		l = r.same(r.other.squeeze(l))
	}
	if r.relabels() {
		err := r.relabelLine(l, timestamp, at)
		r.advance(next)
		return err
	}
	if r.limited {
		if err := r.checkLine(l); err != nil {
			return err
		}
	}
	r.stats.PostRelabel++
	r.stored++
	r.count(&sample{timestamp: timestamp})
	r.storeLine(l, at)
	var err error
	if !r.StoresOnly {
		err = r.add(l)
	}
	r.advance(next)
	return err
}

// readSlowly takes an entry with the whole grammar.
func (r *run) readSlowly() error {
	w, in := &r.window, &r.reader
	for {
		in.in, in.pos, in.looked, in.last = text(w.buf[w.pos:w.end]), 0, false, w.last
		if w.eof && w.read == 0 {
			return io.EOF // Prometheus takes an empty body in any format
		}
		e, err := in.next()
		if in.looked && !w.eof {
			if err := r.slide(2 * (w.end - w.pos)); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return r.located(err)
		}
		if err := r.takeEntry(e); err != nil {
			return r.located(err)
		}
		r.lines += strings.Count(in.in[:in.pos], "\n")
		in.column = in.pos - strings.LastIndexByte(in.in[:in.pos], '\n') - 1
		w.pos += in.pos
		return nil
	}
}

// located counts the lines before the window into an error of the reader.
func (r *run) located(err error) error {
	var syntax *SyntaxError
	switch {
	case !errors.As(err, &syntax):
	case r.protobuf:
		syntax.Line, syntax.Column = 0, int(r.window.before)+r.window.pos+1
	default:
		syntax.Line += r.lines
	}
	return err
}

// finish is called after the last line: what waits for the end goes out.
func (r *run) finish() error {
	r.close()
	r.encoders.flush()
	r.affectEscaped()
	r.affectColliding()
	if r.affected > 0 || len(r.held) > 0 {
		r.regroup()
	}
	if r.relabels() {
		r.verdicts.end()
	}
	return r.checkSamples()
}
