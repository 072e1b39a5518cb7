package convert

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// scanner takes apart lines in canonical spelling: nearly all of a real
// exposition. Whatever it does not take, wrong or only unusual, is for reader,
// which has the whole grammar: scanner never decides that something is wrong.
type scanner struct {
	openMetrics bool
	target      Labels // names that a line's labels must not have
	line        line
	declared    []byte // a name that was right
	name        []byte // of the last line; empty to have the next one looked at anew
	isDeclared  bool   // name is declared
	named       []byte // backs name, else
	renamed     bool   // a line had another name since run.rename looked at one
	scratch     []byte // of respell
}

func (s *scanner) reset(target Labels) {
	s.target = target
	s.name, s.declared = nil, nil
	s.line.shape.cut(0)
}

// scan takes the line that begins at b[start]. There is a line break in b, and
// padding bytes behind that. ok is false where the line is for reader.
func (s *scanner) scan(b []byte, start int) (ok bool) {
	l := &s.line
	i := start + len(s.name)
	if i == start || i >= len(b) || string(b[start:i]) != string(s.name) || b[i] != '{' && b[i] != ' ' {
		if i = s.newName(b, start); i == start {
			return false
		}
	}
	l.buf, l.name, l.labels, l.escaped, l.empty = b, span{start, i}, 0, 0, false
	if b[i] == '{' {
		if i = s.labels(b, i); i < 0 {
			return false
		}
	}
	if b[i] != ' ' {
		return false
	}
	return s.suffix(b, start, i+1)
}

// suffix takes what follows the labels: a value, a timestamp, the line break.
func (s *scanner) suffix(b []byte, start, i int) bool {
	l := &s.line
	l.value.start = i
	if i = skipNumber(b, i); i < 0 {
		return false
	}
	l.value.end = i
	l.timestamp = b[i] != '\n'
	l.verbatim = !l.timestamp
	if l.timestamp {
		if i = s.timestamp(b, i); i < 0 {
			return false
		}
	}
	l.place = span{start, i + 1}
	return true
}

// timestamp returns the index of the line break behind a timestamp, or -1.
func (s *scanner) timestamp(b []byte, i int) int {
	if b[i] != ' ' {
		return -1
	}
	i++
	start := i
	for isDigit(b[i]) {
		i++
	}
	if n := i - start; n == 0 || n > 18 { // more could be out of range
		return -1
	}
	if s.openMetrics && b[i] == '.' {
		i++
		for isDigit(b[i]) {
			i++
		}
	}
	if b[i] != '\n' {
		return -1
	}
	return i
}

// labels takes a label set from its opening brace on and returns the index
// behind it, or -1.
func (s *scanner) labels(b []byte, i int) int {
	l := &s.line
	for k := 0; k < maxLabels; k++ {
		if k < l.shape.n && !l.shape.stands(k, b, i) {
			l.shape.cut(k)
		}
		if k == l.shape.n && !s.newLabel(b, i) {
			return -1
		}
		start := i + l.shape.labels[k].size
		end := start
		if end = s.labelValue(b, start, k); end < 0 {
			return -1
		}
		l.empty = l.empty || end == start
		l.values[k] = span{start, end}
		if b[end+1] == '}' {
			l.labels = k + 1
			return end + 2
		}
		i = end
	}
	return -1
}

// newLabel adds the label that begins at b[i] to the shape, unless it needs
// more than being copied.
func (s *scanner) newLabel(b []byte, i int) bool {
	sh := &s.line.shape
	start := i
	i++
	if sh.n > 0 {
		if b[i] != ',' {
			return false
		}
		i++
	}
	name := i
	for continuesName(b[i], i-name) {
		i++
	}
	switch {
	case i == name || b[i] != '=' || b[i+1] != '"':
		return false
	case b[name] == '_' && b[name+1] == '_', sh.has(b[name:i]), s.target.Has(text(b[name:i])):
		return false
	}
	sh.add(b[start : i+2])
	return true
}

// The bytes at which a value needs a look, eight times.
const (
	ones      = 0x0101010101010101
	quotes    = '"' * ones
	backslash = '\\' * ones
	breaks    = '\n' * ones
	highs     = 0x80 * ones
)

// labelValue returns the index of the quote that ends the value at b[i], or -1.
func (s *scanner) labelValue(b []byte, i, k int) int {
	for {
		w := binary.LittleEndian.Uint64(b[i : i+8])
		// The lowest high bit is that of the first such byte.
		found := ((w ^ quotes - ones) | (w ^ backslash - ones) | (w ^ breaks - ones) | w) & highs
		if found == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(found) / 8
		switch c := b[i]; {
		case c == '"':
			return i
		case c == '\\' && (b[i+1] == '\\' || b[i+1] == '"' || b[i+1] == 'n'):
			s.line.escaped |= 1 << k
			i += 2
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return -1
			}
			i += n
		default:
			return -1
		}
	}
}

// skipName returns the index behind the classic metric name that begins at b[i].
func skipName(b []byte, i int) int {
	start := i
	for nameBytes[b[i]] {
		i++
	}
	if i > start && isDigit(b[start]) {
		return start
	}
	return i
}

// newName returns the index behind the name at b[i], which is not that of the
// line before, or i without one.
func (s *scanner) newName(b []byte, i int) int {
	if end := s.skipDeclared(b, i); end > i {
		s.name, s.renamed, s.isDeclared = s.declared, true, true
		return end
	}
	end := skipName(b, i)
	if end > i {
		s.rename(b[i:end])
	}
	return end
}

func (s *scanner) rename(name []byte) {
	s.named = append(s.named[:0], name...)
	s.name, s.renamed, s.isDeclared = s.named, true, false
}

// skipDeclared returns the index behind the name at b[i] if that is the one
// that was declared last, and need not be looked at; else i.
func (s *scanner) skipDeclared(b []byte, i int) int {
	if n := len(s.declared); n > 0 && i+n < len(b) && string(b[i:i+n]) == string(s.declared) && !nameBytes[b[i+n]] {
		return i + n
	}
	return i
}

// nameBytes are those of a metric's name but for its first, which is no digit.
var nameBytes = func() (set [256]bool) {
	for c := range set {
		set[c] = c == ':' || continuesName(byte(c), 1)
	}
	return set
}()
