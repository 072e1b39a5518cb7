package spool

import (
	"bytes"
	"errors"
)

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
		if after, err = following(p, i, e); err != nil {
			break
		}
		if err = c.child(e, depth+1, after.key, visit); err != nil {
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
	return c.child(e, depth+1, high, visit)
}

// child visits the leaves under an entry of a branch.
func (c *checker) child(e entry, depth int, high []byte, visit func(entry) error) error {
	err := c.tree(e.child, depth, e.key, high, visit)
	var d *damage
	if c.lenient && errors.As(err, &d) {
		return nil
	}
	return err
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
		e, err = following(p, i, e)
	}
	return err
}

// first returns the first entry of a page, whose key is at least low.
func first(p page, low []byte) (entry, error) {
	e, ok := p.entry(0)
	if !ok || e.start != pageHead+p.count()*entryHead {
		return e, damaged("page %d has an entry that is not where it belongs", p.id())
	}
	if bytes.Compare(e.key, low) < 0 {
		return e, damaged("page %d has keys that belong elsewhere", p.id())
	}
	return e, nil
}

// following returns an entry that is behind the one before, and whose key is
// greater.
func following(p page, i int, before entry) (entry, error) {
	e, ok := p.entry(i)
	if !ok || e.start != before.end {
		return e, damaged("page %d has an entry that is not where it belongs", p.id())
	}
	if bytes.Compare(e.key, before.key) <= 0 {
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
	if _, err := c.file.ReadAt(p, int64(id)*pageSize); err != nil {
		return nil, damaged("page %d cannot be read: %v", id, err)
	}
	if p.id() != id || p.overflow() != 0 { // see layout.go
		return nil, damaged("page %d is none of ours", id)
	}
	return p, nil
}
