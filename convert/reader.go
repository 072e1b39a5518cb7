package convert

import (
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/common/model"
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

// comment reads a line that begins with '#'; found is false for one that says
// nothing.
func (r *reader) comment() (e entry, found bool, err error) {
	start := r.pos
	r.pos++
	if r.openMetrics {
		e, err = r.openMetricsComment(start)
		return e, true, err
	}
	if r.blanks() == 0 {
		return e, false, r.skipLine()
	}
	switch {
	case r.keyword("HELP"):
		e.kind = entryHelp
	case r.keyword("TYPE"):
		e.kind = entryType
	default:
		return e, false, r.skipLine()
	}
	e, err = r.metadata(e)
	return e, true, err
}

// keyword takes word and the blanks behind it, at least one.
func (r *reader) keyword(word string) bool {
	rest, ok := strings.CutPrefix(r.in[r.pos:], word)
	if !ok || rest == "" || !isBlank(rest[0]) {
		return false
	}
	r.pos += len(word)
	r.blanks()
	return true
}

func (r *reader) openMetricsComment(start int) (entry, error) {
	var e entry
	rest := r.in[r.pos:]
	switch {
	case strings.HasPrefix(rest, " HELP "):
		e.kind = entryHelp
	case strings.HasPrefix(rest, " TYPE "):
		e.kind = entryType
	case strings.HasPrefix(rest, " UNIT "):
		e.kind = entryUnit
	case rest == " EOF" || rest == " EOF\n":
		r.pos = len(r.in)
		return e, io.EOF
	case strings.HasPrefix(rest, " EOF"):
		return e, r.errorAt(start, "data after # EOF")
	default:
		return e, r.errorAt(start, "want # HELP, # TYPE, # UNIT or # EOF")
	}
	r.pos += len(" HELP ")
	return r.metadata(e)
}

// metadata reads the name and the text of a HELP, TYPE or UNIT line.
func (r *reader) metadata(e entry) (entry, error) {
	var err error
	if e.name, err = r.metadataName(); err != nil {
		return e, err
	}
	if e.text, err = r.metadataText(); err != nil {
		return e, err
	}
	start := r.pos - len(e.text)
	switch e.kind {
	case entryHelp:
		if !utf8.ValidString(e.text) {
			return e, r.errorAt(start, "the help text is not UTF-8")
		}
		e.text = r.unescapeHelp(e.text)
	case entryType:
		if !r.types()[e.text] {
			return e, r.errorAt(start, "%.50q is not a metric type", e.text)
		}
	case entryUnit:
		if e.text != "" && !strings.HasSuffix(e.name, "_"+e.text) {
			return e, r.errorAt(start, "unit %.50q is not the end of the name %.50q", e.text, e.name)
		}
	}
	r.newline()
	return e, nil
}

func (r *reader) metadataName() (string, error) {
	if r.pos < len(r.in) && r.in[r.pos] == '"' {
		name, err := r.quoted(true)
		return unescape(name), err
	}
	name := r.name(true)
	if name == "" {
		return "", r.errorAt(r.pos, "want a metric name")
	}
	return name, nil
}

// metadataText returns the rest of the line without the one character that
// separates it from the name; what else stands there belongs to the text.
func (r *reader) metadataText() (string, error) {
	end := strings.IndexByte(r.in[r.pos:], '\n')
	if end < 0 {
		if r.openMetrics {
			return "", r.errorAt(len(r.in), "the line does not end")
		}
		end = len(r.in) - r.pos
	}
	text := r.in[r.pos : r.pos+end]
	if r.openMetrics && (text == "" || text[0] != ' ') {
		return "", r.errorAt(r.pos, "want a blank and a text")
	}
	r.pos += end
	if text == "" || !r.openMetrics && strings.Trim(text, " \t") == "" {
		return "", nil
	}
	return text[1:], nil
}

// series reads a line with a value.
func (r *reader) series() (entry, error) {
	e := entry{kind: entrySample, name: r.name(true)}
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

// braces reads a label set, which may hold the metric's name in quotes.
func (r *reader) braces(e *entry) error {
	r.pos++
	for {
		r.blanks()
		start := r.pos
		switch {
		case r.pos >= len(r.in):
			return r.errorAt(start, "the label set does not end")
		case r.in[r.pos] == '}':
			r.pos++
			return nil
		}
		if err := r.pair(e, start); err != nil {
			return err
		}
		r.blanks()
		comma := r.pos < len(r.in) && r.in[r.pos] == ','
		if comma {
			r.pos++
		} else if r.openMetrics && (r.pos >= len(r.in) || r.in[r.pos] != '}') {
			return r.errorAt(r.pos, "want a comma or a closing brace")
		}
	}
}

// pair reads name="value", or the quoted name of the metric.
func (r *reader) pair(e *entry, start int) error {
	name, quoted, err := r.labelName()
	if err != nil {
		return err
	}
	if name == "" || quoted && !utf8.ValidString(name) {
		e.sample.refuse(r.errorAt(start, "a quoted name must be UTF-8 and not empty"))
	}
	r.blanks()
	if quoted && r.pos < len(r.in) && (r.in[r.pos] == ',' || r.in[r.pos] == '}') {
		if e.named {
			return r.errorAt(start, "the metric has two names")
		}
		e.name, e.named = name, true
		return nil
	}
	value, err := r.labelValue()
	if err != nil {
		return err
	}
	if name == model.MetricNameLabel || hasLabel(e.sample.labels, name) {
		e.sample.refuse(r.errorAt(start, "label name %.50q is not unique", name))
	}
	e.sample.labels = append(e.sample.labels, Label{name, value})
	return nil
}

func hasLabel(ls []Label, name string) bool {
	for i := range ls {
		if ls[i].Name == name {
			return true
		}
	}
	return false
}

func (r *reader) labelName() (name string, quoted bool, err error) {
	start := r.pos
	if r.in[r.pos] != '"' {
		if name = r.name(false); name == "" {
			return "", false, r.errorAt(start, "want a label name")
		}
		return name, false, nil
	}
	name, err = r.quoted(true)
	return unescape(name), true, err
}

func (r *reader) labelValue() (string, error) {
	if r.pos >= len(r.in) || r.in[r.pos] != '=' {
		return "", r.errorAt(r.pos, "want an equals sign")
	}
	r.pos++
	r.blanks()
	start := r.pos
	if r.pos >= len(r.in) || r.in[r.pos] != '"' {
		return "", r.errorAt(start, "want a label value in quotes")
	}
	value, err := r.quoted(!r.openMetrics)
	if err != nil {
		return "", err
	}
	if !utf8.ValidString(value) {
		return "", r.errorAt(start, "the label value is not UTF-8")
	}
	return unescape(value), nil
}

// quoted reads a string in quotes and returns what stands between them.
// Prometheus lets a line break stand in it where newlines says so.
func (r *reader) quoted(newlines bool) (string, error) {
	open := r.pos // the place to look at in an error
	for i := open + 1; i < len(r.in); i++ {
		switch r.in[i] {
		case '"':
			r.pos = i + 1
			return r.in[open+1 : i], nil
		case '\\':
			i++
			if i < len(r.in) && r.in[i] == '\n' {
				return "", r.errorAt(open, "a line ends after a backslash in quotes")
			}
		case '\n':
			if !newlines {
				return "", r.errorAt(open, "unterminated label value")
			}
		}
	}
	return "", r.errorAt(open, "unterminated label value")
}

// suffix reads what follows the labels: value, timestamp, exemplar, newline.
func (r *reader) suffix(s *sample) error {
	var err error
	if s.value, err = r.value(); err != nil {
		return err
	}
	if r.openMetrics {
		return r.openMetricsSuffix(s)
	}
	r.blanks()
	if start := r.pos; start < len(r.in) && isDigit(r.in[start]) {
		for r.pos < len(r.in) && isDigit(r.in[r.pos]) {
			r.pos++
		}
		if _, err := strconv.ParseInt(r.in[start:r.pos], 10, 64); err != nil {
			return r.errorAt(start, "timestamp %.50q is out of range", r.in[start:r.pos])
		}
		s.timestamp = true
		r.blanks()
	}
	return r.lineEnd()
}

func (r *reader) openMetricsSuffix(s *sample) error {
	const exemplar = " # {"
	rest := r.in[r.pos:]
	if strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, exemplar) {
		if err := r.openMetricsTimestamp(); err != nil {
			return err
		}
		s.timestamp = true
		rest = r.in[r.pos:]
	}
	if strings.HasPrefix(rest, exemplar) {
		s.exemplar = true
		r.pos += len(exemplar) - 1
		return r.exemplar()
	}
	return r.lineEnd()
}

func (r *reader) openMetricsTimestamp() error {
	start := r.pos
	ts, err := r.value()
	if err != nil || math.IsNaN(ts) || math.IsInf(ts, 0) {
		r.pos = start
		return r.errorAt(start+1, "want a timestamp in seconds, an exemplar or a line break")
	}
	return nil
}

// exemplar reads an exemplar from its opening brace on, and forgets it, also
// where Prometheus would refuse its labels: that loses the exemplar only.
func (r *reader) exemplar() error {
	start := r.pos
	var e entry
	if err := r.braces(&e); err != nil {
		return err
	}
	if e.named {
		return r.errorAt(start, "an exemplar has no name")
	}
	if _, err := r.value(); err != nil {
		return err
	}
	if strings.HasPrefix(r.in[r.pos:], " ") {
		if err := r.openMetricsTimestamp(); err != nil {
			return err
		}
	}
	return r.lineEnd()
}

// value reads a number; in OpenMetrics one blank stands before it.
func (r *reader) value() (float64, error) {
	if !r.openMetrics {
		r.blanks()
	} else if r.pos >= len(r.in) || r.in[r.pos] != ' ' {
		return 0, r.errorAt(r.pos, "want a blank and a value")
	} else {
		r.pos++
	}
	start := r.pos
	for r.pos < len(r.in) && !endsValue(r.in[r.pos], r.openMetrics) {
		r.pos++
	}
	v, err := parseFloat(r.in[start:r.pos])
	if err != nil {
		return 0, r.errorAt(start, "want a value, got %.50q", r.in[start:r.pos])
	}
	return v, nil
}

func endsValue(c byte, openMetrics bool) bool {
	return c == ' ' || c == '\n' || !openMetrics && (c == '\t' || c == '{')
}

// parseFloat takes what Prometheus takes: no hexadecimal, no underscores.
// strconv has one NaN only, so a value can never be a stale marker.
func parseFloat(s string) (float64, error) {
	if strings.ContainsAny(s, "pP_") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

func (r *reader) lineEnd() error {
	switch {
	case r.pos < len(r.in) && r.in[r.pos] == '\n':
		r.newline()
	case r.pos < len(r.in) && r.openMetrics:
		return r.errorAt(r.pos, "want the end of the line")
	case r.pos < len(r.in):
		return r.errorAt(r.pos, "want a timestamp in milliseconds or a line break")
	case r.openMetrics:
		return r.errorAt(r.pos, "the body does not end with # EOF")
	}
	return nil
}

// newline steps over a line break, or stays at the end of the input.
func (r *reader) newline() {
	if r.pos < len(r.in) {
		r.pos++
	}
}

func (r *reader) skipLine() error {
	end := strings.IndexByte(r.in[r.pos:], '\n')
	if end < 0 {
		r.pos = len(r.in)
		return nil
	}
	r.pos += end
	r.newline()
	return nil
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

// name reads a classic name, with colons for metrics; "" where none begins.
func (r *reader) name(colons bool) string {
	start := r.pos
	for ; r.pos < len(r.in); r.pos++ {
		c := r.in[r.pos]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' && colons
		if !letter && (r.pos == start || !isDigit(c)) {
			break
		}
	}
	return r.in[start:r.pos]
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// unescape undoes the escapes of label values and quoted names. Others than
// \\, \" and \n stay as they are, as in Prometheus.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return labelEscapes.Replace(s)
}

// unescapeHelp does the same for HELP, where the text format has no \".
func (r *reader) unescapeHelp(s string) string {
	if r.openMetrics || strings.IndexByte(s, '\\') < 0 {
		return unescape(s)
	}
	return helpEscapes.Replace(s)
}

var (
	labelEscapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n")
	helpEscapes  = strings.NewReplacer(`\\`, `\`, `\n`, "\n")
)
