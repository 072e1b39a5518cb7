package convert

import (
	"encoding/binary"
	"math"
)

// A protobufEncoder writes delimited protobuf. It holds one family, as that
// begins with its length.
type protobufEncoder struct {
	out     Output
	tag     byte   // of the values of the family's metrics
	family  []byte // its message so far
	scratch []byte
	series  int
}

func (e *protobufEncoder) format() Format { return Protobuf }
func (e *protobufEncoder) size() int      { return cap(e.family) + cap(e.scratch) }

func (e *protobufEncoder) reset(out Output, _ *window) {
	*e = protobufEncoder{out: out, family: e.family[:0], scratch: e.scratch[:0]}
}

func (e *protobufEncoder) begin(h *header) {
	e.family = appendFamilyHeader(e.family[:0], text(h.name), text(h.help), h.kind)
	e.tag = protobufTypes[h.kind].tag
}

func (e *protobufEncoder) sample(l *line) {
	e.series++
	f, start := begin(append(e.family, tagFamilyMetric))
	if l.known != nil {
		f = append(f, l.known...)
	} else {
		for i := range l.labels {
			value, escaped := l.labelValue(i)
			f = appendPair(f, l.labelName(i), value, escaped)
		}
	}
	f = append(f, e.tag, valueSize, tagValue)
	f = binary.LittleEndian.AppendUint64(f, math.Float64bits(number(l.value.of(l.buf))))
	e.family = end(f, start)
}

// valueSize is that of the message of a counter, gauge or untyped value.
const valueSize = 1 + 8

func (e *protobufEncoder) set(s *pointSet) {
	e.series += s.lines
	f, start := begin(append(e.family, tagFamilyMetric))
	for _, p := range s.pairs {
		f = appendPair(f, p.name, p.value, p.escaped)
	}
	f, value := begin(append(f, e.tag))
	e.family = end(end(s.appendMessage(f), value), start)
}

func (e *protobufEncoder) end() {
	if e.series > 0 {
		e.scratch = binary.AppendUvarint(e.scratch[:0], uint64(len(e.family)))
		e.out.Append(e.scratch, 0)
		e.out.Append(e.family, e.series)
	}
	e.family, e.series = e.family[:0], 0
}

func (e *protobufEncoder) flush() {}

// appendPair appends a label as it stands in a line.
func appendPair(dst, name, value []byte, escaped bool) []byte {
	if !escaped {
		return appendLabel(dst, Label{text(name), text(value)})
	}
	dst, pair := begin(append(dst, tagMetricLabel))
	dst = appendString(dst, tagLabelName, text(name))
	dst, plain := begin(append(dst, tagLabelValue))
	return end(end(appendUnescaped(dst, value), plain), pair)
}

// appendUnescaped appends a value of a line without its escapes, of which the
// scanner takes three.
func appendUnescaped(dst, value []byte) []byte {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == '\\' && i+1 < len(value) {
			i++
			if c = value[i]; c == 'n' {
				c = '\n'
			}
		}
		dst = append(dst, c)
	}
	return dst
}
