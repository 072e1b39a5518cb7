package discovery

import (
	"os"

	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// A file is what is known of one.
type file struct {
	path   string
	last   *reading // what the answer is made of; its content is dropped
	answer Answer
}

// isCurrent reports whether the file need not be read, to judge by what its
// directory says. One that could not be read is not: a new mode does not show.
func (f *file) isCurrent() bool {
	if f == nil || f.last.err != nil || !f.last.isOld() {
		return false
	}
	info, err := os.Stat(f.path)
	return err == nil && sameStat(f.last.info, info)
}

// accept makes r's the answer. What has not changed is not decoded again.
func (f *file) accept(r *reading) {
	if !f.has(r) {
		groups, err := f.decode(r)
		if err != nil {
			f.answer = unknown(f.path, err)
		} else {
			f.answer = Answer{From: f.path, Groups: groups}
		}
	}
	f.last = &reading{at: r.at, info: r.info, sum: r.sum, err: r.err}
}

// has reports whether the answer is made of what r read.
func (f *file) has(r *reading) bool { return f != nil && r.equals(f.last) }

func (f *file) decode(r *reading) (groups []*targetgroup.Group, err error) {
	defer contain(&err)
	if r.err != nil {
		return nil, r.err
	}
	decode, err := decoderOf(f.path)
	if err != nil {
		return nil, err
	}
	if groups, err = decode(r.content); err != nil {
		return nil, err
	}
	mark(groups, f.path, filepathLabel, f.path)
	return groups, nil
}
