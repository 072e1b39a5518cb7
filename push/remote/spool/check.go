package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// bbolt trusts its file: a damaged page makes it panic, in goroutines of its own
// too, where nobody can recover, or walk in circles. So a file is looked through
// before bbolt gets it, by plain reads, which fail where a mapping would fault.

// check looks through the file and returns the numbers of the records that are
// damaged. Its error is ErrForeign where the file is not ours, and a damage
// where it is but has no sound structure.
func check(file *os.File) (lost []uint64, err error) {
	m, err := identify(file)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	c := newChecker(file, min(m.pages, uint64(info.Size())/pageSize))
	bucket, err := c.bucket(m.root)
	if err != nil {
		return nil, ours(file, err)
	}
	var census census
	if err := c.records(bucket, &census); err != nil {
		return nil, err
	}
	return census.end(), nil
}

// A checker looks through the pages of a file, from the roots on.
type checker struct {
	file    io.ReaderAt
	pages   uint64             // those from here on are not in use
	seen    []uint64           // bits of pages
	buffers [maxDepth + 1]page // of the pages that lead to the one looked at
}

func newChecker(file io.ReaderAt, pages uint64) *checker {
	c := &checker{file: file, pages: pages, seen: make([]uint64, pages/64+1)}
	for i := range c.buffers {
		c.buffers[i] = make(page, pageSize)
	}
	return c
}

// bucket returns the value of our bucket in the tree of buckets.
func (c *checker) bucket(root uint64) (value []byte, err error) {
	names := 0
	err = c.tree(root, 0, nil, nil, func(e entry) error {
		names++
		if e.flags == bucketFlag && string(e.key) == bucketName {
			value = bytes.Clone(e.value)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case value == nil || names != 1:
		return nil, errOtherBolt
	case len(value) < bucketHead:
		return nil, damaged("its bucket has %d bytes", len(value))
	}
	if version := binary.NativeEndian.Uint64(value[8:]); version != formatVersion {
		return nil, newer("format", version, formatVersion)
	}
	return value, nil
}

// bucketHead is the length of a bucket's root and sequence. A page follows where
// the bucket is so small that it has none of its own.
const bucketHead = 16

// records gives all entries of the bucket to the census.
func (c *checker) records(bucket []byte, census *census) error {
	if root := binary.NativeEndian.Uint64(bucket); root != 0 {
		return c.tree(root, 0, nil, nil, census.add)
	}
	p := page(bucket[bucketHead:])
	if len(p) < pageHead || p.kind() != leafPage {
		return damaged("its bucket has no page")
	}
	return c.leaf(p, nil, nil, census.add)
}

// maxDepth of a tree: one of three is of more than 10 TB.
const maxDepth = 8

// tree visits the leaves under a page, whose keys are in [low, high).
func (c *checker) tree(id uint64, depth int, low, high []byte, visit func(entry) error) error {
	p, err := c.page(id, depth)
	switch {
	case err != nil:
		return err
	case p.kind() == leafPage:
		return c.leaf(p, low, high, visit)
	case p.kind() != branchPage || p.count() == 0:
		return damaged("page %d is none of a tree", id)
	}
	e, err := first(p, low)
	for i := 1; err == nil && i < p.count(); i++ {
		var after entry
		if after, err = following(p, i, e.key); err != nil {
			break
		}
		if err = c.tree(e.child, depth+1, e.key, after.key, visit); err != nil {
			break
		}
		e = after
	}
	if err == nil {
		err = below(p, e, high)
	}
	if err != nil {
		return err
	}
	return c.tree(e.child, depth+1, e.key, high, visit)
}

// leaf visits the entries of a leaf.
func (c *checker) leaf(p page, low, high []byte, visit func(entry) error) error {
	if p.count() == 0 {
		return nil
	}
	e, err := first(p, low)
	for i := 1; err == nil; i++ {
		if err = below(p, e, high); err == nil {
			err = visit(e)
		}
		if err != nil || i == p.count() {
			return err
		}
		e, err = following(p, i, e.key)
	}
	return err
}

// first returns the first entry of a page, whose key is at least low.
func first(p page, low []byte) (entry, error) {
	e, ok := p.entry(0)
	if !ok {
		return e, damaged("page %d has an entry that is outside of it", p.id())
	}
	if bytes.Compare(e.key, low) < 0 {
		return e, damaged("page %d has keys that belong elsewhere", p.id())
	}
	return e, nil
}

// following returns an entry whose key is greater than the one before.
func following(p page, i int, before []byte) (entry, error) {
	e, ok := p.entry(i)
	if !ok {
		return e, damaged("page %d has an entry that is outside of it", p.id())
	}
	if bytes.Compare(e.key, before) <= 0 {
		return e, damaged("page %d has keys out of order", p.id())
	}
	return e, nil
}

// below tells whether an entry's key is less than high; nil is no bound.
func below(p page, e entry, high []byte) error {
	if high != nil && bytes.Compare(e.key, high) >= 0 {
		return damaged("page %d has keys that belong elsewhere", p.id())
	}
	return nil
}

// page reads a page that no other has led to.
func (c *checker) page(id uint64, depth int) (page, error) {
	if depth > maxDepth {
		return nil, damaged("page %d is too deep", id)
	}
	if id < 2 || id >= c.pages || c.seen[id/64]>>(id%64)&1 != 0 {
		return nil, damaged("page %d is outside of the file, or twice in it", id)
	}
	c.seen[id/64] |= 1 << (id % 64)
	p := c.buffers[depth]
	if _, err := c.file.ReadAt(p, int64(id)*pageSize); errors.Is(err, io.EOF) {
		return nil, damaged("page %d is missing", id)
	} else if err != nil {
		return nil, err
	}
	if p.id() != id || p.overflow() != 0 { // see layout.go
		return nil, damaged("page %d is none of ours", id)
	}
	return p, nil
}
