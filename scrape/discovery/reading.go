package discovery

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// A reading is what a file had at one time.
type reading struct {
	at      time.Time
	info    fs.FileInfo // before the content was read; nil where err says why
	content []byte
	sum     [sha256.Size]byte
	err     error
	gone    bool     // there is no such file; a symbolic link to nothing is none that is gone
	earlier *reading // in the same look
}

func readFile(path string) *reading {
	r := &reading{at: time.Now()}
	if r.info, r.err = os.Stat(path); r.err != nil {
		_, err := os.Lstat(path)
		r.gone = errors.Is(err, fs.ErrNotExist)
		return r
	}
	if r.content, r.err = readRegular(path, r.info); r.err == nil {
		r.sum = sha256.Sum256(r.content)
	}
	return r
}

// readRegular does not open a pipe, which would wait.
func readRegular(path string, info fs.FileInfo) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file: mode %s", info.Mode())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f)
}

// readLimited refuses what has more than maxBytes.
func readLimited(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err == nil && len(content) > maxBytes {
		err = errTooLarge
	}
	return content, err
}

// oldAge is more than what clocks differ by and file systems round to.
const oldAge = 2 * time.Second

// isOld reports whether the file was written so long before it was read that
// the writer has ended, and that another write would show.
func (r *reading) isOld() bool {
	return r.info != nil && r.at.Sub(r.info.ModTime()) > oldAge
}

// equals reports whether both read the same.
func (r *reading) equals(other *reading) bool {
	switch {
	case other == nil:
		return false
	case r.err != nil && other.err != nil:
		return r.err.Error() == other.err.Error()
	}
	return r.err == nil && other.err == nil && r.sum == other.sum
}

// confirms reports whether nothing was written since other. The same content is
// not enough: a file that is written anew is empty again and again.
func (r *reading) confirms(other *reading) bool {
	return r.equals(other) && sameStat(r.info, other.info)
}

// longest returns of the readings of a look that with the most content, which
// is the likeliest to be whole.
func (r *reading) longest() *reading {
	longest := r
	for r = r.earlier; r != nil; r = r.earlier {
		if len(r.content) > len(longest.content) {
			longest = r
		}
	}
	return longest
}

func sameStat(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && os.SameFile(a, b)
}
