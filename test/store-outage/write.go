//go:build unix

package main

import (
	"bytes"
	"errors"
	"hash/maphash"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// A sample is one of a request. The names belong to the request's bytes.
type sample struct {
	series   uint64 // a hash of its labels
	name     []byte
	instance []byte
	at       int64 // Unix time in milliseconds
	value    float64
}

var errWire = errors.New("no WriteRequest")

// eachSample reads a WriteRequest (prometheus/prometheus prompb/remote.proto and
// types.proto) field by field: thousands of series a moment would cost more than
// promferry does if each were taken apart into objects. The tests of package test
// have Prometheus's own decoder.
func eachSample(request []byte, seed maphash.Seed, do func(sample)) error {
	const timeseries, ofLabels, ofSamples = 1, 1, 2
	return eachField(request, func(number protowire.Number, series []byte) error {
		if number != timeseries {
			return nil
		}
		var s sample
		var hash maphash.Hash
		hash.SetSeed(seed)
		return eachField(series, func(number protowire.Number, field []byte) error {
			switch number {
			case ofLabels:
				_, _ = hash.Write(field) // never fails
				hash.WriteByte(0)
				return s.label(field)
			case ofSamples:
				s.series = hash.Sum64()
				err := s.point(field)
				do(s)
				return err
			}
			return nil
		})
	})
}

// eachField calls do for the fields that have a length.
func eachField(message []byte, do func(protowire.Number, []byte) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		if kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
				return errWire
			}
			message = message[n:]
			continue
		}
		field, n := protowire.ConsumeBytes(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		if err := do(number, field); err != nil {
			return err
		}
	}
	return nil
}

// label notes the name and the instance.
func (s *sample) label(field []byte) error {
	const ofName, ofValue = 1, 2
	var name, value []byte
	err := eachField(field, func(number protowire.Number, text []byte) error {
		switch number {
		case ofName:
			name = text
		case ofValue:
			value = text
		}
		return nil
	})
	switch {
	case bytes.Equal(name, []byte("__name__")):
		s.name = value
	case bytes.Equal(name, []byte("instance")):
		s.instance = value
	}
	return err
}

// point reads a Sample: a double and a time.
func (s *sample) point(field []byte) error {
	const ofValue, ofTime = 1, 2
	for len(field) > 0 {
		number, kind, n := protowire.ConsumeTag(field)
		if n < 0 {
			return errWire
		}
		field = field[n:]
		switch {
		case number == ofValue && kind == protowire.Fixed64Type:
			var bits uint64
			bits, n = protowire.ConsumeFixed64(field)
			s.value = math.Float64frombits(bits)
		case number == ofTime && kind == protowire.VarintType:
			var at uint64
			at, n = protowire.ConsumeVarint(field)
			s.at = int64(at)
		default:
			n = protowire.ConsumeFieldValue(number, kind, field)
		}
		if n < 0 {
			return errWire
		}
		field = field[n:]
	}
	return nil
}
