package convert

import (
	"fmt"
	"iter"
)

// A Block is one family of a body.
type Block struct {
	Name string
	Type Type
	Raw  []byte // all of it, a part of the body

	format  Format
	header  []byte // of text: up to and with "# TYPE name "
	lines   []byte // of text: the series
	message []byte // of protobuf: Raw without its length
}

// Blocks takes a body apart that this package wrote, or that has its form. The
// rest of a body from where it has another is one block without a type, so that
// the blocks together always are the body.
func (f Format) Blocks(body []byte) iter.Seq[Block] {
	next := nextText
	if f == Protobuf {
		next = nextProtobuf
	}
	return func(yield func(Block) bool) {
		for rest := body; len(rest) > 0; {
			b := next(rest)
			rest = rest[len(b.Raw):]
			if !yield(b) {
				return
			}
		}
	}
}

// Series returns the number of series as the text format counts them: a
// histogram's buckets, its sum and its count are one each.
func (b Block) Series() int {
	if b.format == Protobuf {
		return b.countProtobuf()
	}
	return b.countText()
}

// AppendAs appends the family with another type. Both types are Simple: what
// Prometheus stores of the series stays the same.
func (b Block) AppendAs(dst []byte, t Type) []byte {
	switch {
	case t == b.Type || b.Type == "":
		return append(dst, b.Raw...)
	case b.format == Protobuf:
		return b.appendProtobufAs(dst, t)
	}
	return b.appendTextAs(dst, t)
}

// Family decodes the block. The lines of a histogram or summary stand as in a
// family that is to be encoded: label set by label set, buckets or quantiles in
// order, then sum and count. Labels are sorted, and none is empty.
func (b Block) Family() (Family, error) {
	decode := b.decodeText
	if b.format == Protobuf {
		decode = b.decodeProtobuf
	}
	f := Family{Name: b.Name, Type: b.Type}
	if _, known := protobufTypes[b.Type]; !known {
		return f, fmt.Errorf("family %q: type %q is none of a gateway's", b.Name, b.Type)
	}
	if err := decode(&f); err != nil {
		return f, fmt.Errorf("family %q: %w", b.Name, err)
	}
	return f, nil
}
