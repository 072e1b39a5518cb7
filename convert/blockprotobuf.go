package convert

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// nextProtobuf returns the family that a body begins with. Its metrics are
// stepped over.
func nextProtobuf(body []byte) Block {
	message, n := protowire.ConsumeBytes(body)
	if n < 0 {
		return Block{Raw: body, format: Protobuf}
	}
	b := Block{Type: Counter, Raw: body[:n], format: Protobuf, message: message} // the default is number 0
	for f := range fields(message) {
		switch f.tag {
		case tagFamilyName:
			b.Name = string(f.data)
		case tagFamilyType:
			b.Type = typeOf(f.number)
		}
	}
	return b
}

// typeOf returns the type of a number, "" for those that a text format cannot
// name (contract C43).
func typeOf(number uint64) Type {
	for t, p := range protobufTypes {
		if uint64(p.number) == number {
			return t
		}
	}
	return ""
}

// countProtobuf counts the lines that the metrics would be.
func (b Block) countProtobuf() (n int) {
	for f := range fields(b.message) {
		if f.tag == tagFamilyMetric {
			n += seriesOf(f.data, b.Type)
		}
	}
	return n
}

func seriesOf(metric []byte, t Type) int {
	if t.Simple() {
		return 1
	}
	n, hasInf := 2, t == Summary
	for f := range fields(valueOf(metric, t).data) {
		if f.tag == tagPoint {
			n++
			hasInf = hasInf || math.IsInf(decodePoint(f.data, t).at, 1)
		}
	}
	if !hasInf {
		n++
	}
	return n
}

// valueOf returns the field of a metric that has its value; tag 0 without one.
func valueOf(metric []byte, t Type) (value field) {
	for f := range fields(metric) {
		if f.tag == uint64(protobufTypes[t].tag) {
			value = f
		}
	}
	return value
}

// appendProtobufAs appends the family with another type, or as it is where it
// is broken.
func (b Block) appendProtobufAs(dst []byte, t Type) []byte {
	message, typed := make([]byte, 0, len(b.message)+2), false
	for f := range fields(b.message) {
		switch f.tag {
		case 0:
			return append(dst, b.Raw...)
		case tagFamilyType:
			message, typed = append(message, tagFamilyType, protobufTypes[t].number), true
		case tagFamilyMetric:
			message = appendBytes(message, tagFamilyMetric, retyped(f.data, b.Type, t))
		default:
			message = append(message, f.raw...)
		}
	}
	if !typed {
		message = append(message, tagFamilyType, protobufTypes[t].number)
	}
	dst = binary.AppendUvarint(dst, uint64(len(message)))
	return append(dst, message...)
}

// retyped returns a metric with its value as that of another type. The value
// alone is carried over: only counters have exemplars and a created timestamp.
func retyped(metric []byte, from, to Type) []byte {
	out := make([]byte, 0, len(metric))
	for f := range fields(metric) {
		if f.tag == uint64(protobufTypes[from].tag) {
			out = appendBytes(out, protobufTypes[to].tag, appendDouble(nil, tagValue, decodeValue(f.data)))
			continue
		}
		out = append(out, f.raw...)
	}
	return out
}

func decodeValue(message []byte) (v float64) {
	for f := range fields(message) {
		if f.tag == tagValue {
			v = math.Float64frombits(f.number)
		}
	}
	return v
}
