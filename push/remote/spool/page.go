package spool

import (
	"encoding/binary"
	"hash/fnv"
)

// What bbolt writes, version 2 (internal/common/page.go, meta.go and bucket.go of
// bbolt), in the byte order of the machine.

// The kinds of pages.
const (
	branchPage = 0x01
	leafPage   = 0x02
	metaPage   = 0x04
)

// bucketFlag marks an entry that is a bucket.
const bucketFlag = 0x01

// A page is one of the file, or one that stands in an entry.
type page []byte

func (p page) id() uint64       { return binary.NativeEndian.Uint64(p) }
func (p page) kind() uint16     { return binary.NativeEndian.Uint16(p[8:]) }
func (p page) count() int       { return int(binary.NativeEndian.Uint16(p[10:])) }
func (p page) overflow() uint32 { return binary.NativeEndian.Uint32(p[12:]) }

// An entry is one of a leaf, or of a branch, which has a child for a value.
type entry struct {
	flags      uint32
	child      uint64
	key, value []byte
	start, end int // of both, in the page
}

// entry returns the entry with that index, unless it is not inside of the page.
func (p page) entry(i int) (e entry, ok bool) {
	at := pageHead + i*entryHead
	if at+entryHead > len(p) {
		return entry{}, false
	}
	head := p[at:]
	word := func(i int) uint64 { return uint64(binary.NativeEndian.Uint32(head[4*i:])) }
	var pos, keys, values uint64
	if p.kind() == branchPage {
		pos, keys, e.child = word(0), word(1), binary.NativeEndian.Uint64(head[8:])
	} else {
		e.flags, pos, keys, values = uint32(word(0)), word(1), word(2), word(3)
	}
	first := pageHead + p.count()*entryHead - at // keys and values are behind all heads
	if keys == 0 || pos < uint64(first) || pos+keys+values > uint64(len(head)) {
		return entry{}, false
	}
	e.key, e.value = head[pos:pos+keys], head[pos+keys:pos+keys+values]
	e.start, e.end = at+int(pos), at+int(pos+keys+values)
	return e, true
}

// The fields of a meta page, which has two: the one with the higher number is
// the file as it is.
const (
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	metaBytes   = 64
)

// A meta is what a meta page says.
type meta struct {
	magic, version, pageSize uint32
	root, pages, number      uint64
	valid                    bool // by its checksum
}

// parseMeta reads the page's content, behind its head.
func parseMeta(b []byte) meta {
	word := func(at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }
	long := func(at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }
	sum := fnv.New64a()
	_, _ = sum.Write(b[:56])
	return meta{
		magic: word(0), version: word(4), pageSize: word(8),
		root: long(16), pages: long(40), number: long(48),
		valid: word(0) == metaMagic && long(56) == sum.Sum64(),
	}
}

// isLikeOurs tells whether it looks like one of ours, whatever its checksum says.
func (m meta) isLikeOurs() bool {
	return m.magic == metaMagic && m.version == metaVersion && m.pageSize == pageSize
}

// firstBytes are those that each file of ours begins with: the head of page 0,
// which is a meta page, and what does not change of that.
func firstBytes() []byte {
	b := make([]byte, pageHead+12)
	binary.NativeEndian.PutUint16(b[8:], metaPage)
	binary.NativeEndian.PutUint32(b[pageHead:], metaMagic)
	binary.NativeEndian.PutUint32(b[pageHead+4:], metaVersion)
	binary.NativeEndian.PutUint32(b[pageHead+8:], pageSize)
	return b
}
