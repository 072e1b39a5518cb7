package convert

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"unsafe"

	"github.com/prometheus/common/model"
)

// A pointSet is what a histogram or summary has for one label set, while its
// lines are read: points (buckets or quantiles), a sum and a count.
type pointSet struct {
	kind             Type
	pairs            []pair // the labels without le or quantile
	text             []byte // of the pairs
	points           []setPoint
	sum, count       float64
	hasSum, hasCount bool
	native           []byte // fields of a native histogram, encoded

	lines int
	place span   // of the lines in the window; empty where they do not stand there as they must be written
	other []byte // the lines then
	// prefix is a part of place: all before the number of the last point, if
	// that is the last of the labels. The next point's line most often has the
	// same.
	prefix span
}

// A pair is one label as it stands in a line.
type pair struct {
	name, value []byte
	escaped     bool
}

type setPoint struct{ at, value float64 }

// begin starts the set of a line. The label with index at is no part of it.
func (s *pointSet) begin(kind Type, l *line, at int) {
	*s = pointSet{kind: kind, pairs: s.pairs[:0], text: s.text[:0], points: s.points[:0], other: s.other[:0]}
	for i := range l.labels {
		if i == at {
			continue
		}
		value, escaped := l.labelValue(i)
		name := s.keep(l.labelName(i))
		s.pairs = append(s.pairs, pair{name, s.keep(value), escaped})
	}
}

// clear ends the set: no line is a next one of it.
func (s *pointSet) clear() { s.lines, s.prefix = 0, span{} }

func (s *pointSet) keep(b []byte) []byte {
	start := len(s.text)
	s.text = append(s.text, b...)
	return s.text[start:len(s.text):len(s.text)]
}

// hash is equal for equal labels, in whatever order they stand.
func (s *pointSet) hash(seed maphash.Seed) (sum uint64) {
	for _, p := range s.pairs {
		h := maphash.Bytes(seed, p.name) ^ 0x9e3779b97f4a7c15*maphash.Bytes(seed, p.value)
		sum += h * (h>>32 | 1)
	}
	return sum
}

// includes tells whether a line has the labels of the set, in the same order.
func (s *pointSet) includes(l *line, at int) bool {
	n := 0
	for i := range l.labels {
		if i == at {
			continue
		}
		value, _ := l.labelValue(i)
		if n == len(s.pairs) || string(s.pairs[n].value) != string(value) || string(s.pairs[n].name) != string(l.labelName(i)) {
			return false
		}
		n++
	}
	return n == len(s.pairs)
}

// add takes a line of the set. It returns false, and takes nothing, where a
// gateway would give back something else (contract C30).
func (s *pointSet) add(window []byte, l *line, as role, at int) bool {
	value := number(l.value.of(l.buf))
	switch {
	case as == rolePoint:
		token, _ := l.labelValue(at)
		if skipNumber(l.buf, l.values[at].start) != l.values[at].end || !s.addPoint(number(token), value) {
			return false
		}
	case as == roleSum && !s.hasSum:
		s.sum, s.hasSum = value, true
	case as == roleCount && !s.hasCount && isCount(value):
		s.count, s.hasCount = value, true
	default:
		return false
	}
	s.extend(window, l)
	s.prefix = span{}
	if as == rolePoint && at == l.labels-1 && s.place != (span{}) {
		s.prefix = span{l.place.start, l.values[at].start}
	}
	return true
}

func (s *pointSet) addPoint(at, value float64) bool {
	if at != at || s.kind == Histogram && !isCount(value) {
		return false
	}
	if n := len(s.points); n > 0 && at <= s.points[n-1].at {
		return false
	}
	s.points = append(s.points, setPoint{at, value})
	return true
}

// extend adds a line to what will be written.
func (s *pointSet) extend(window []byte, l *line) {
	s.lines++
	switch {
	case l.verbatim && s.lines == 1:
		s.place = l.place
		return
	case l.verbatim && s.place != (span{}) && s.place.end == l.place.start:
		s.place.end = l.place.end
		return
	}
	s.leave(window)
	s.other = append(append(s.other, l.buf[l.place.start:l.value.end]...), '\n')
}

// leave takes the lines out of the window.
func (s *pointSet) leave(window []byte) {
	s.other = append(s.other, s.place.of(window)...)
	s.place, s.prefix = span{}, span{}
}

// lineText returns the lines.
func (s *pointSet) lineText(window []byte) []byte {
	if s.place != (span{}) {
		return s.place.of(window)
	}
	return s.other
}

// nextLabel returns the place of the number in the label of the line at b[pos],
// if name and labels differ from those of the line before in nothing else. Its
// end is -1 if not.
func (s *pointSet) nextLabel(b []byte, pos int) span {
	n := s.prefix.end - s.prefix.start
	if n == 0 || s.place.end != pos || pos+n > len(b) || string(b[pos:pos+n]) != string(s.prefix.of(b)) {
		return span{end: -1}
	}
	at := span{start: pos + n}
	if at.end = skipNumber(b, at.start); at.end < 0 || string(b[at.end:at.end+len(behindPoint)]) != behindPoint {
		at.end = -1
	}
	return at
}

// behindPoint stands between the number in a label and the value.
const behindPoint = `"} `

// nextPoint takes the line with such a label, and returns the index behind it,
// or -1.
func (s *pointSet) nextPoint(b []byte, at span) int {
	value := at.end + len(behindPoint)
	next := skipNumber(b, value)
	if next < 0 || b[next] != '\n' || !s.addPoint(number(at.of(b)), number(b[value:next])) {
		return -1
	}
	s.lines++
	s.place.end = next + 1
	return next + 1
}

// whole tells whether a gateway gives the set back as it is.
func (s *pointSet) whole() bool {
	if !s.hasSum || !s.hasCount {
		return false
	}
	if s.kind == Summary {
		return true
	}
	last := len(s.points) - 1
	return last >= 0 && math.IsInf(s.points[last].at, 1) && s.points[last].value == s.count
}

// size is how much memory the set has, in bytes.
func (s *pointSet) size() int {
	return cap(s.text) + cap(s.other) + cap(s.points)*int(unsafe.Sizeof(setPoint{})) + cap(s.pairs)*int(unsafe.Sizeof(pair{}))
}

// appendMessage appends a Histogram or Summary message.
func (s *pointSet) appendMessage(dst []byte) []byte {
	dst = binary.AppendUvarint(append(dst, tagSampleCount), uint64(s.count))
	dst = appendDouble(dst, tagSampleSum, s.sum)
	for _, p := range s.points {
		dst = appendPoint(dst, s.kind, p.at, p.value)
	}
	return append(dst, s.native...)
}

// pointLabel is the label that a point has.
func pointLabel(t Type) string {
	if t == Summary {
		return model.QuantileLabel
	}
	return model.BucketLabel
}

// shift follows the window, which forgot its first n bytes.
func (s *pointSet) shift(n int) {
	if s.place == (span{}) {
		return
	}
	s.place = span{s.place.start - n, s.place.end - n}
	if s.prefix != (span{}) {
		s.prefix = span{s.prefix.start - n, s.prefix.end - n}
	}
}
