package convert

import (
	"bytes"
	"io"
)

// A window is the part of a body that is looked at. It moves over the body as
// it arrives and grows only where a single entry is longer.
type window struct {
	from  io.Reader
	buf   []byte // padding bytes behind end are there, and may be read
	pos   int    // the next entry begins here
	lines int    // index behind the last line break in buf[:end]
	end   int    // index behind what was read
	eof   bool
	err   error // of the body, for good
	last  byte  // of the body so far
	idle  int   // reads without a byte and without an error, one after the other
	read  int64 // bytes of the body so far
	// before counts the bytes of the body that the window has left behind.
	before int64
}

const (
	windowSize = 64 << 10
	maxIdle    = 100 // as in bufio
	// padding lets eight bytes be looked at from any place.
	padding = 8
)

func (w *window) reset(from io.Reader) {
	buf := w.buf
	if buf == nil {
		buf = make([]byte, windowSize+padding)
	}
	*w = window{from: from, buf: buf}
}

// slide forgets what stands before keep and reads on, until what is new has a
// line break and the window has at least min bytes from keep on, or to the end
// of the body. The caller's places in the window are then keep less.
func (w *window) slide(keep, min int) error {
	copy(w.buf, w.buf[keep:w.end])
	w.before += int64(keep)
	w.pos -= keep
	w.end -= keep
	w.lines = 0
	for found := false; !w.eof && !(found && w.end >= min); {
		searched := w.end
		if err := w.fill(); err != nil {
			return err
		}
		found = found || bytes.IndexByte(w.buf[searched:w.end], '\n') >= 0
	}
	w.lines = bytes.LastIndexByte(w.buf[:w.end], '\n') + 1
	return nil
}

// fill reads once, behind what is there.
func (w *window) fill() error {
	if w.end == len(w.buf)-padding {
		w.buf = append(w.buf, make([]byte, len(w.buf))...)
	}
	n, err := w.from.Read(w.buf[w.end : len(w.buf)-padding])
	if w.idle++; n > 0 || err != nil {
		w.idle = 0
	} else if w.idle == maxIdle {
		err = io.ErrNoProgress
	}
	w.end += n
	w.read += int64(n)
	if n > 0 {
		w.last = w.buf[w.end-1]
	}
	if err == io.EOF {
		w.eof = true
	} else {
		w.err = err
	}
	return w.err
}

// drain reads the body to its end.
func (w *window) drain() error {
	for !w.eof && w.err == nil {
		w.end = 0
		w.err = w.fill()
	}
	return w.err
}
