package convert

// A Batch has the outputs of one scrape.
type Batch interface {
	// Outputs returns the outputs of a group, one for each format that its
	// gateways want, and the same ones at each call. The labels belong to the
	// caller again when it returns.
	Outputs(group Labels) []Output
}

// An Output is the body of one group in one format, while it grows. It is used
// by one goroutine.
type Output interface {
	Format() Format
	// UTF8Names tells whether the body may have names that are not classic. One
	// in the text format never has.
	UTF8Names() bool
	// Append adds what is encoded, and how many series that is. The bytes
	// belong to the caller again when it returns; they may end within a family.
	Append(encoded []byte, series int)
	// Rewrite replaces all that was appended by what change makes of it, which
	// may share its memory. It is for the rare body that is wrong as it was
	// written at first.
	Rewrite(change func(body []byte, series int) ([]byte, int))
}

// AppendTo encodes a family, which has series, for all outputs of its group.
func (f *Family) AppendTo(batch Batch, group Labels) {
	for _, out := range batch.Outputs(group) {
		out.Append(out.Format().AppendFamily(nil, f), len(f.Series))
	}
}
