package convert

import (
	"io"
	"strings"
)

// An entry is what one line of an exposition says.
type entry struct {
	kind     entryKind
	name     string // of the metric, or of the family in metadata
	named    bool   // a metric's name was there, if only ""
	text     string // HELP text, TYPE word, UNIT
	typeKind kind   // of the TYPE word
	sample   sample
}

type entryKind int

const (
	entryNothing entryKind = iota // a blank line or a comment
	entrySample
	entryHelp
	entryType
	entryUnit
)

// A sample is one line with a value.
type sample struct {
	labels    []Label // as written, empty values too
	value     float64
	timestamp bool  // had one
	at        int64 // that, in Unix milliseconds
	exemplar  *exemplar
	// classicOnly says that a store has the same from a native histogram.
	classicOnly bool
	// refused is why Prometheus, which has counted the line by then, does not
	// store it and gives the scrape up; nil for almost all.
	refused error
}

func (s *sample) refuse(err error) {
	if s.refused == nil {
		s.refused = err
	}
}

// A reader takes an exposition apart, line by line, with the grammar of
// Prometheus's own parsers (prometheus/prometheus model/textparse): where the
// text formats' documents and Prometheus disagree, Prometheus decides what a
// direct scrape would have stored. The package comment lists the differences.
type reader struct {
	in  string
	pos int
	// looked is true where the end of in was looked at: what next says may be
	// another thing where more follows.
	looked bool

	openMetrics bool
	unframed    bool            // a last line without its newline may be a stump
	last        byte            // of the body, where in has all of it
	column      int             // bytes of the line that stand before in
	labels      []Label         // scratch of the entry
	many        map[string]bool // their names, where they are many
}

// next returns the next entry, or io.EOF after the last. The strings of an
// entry are parts of the input, its labels are valid until the next call.
func (r *reader) next() (entry, error) {
	r.blanks()
	switch c, more := r.peek(); {
	case !more:
		return entry{}, r.end()
	case c == '\n' && !r.openMetrics:
		r.pos++
		return entry{}, nil
	case c == '#':
		return r.comment()
	}
	return r.series()
}

// peek returns the next byte, or false at the end.
func (r *reader) peek() (c byte, more bool) {
	if r.pos < len(r.in) {
		return r.in[r.pos], true
	}
	r.looked = true
	return 0, false
}

// at tells whether c is the next byte.
func (r *reader) at(c byte) bool {
	next, more := r.peek()
	return more && next == c
}

// atText tells whether what follows begins with s.
func (r *reader) atText(s string) bool {
	if len(r.in)-r.pos < len(s) {
		r.looked = true
	}
	return strings.HasPrefix(r.in[r.pos:], s)
}

// end is called where the input ends before a line begins.
func (r *reader) end() error {
	switch {
	case r.openMetrics:
		return r.errorAt(r.pos, "the body does not end with # EOF")
	case r.unframed && r.last != '\n':
		return r.errorAt(r.pos, "the last line does not end, and the connection ended without a length: the body may be cut off")
	}
	return io.EOF
}

// series reads a line with a value.
func (r *reader) series() (entry, error) {
	e := entry{kind: entrySample, name: r.metricName(), sample: sample{labels: r.labels[:0]}}
	e.named = e.name != ""
	start := r.pos
	r.blanks()
	if r.at('{') {
		err := r.braces(&e)
		r.labels = e.sample.labels
		if err != nil {
			return e, err
		}
		if !e.named {
			return e, r.errorAt(start, "want a metric name")
		}
	} else if !e.named {
		return e, r.errorAt(start, "want a metric name, a comment or a line break")
	}
	return e, r.suffix(&e.sample)
}

// newline steps over a line break, or stays at the end of the input.
func (r *reader) newline() {
	if _, more := r.peek(); more {
		r.pos++
	}
}

func (r *reader) skipLine() {
	r.pos = r.lineBreak()
	r.newline()
}

// lineBreak returns the place of the next line break, or the end of the input.
func (r *reader) lineBreak() int {
	end := strings.IndexByte(r.in[r.pos:], '\n')
	if end < 0 {
		r.looked = true
		return len(r.in)
	}
	return r.pos + end
}

// blanks steps over blanks and tabs, which OpenMetrics has nowhere, and
// returns their number.
func (r *reader) blanks() int {
	start := r.pos
	for !r.openMetrics && (r.at(' ') || r.at('\t')) {
		r.pos++
	}
	return r.pos - start
}

// metricName reads a classic metric name; "" where none begins.
func (r *reader) metricName() string {
	start := r.pos
	for c, more := r.peek(); more && (c == ':' || continuesName(c, r.pos-start)); c, more = r.peek() {
		r.pos++
	}
	return r.in[start:r.pos]
}

// labelName reads a classic label name, which has no colons.
func (r *reader) labelName() string {
	start := r.pos
	for c, more := r.peek(); more && continuesName(c, r.pos-start); c, more = r.peek() {
		r.pos++
	}
	return r.in[start:r.pos]
}

// continuesName tells whether c may stand behind the first n bytes of a
// classic name.
func continuesName(c byte, n int) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || n > 0 && isDigit(c)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
