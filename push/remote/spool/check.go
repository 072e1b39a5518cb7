package spool

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
)

// bbolt trusts its file: a damaged page makes it panic, in goroutines of its own
// too, where nobody can recover, or walk in circles. So a file is looked through
// before bbolt gets it, by plain reads, which fail where a mapping would fault.

// findings are what a check finds in a file.
type findings struct {
	stored int // records that were put in and not deleted, as far as is known
	whole  int
	lost   []uint64 // the records of which there is only a part
}

// missing is how many records are lost.
func (f findings) missing() int { return max(f.stored-f.whole, len(f.lost)) }

// check looks through the file. Its error is ErrForeign where the file is not
// ours, and a damage where it is but has no sound structure.
func check(file *os.File) (found findings, err error) {
	m, err := identify(file, everywhere)
	if err != nil {
		return found, err
	}
	c, bucket, err := find(file, m, everywhere)
	if err != nil {
		return found, err
	}
	_, found.stored, _ = parseSequence(binary.NativeEndian.Uint64(bucket[8:]))
	var census census
	if err := c.records(bucket, census.add); err != nil {
		return found, err
	}
	found.whole, found.lost = census.end()
	if got := found.whole + len(found.lost); got != found.stored {
		return found, damaged("it has %d records, want %d", got, found.stored)
	}
	return found, nil
}

// find returns our bucket, and a checker for what is in it. A sound file has the
// page that its meta page names: where that is missing the file is a part of one,
// whose meta page says whose. Of one that has other buckets only a mark can tell.
func find(file *os.File, m meta, within int64) (*checker, []byte, error) {
	c, err := newChecker(file, m)
	if err != nil {
		return nil, nil, err
	}
	bucket, err := c.bucket(m.root)
	if err != nil && c.isTree(m.root) {
		err = ours(file, err, within)
	}
	return c, bucket, err
}

// A checker looks through the pages of a file, from the roots on.
type checker struct {
	file    io.ReaderAt
	pages   uint64             // those from here on are not in use
	seen    []uint64           // bits of pages
	buffers [maxDepth + 1]page // of the pages that lead to the one looked at
	lenient bool               // what is damaged is left out
}

func newChecker(file *os.File, m meta) (*checker, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	pages := min(m.pages, uint64(info.Size())/pageSize)
	c := &checker{file: file, pages: pages, seen: make([]uint64, pages/64+1)}
	for i := range c.buffers {
		c.buffers[i] = make(page, pageSize)
	}
	return c, nil
}

// isTree tells whether there is a page of a tree, sound inside or not.
func (c *checker) isTree(id uint64) bool {
	p := make(page, pageHead)
	if id < 2 || id >= c.pages {
		return false
	}
	_, err := c.file.ReadAt(p, int64(id)*pageSize)
	return err == nil && p.id() == id && (p.kind() == leafPage || p.kind() == branchPage)
}

// maxBuckets bounds the look at a file of another program. Ours have one.
const maxBuckets = 1000

// bucket returns the value of our bucket in the tree of buckets.
func (c *checker) bucket(root uint64) (value []byte, err error) {
	names := 0
	err = c.tree(root, 0, nil, nil, func(e entry) error {
		if names++; names > maxBuckets {
			return damaged("it has more than %d buckets", maxBuckets)
		}
		if e.flags == bucketFlag && string(e.key) == bucketName {
			value = bytes.Clone(e.value)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case value == nil:
		return nil, damaged("it has no bucket of ours")
	case names != 1:
		return nil, errOtherBolt
	case len(value) < bucketHead:
		return nil, damaged("its bucket has %d bytes", len(value))
	}
	version, _, ok := parseSequence(binary.NativeEndian.Uint64(value[8:]))
	if !ok {
		return nil, damaged("the number of its records has a wrong checksum")
	}
	if version != formatVersion {
		return nil, newer("it has format", uint64(version), formatVersion)
	}
	return value, nil
}

// bucketHead is the length of a bucket's root and sequence. A page follows where
// the bucket is so small that it has none of its own.
const bucketHead = 16

// records visits all entries of the bucket.
func (c *checker) records(bucket []byte, visit func(entry) error) error {
	if root := binary.NativeEndian.Uint64(bucket); root != 0 {
		return c.tree(root, 0, nil, nil, visit)
	}
	p := page(bucket[bucketHead:])
	if len(p) < pageHead || p.kind() != leafPage {
		return damaged("its bucket has no page")
	}
	return c.leaf(p, nil, nil, visit)
}
