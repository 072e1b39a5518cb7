package main

import "google.golang.org/protobuf/encoding/protowire"

// A protoField is one of a protobuf message.
type protoField struct {
	number protowire.Number
	value  uint64 // of a number
	bytes  []byte // of a message or a string
}

// eachProto calls do for each field of a message.
func eachProto(message []byte, do func(protoField) error) error {
	for len(message) > 0 {
		f, n := nextField(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := do(f); err != nil {
			return err
		}
		message = message[n:]
	}
	return nil
}

// nextField returns the first field and its length; that is negative for what is
// none.
func nextField(message []byte) (f protoField, length int) {
	number, kind, tag := protowire.ConsumeTag(message)
	if tag < 0 {
		return f, tag
	}
	f.number = number
	rest, n := message[tag:], 0
	switch kind {
	case protowire.VarintType:
		f.value, n = protowire.ConsumeVarint(rest)
	case protowire.Fixed64Type:
		f.value, n = protowire.ConsumeFixed64(rest)
	case protowire.BytesType:
		f.bytes, n = protowire.ConsumeBytes(rest)
	default:
		n = protowire.ConsumeFieldValue(number, kind, rest)
	}
	if n < 0 {
		return f, n
	}
	return f, tag + n
}
