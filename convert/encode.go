package convert

import "slices"

// An encoder writes one group's families to an output, while they are read.
type encoder interface {
	format() Format
	// reset makes the encoder ready for an output, which is nil for one that
	// rests. Lines and headers have their places in w.
	reset(out Output, w *window)
	// begin starts a family.
	begin(h *header)
	// sample adds a series to a counter, gauge or untyped family.
	sample(l *line)
	// set adds the lines of one label set to a histogram or summary.
	set(s *pointSet)
	// end ends the family.
	end()
	// flush leaves nothing that is a place in the window.
	flush()
	// size is how much memory the encoder has, in bytes.
	size() int
}

// A header is what is written before a family's series.
type header struct {
	name, help []byte // help unescaped
	kind       Type
	// place is where HELP and TYPE stand in the window as they must be
	// written, right before the family's first line; else empty.
	place span
}

// A span is a part of a buffer.
type span struct{ start, end int }

func (s span) of(buf []byte) []byte { return buf[s.start:s.end] }

// encoders write the same to all outputs of a group.
type encoders []encoder

// begin has an encoder for each output: that of the last time, for its buffers,
// where it has the format.
func (e *encoders) begin(outputs []Output, w *window) {
	before := *e
	*e = nil
	for i, out := range outputs {
		if i < len(before) && before[i].format() == out.Format() {
			*e = append(*e, before[i])
		} else if out.Format() == Protobuf {
			*e = append(*e, new(protobufEncoder))
		} else {
			*e = append(*e, new(textEncoder))
		}
		(*e)[i].reset(out, w)
	}
}

// clear lets go of the outputs.
func (e encoders) clear() {
	for _, each := range e {
		each.reset(nil, nil)
	}
}

func (e encoders) sample(l *line) {
	for _, each := range e {
		each.sample(l)
	}
}

func (e encoders) flush() {
	for _, each := range e {
		each.flush()
	}
}

// has tells whether one of them writes a format.
func (e encoders) has(f Format) bool {
	return slices.ContainsFunc(e, func(each encoder) bool { return each.format() == f })
}

func (e encoders) size() (n int) {
	for _, each := range e {
		n += each.size()
	}
	return n
}
