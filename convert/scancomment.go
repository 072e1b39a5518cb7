package convert

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// A comment is a HELP or TYPE line in canonical spelling.
type comment struct {
	kind entryKind
	name span
	text span
	next int // index behind the line break
}

// comment takes the line that begins with b[start], a '#'. ok is false where
// it is for reader.
func (s *scanner) comment(b []byte, start int) (c comment, ok bool) {
	const keyword = len("# HELP ")
	if start+keyword > len(b) {
		return c, false
	}
	switch string(b[start : start+keyword]) {
	case "# HELP ":
		c.kind = entryHelp
	case "# TYPE ":
		c.kind = entryType
	default:
		return c, false
	}
	c.name.start = start + keyword
	if c.name.end = s.skipDeclared(b, c.name.start); c.name.end == c.name.start {
		c.name.end = skipName(b, c.name.start)
	}
	if c.name.end == c.name.start || b[c.name.end] != ' ' {
		return c, false
	}
	c.text.start = c.name.end + 1
	end := bytes.IndexByte(b[c.text.start:], '\n')
	if end < 0 {
		return c, false
	}
	c.text.end = c.text.start + end
	c.next = c.text.end + 1
	return c, c.kind == entryType || isPlain(c.text.of(b))
}

// isPlain tells a text that has one spelling: ASCII without a backslash, and
// not only blanks.
func isPlain(s []byte) bool {
	if len(s) == 0 || isBlank(s[0]) || s[len(s)-1] == '\r' {
		return false
	}
	for len(s) >= 8 {
		w := binary.LittleEndian.Uint64(s)
		if ((w^backslash-ones)|w)&highs != 0 {
			return false
		}
		s = s[8:]
	}
	for _, c := range s {
		if c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
