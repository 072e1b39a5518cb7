package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// identify returns the meta page that says what the file is. Its error is
// ErrForeign where the file is not ours, and a damage where it is but cannot be
// read. Where no meta page tells, our mark is looked for, within that many bytes.
func identify(file *os.File, within int64) (meta, error) {
	info, err := file.Stat()
	if err != nil {
		return meta{}, err
	}
	if info.Size() == 0 { // whoever made it, nothing is lost when it is moved
		return meta{}, damaged("it is empty")
	}
	metas, err := readMetas(file)
	if err != nil {
		return meta{}, err
	}
	best := meta{}
	for _, m := range metas {
		switch {
		case m.magic != metaMagic || !m.valid:
		case m.version != metaVersion:
			return meta{}, newer("it has bbolt's format", uint64(m.version), metaVersion)
		case m.number >= best.number:
			best = m
		}
	}
	switch {
	case best.valid && best.pageSize == pageSize:
		return best, nil
	case best.valid:
		return meta{}, errOtherBolt
	case metas[0].magic == metaMagic && metas[1].magic == metaMagic && metas[0].version == metas[1].version && metas[0].version != metaVersion:
		return meta{}, newer("it has bbolt's format", uint64(metas[0].version), metaVersion)
	}
	return meta{}, unread(file, info.Size(), metas, within)
}

// unread is for a file neither of whose meta pages is sound.
func unread(file *os.File, size int64, metas [2]meta, within int64) error {
	what := damaged("both of its meta pages are damaged")
	if metas[0].isLikeOurs() || metas[1].isLikeOurs() {
		return what
	}
	if size < pageHead+metaBytes {
		begins, err := beginsLikeOurs(file)
		switch {
		case err != nil:
			return err
		case begins:
			return damaged("only %d bytes are left of it", size)
		}
	}
	return ours(file, what, within)
}

// beginsLikeOurs tells whether all that is there of a file is how each of ours
// begins.
func beginsLikeOurs(file io.ReaderAt) (bool, error) {
	want := firstBytes()
	got := make([]byte, len(want))
	n, err := file.ReadAt(got, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.HasPrefix(want, got[:n]), nil
}

// Refusals of files that are not touched.
var (
	errOther     = fmt.Errorf("it is a file of another program: %w; use another directory, or take the file away", ErrForeign)
	errOtherBolt = fmt.Errorf("it is a bbolt file of another program: %w; use another directory, or take the file away", ErrForeign)
)

func newer(what string, got, want uint64) error {
	return fmt.Errorf("%s %d, want %d: %w; a newer promferry may have written it: use that, or another directory", what, got, want, ErrForeign)
}

// readMetas reads both meta pages. Those of a file that ends before them are not
// valid.
func readMetas(file io.ReaderAt) (metas [2]meta, err error) {
	for i := range metas {
		var b [metaBytes]byte
		n, err := file.ReadAt(b[:], int64(i)*pageSize+pageHead)
		if err != nil && !errors.Is(err, io.EOF) {
			return metas, err
		}
		if n == len(b) {
			metas[i] = parseMeta(b[:])
		}
	}
	return metas, nil
}

// everywhere has our mark looked for in the whole file.
const everywhere = math.MaxInt64

// ours returns what is wrong with the file if it is one of ours, and ErrForeign
// if there is no sign of that.
func ours(file *os.File, what error, within int64) error {
	var d *damage
	if !errors.As(what, &d) {
		return what
	}
	found, err := contains(io.NewSectionReader(file, 0, within), []byte(bucketName))
	switch {
	case err != nil:
		return err
	case !found:
		return errOther
	}
	return what
}

// contains looks for a mark in a file, piece by piece.
func contains(file io.ReaderAt, mark []byte) (bool, error) {
	buffer := make([]byte, 1<<18)
	for at := int64(0); ; at += int64(len(buffer) - len(mark)) {
		n, err := file.ReadAt(buffer, at)
		switch {
		case bytes.Contains(buffer[:n], mark):
			return true, nil
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, err
		}
	}
}
