package convert

import (
	"io"
	"strings"
	"unicode/utf8"
)

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
		r.skipLine()
		return e, false, nil
	}
	switch {
	case r.keyword("HELP"):
		e.kind = entryHelp
	case r.keyword("TYPE"):
		e.kind = entryType
	default:
		r.skipLine()
		return e, false, nil
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
		name, err := r.quotedName()
		return unescape(name), err
	}
	name := r.metricName()
	if name == "" {
		return "", r.errorAt(r.pos, "want a metric name")
	}
	return name, nil
}

// metadataText returns the rest of the line without the one character that
// separates it from the name; what else stands there belongs to the text.
func (r *reader) metadataText() (string, error) {
	end := r.lineBreak()
	if r.openMetrics && end == len(r.in) {
		return "", r.errorAt(end, "the line does not end")
	}
	text := r.in[r.pos:end]
	if r.openMetrics && (text == "" || text[0] != ' ') {
		return "", r.errorAt(r.pos, "want a blank and a text")
	}
	r.pos = end
	if text == "" || !r.openMetrics && strings.Trim(text, " \t") == "" {
		return "", nil
	}
	return text[1:], nil
}
