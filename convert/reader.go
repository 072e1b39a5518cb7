package convert

import (
	"io"
	"strings"
)

// An entry is what one line of an exposition says.
type entry struct {
	kind   entryKind
	name   string // of the metric, or of the family in metadata
	named  bool   // a metric's name was there, if only ""
	text   string // HELP text, TYPE word, UNIT
	sample sample
}

type entryKind int

const (
	entrySample entryKind = iota
	entryHelp
	entryType
	entryUnit
)

// A sample is one line with a value.
type sample struct {
	labels    []Label // as written, empty values too
	value     float64
	timestamp bool // had one
	exemplar  bool // had one
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

	openMetrics bool
	unframed    bool // a last line without its newline may be a stump
}

// next returns the next entry, or io.EOF after the last. The strings of an
// entry are parts of the input.
func (r *reader) next() (entry, error) {
	for {
		r.blanks()
		if r.pos >= len(r.in) {
			return entry{}, r.end()
		}
		switch c := r.in[r.pos]; {
		case c == '\n' && !r.openMetrics:
			r.newline()
		case c == '#':
			e, found, err := r.comment()
			if found || err != nil {
				return e, err
			}
		default:
			return r.series()
		}
	}
}

// end is called where the input ends before a line begins.
func (r *reader) end() error {
	switch {
	case r.openMetrics:
		return r.errorAt(r.pos, "the body does not end with # EOF")
	case r.unframed && r.in[len(r.in)-1] != '\n':
		return r.errorAt(r.pos, "the last line does not end, and the connection ended without a length: the body may be cut off")
	}
	return io.EOF
}

// series reads a line with a value.
func (r *reader) series() (entry, error) {
	e := entry{kind: entrySample, name: r.metricName()}
	e.named = e.name != ""
	start := r.pos
	r.blanks()
	if r.pos < len(r.in) && r.in[r.pos] == '{' {
		if err := r.braces(&e); err != nil {
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
	if r.pos < len(r.in) {
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
		return len(r.in)
	}
	return r.pos + end
}

// blanks steps over blanks and tabs, which OpenMetrics has nowhere, and
// returns their number.
func (r *reader) blanks() int {
	start := r.pos
	for !r.openMetrics && r.pos < len(r.in) && isBlank(r.in[r.pos]) {
		r.pos++
	}
	return r.pos - start
}

// metricName reads a classic metric name; "" where none begins.
func (r *reader) metricName() string {
	start := r.pos
	for r.pos < len(r.in) && (r.in[r.pos] == ':' || continuesName(r.in[r.pos], r.pos-start)) {
		r.pos++
	}
	return r.in[start:r.pos]
}

// labelName reads a classic label name, which has no colons.
func (r *reader) labelName() string {
	start := r.pos
	for r.pos < len(r.in) && continuesName(r.in[r.pos], r.pos-start) {
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
