package convert

import "encoding/binary"

// A line is one sample as it stands in a buffer.
type line struct {
	buf       []byte // the window, or one line in canonical spelling; padding bytes more
	place     span   // in buf, with the line break
	verbatim  bool   // stands in the window as it must be written
	name      span
	labels    int // their number
	values    [maxLabels]span
	escaped   uint64 // bit i: value i has escapes
	empty     bool   // a value is; such a label is none
	shape     shape
	value     span
	timestamp bool // has one
	// known is what all encoders write before the value, or nil. Of such a line
	// nothing but the value is there.
	known []byte
}

// maxLabels is how many labels the fast way takes.
const maxLabels = 64

// labelName returns the name of the ith label.
func (l *line) labelName(i int) []byte { return l.shape.labels[i].name.of(l.shape.text) }

// labelValue returns the value of the ith label, and whether it has escapes.
func (l *line) labelValue(i int) (value []byte, escaped bool) {
	return l.values[i].of(l.buf), l.escaped&(1<<i) != 0
}

// series returns the line's series; its strings are copies.
func (l *line) series() Series {
	s := Series{Name: string(l.name.of(l.buf)), Value: number(l.value.of(l.buf))}
	for i := range l.labels {
		value, _ := l.labelValue(i)
		s.Labels = append(s.Labels, Label{string(l.labelName(i)), unescape(string(value))})
	}
	sortLabels(s.Labels)
	return s
}

// A shape is the label names of the last line, or more. Most lines have those
// of the line before, so what is known of them need not be found out again.
type shape struct {
	n      int
	labels [maxLabels]shapeLabel
	// version is another one after each change of the names.
	version uint32
	text    []byte // of the labels
}

// A shapeLabel is one label's name, and what stands before its value: {name="
// or ",name="
type shapeLabel struct {
	before, name span
	size         int    // of before
	word, mask   uint64 // its first bytes, at most eight
}

// stands tells whether what stands before the kth value stands at b[i].
func (s *shape) stands(k int, b []byte, i int) bool {
	l := &s.labels[k]
	if (binary.LittleEndian.Uint64(b[i:])^l.word)&l.mask != 0 {
		return false
	}
	return l.size <= 8 || i+l.size <= len(b) && string(b[i+8:i+l.size]) == string(s.text[l.before.start+8:l.before.end])
}

// cut forgets all labels from the nth on.
func (s *shape) cut(n int) {
	if n < s.n {
		s.text = s.text[:s.labels[n].before.start]
		s.n = n
		s.version++
	}
}

// add appends a label with what stands before its value.
func (s *shape) add(before []byte) {
	start := len(s.text)
	s.text = append(s.text, before...)
	l := &s.labels[s.n]
	*l = shapeLabel{before: span{start, len(s.text)}, size: len(before), mask: ^uint64(0)}
	l.name = span{l.before.start + 1, l.before.end - len(`="`)}
	if s.n > 0 {
		l.name.start++
	}
	var first [8]byte
	if n := copy(first[:], before); n < 8 {
		l.mask = 1<<(8*n) - 1
	}
	l.word = binary.LittleEndian.Uint64(first[:])
	s.n++
	s.version++
}

// has tells whether a name is among the labels.
func (s *shape) has(name []byte) bool {
	for i := range s.labels[:s.n] {
		if string(s.labels[i].name.of(s.text)) == string(name) {
			return true
		}
	}
	return false
}
