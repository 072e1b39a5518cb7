package convert

import (
	"io"
	"strings"
	"unicode/utf8"
)

// comment reads a line that begins with '#'.
func (r *reader) comment() (entry, error) {
	start := r.pos
	r.pos++
	if r.openMetrics {
		return r.openMetricsComment(start)
	}
	var e entry
	if r.blanks() > 0 && r.keyword("HELP") {
		e.kind = entryHelp
	} else if r.pos > start+1 && r.keyword("TYPE") {
		e.kind = entryType
	} else {
		r.skipLine()
		return e, nil
	}
	return r.metadata(e)
}

// keyword takes word and the blanks behind it, at least one.
func (r *reader) keyword(word string) bool {
	if !r.atText(word+" ") && !r.atText(word+"\t") {
		return false
	}
	r.pos += len(word)
	r.blanks()
	return true
}

func (r *reader) openMetricsComment(start int) (entry, error) {
	const eof = " EOF"
	var e entry
	switch {
	case r.atText(" HELP "):
		e.kind = entryHelp
	case r.atText(" TYPE "):
		e.kind = entryType
	case r.atText(" UNIT "):
		e.kind = entryUnit
	case r.atText(eof):
		return e, r.endOfBody(start, r.pos+len(eof))
	default:
		return e, r.errorAt(start, "want # HELP, # TYPE, # UNIT or # EOF")
	}
	r.pos += len(" HELP ")
	return r.metadata(e)
}

// endOfBody is called for # EOF, with the place behind it: a line break may
// follow, and nothing else.
func (r *reader) endOfBody(start, end int) error {
	if end < len(r.in) && r.in[end] == '\n' {
		end++
	}
	if end < len(r.in) {
		return r.errorAt(start, "data after # EOF")
	}
	r.pos, r.looked = end, true
	return io.EOF
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
		var ok bool
		if e.typeKind, ok = r.typeKind(e.text); !ok {
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

// typeKind returns the kind of a TYPE line's word.
func (r *reader) typeKind(word string) (kind, bool) {
	if r.openMetrics {
		return openMetricsKind(word)
	}
	return textKind(word)
}

func (r *reader) metadataName() (string, error) {
	if r.at('"') {
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
