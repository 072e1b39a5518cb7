package convert

// A textEncoder writes the text format. What stands in the window as it must
// be written is copied from there, as many lines at once as stand together.
type textEncoder struct {
	out    Output
	window *window
	copied span   // what of the window is to be written
	buf    []byte // what is to be written and does not stand there; after copied
	series int
}

func (e *textEncoder) format() Format { return Text }
func (e *textEncoder) size() int      { return cap(e.buf) }

func (e *textEncoder) reset(out Output, w *window) {
	*e = textEncoder{out: out, window: w, buf: e.buf[:0]}
}

// bufferSize is about how much an encoder gives to its output at once.
const bufferSize = 32 << 10

func (e *textEncoder) begin(h *header) {
	switch {
	case h.place == (span{}):
	case len(e.buf) > 0: // lines that were rewritten, as those will be that follow
		e.buf = append(e.buf, h.place.of(e.window.buf)...)
		return
	default:
		e.copy(h.place)
		return
	}
	e.buf = appendTextHeader(e.buf, text(h.name), text(h.help), h.kind)
}

func (e *textEncoder) sample(l *line) {
	e.series++
	switch {
	case l.verbatim:
		e.copy(l.place)
	case l.known != nil:
		e.buf = append(append(append(e.buf, l.known...), l.value.of(l.buf)...), '\n')
	default:
		e.buf = append(append(e.buf, l.buf[l.place.start:l.value.end]...), '\n')
	}
}

func (e *textEncoder) set(s *pointSet) {
	e.series += s.lines
	if s.place != (span{}) {
		e.copy(s.place)
		return
	}
	e.buf = append(e.buf, s.other...)
}

// copy adds a part of the window.
func (e *textEncoder) copy(place span) {
	if e.copied.end != place.start || len(e.buf) > 0 {
		e.flush()
		e.copied.start = place.start
	}
	e.copied.end = place.end
}

func (e *textEncoder) end() {
	if len(e.buf) > bufferSize {
		e.flush()
	}
}

func (e *textEncoder) flush() {
	if len(e.buf)+e.series == 0 && e.copied == (span{}) {
		return
	}
	e.out.Append(e.copied.of(e.window.buf), e.series)
	if len(e.buf) > 0 {
		e.out.Append(e.buf, 0)
	}
	e.copied, e.buf, e.series = span{}, e.buf[:0], 0
}
