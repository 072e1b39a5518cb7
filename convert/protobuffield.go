package convert

import (
	"iter"

	"google.golang.org/protobuf/encoding/protowire"
)

// A field is one field of a protobuf message.
type field struct {
	tag    uint64 // with its wire type, so that one of another type is another; 0 where the message is broken
	raw    []byte // all of it
	data   []byte // of strings and messages
	number uint64 // of integers, and the bits of doubles
}

// fields goes through a message. The last field has tag 0, and the rest for
// raw, where the message is broken.
func fields(message []byte) iter.Seq[field] {
	return func(yield func(field) bool) {
		for rest := message; len(rest) > 0; {
			f := nextField(rest)
			rest = rest[len(f.raw):]
			if !yield(f) {
				return
			}
		}
	}
}

func nextField(message []byte) field {
	tag, n := protowire.ConsumeVarint(message)
	if n < 0 {
		return field{raw: message}
	}
	number, kind := protowire.DecodeTag(tag)
	f, length := field{tag: tag}, 0
	switch kind {
	case protowire.VarintType:
		f.number, length = protowire.ConsumeVarint(message[n:])
	case protowire.Fixed64Type:
		f.number, length = protowire.ConsumeFixed64(message[n:])
	case protowire.BytesType:
		f.data, length = protowire.ConsumeBytes(message[n:])
	default:
		length = protowire.ConsumeFieldValue(number, kind, message[n:])
	}
	if length < 0 || !number.IsValid() {
		return field{raw: message}
	}
	f.raw = message[:n+length]
	return f
}
