package convert

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/flate"
)

// A labelsPack has the encoded labels of some series, packed: each as what it
// does not share with the one before, and all of them deflated. node_exporter's
// take some ten bytes a series that way, of a hundred; ids without any order stay
// as long as they are.
type labelsPack struct {
	packed []byte
	series int
	plain  int // bytes before they are deflated
}

// A labelsPacker makes packs. The zero value is ready.
type labelsPacker struct {
	packs    []labelsPack
	plain    []byte // of the next pack
	series   int    // in it
	before   []byte // labels of the series before
	deflated bytes.Buffer
	deflate  *flate.Writer
}

// packSize is about how many bytes, before they are deflated, make a pack.
const packSize = 256 << 10

func (p *labelsPacker) reset() {
	p.packs, p.plain, p.series, p.before = nil, p.plain[:0], 0, p.before[:0]
}

func (p *labelsPacker) size() int { return cap(p.plain) + p.deflated.Cap() }

// add takes the labels of one series, and whether its samples have times of
// their own.
func (p *labelsPacker) add(ls []byte, timed bool) {
	shared := commonPrefix(p.before, ls)
	rest := uint64(len(ls)-shared) << 1
	if timed {
		rest |= 1
	}
	p.plain = binary.AppendUvarint(p.plain, uint64(shared))
	p.plain = binary.AppendUvarint(p.plain, rest)
	p.plain = append(p.plain, ls[shared:]...)
	p.before = append(p.before[:shared], ls[shared:]...)
	if p.series++; len(p.plain) >= packSize {
		p.seal()
	}
}

// seal ends the last pack.
func (p *labelsPacker) seal() {
	if p.series == 0 {
		return
	}
	p.deflated.Reset()
	if p.deflate == nil {
		p.deflate, _ = flate.NewWriter(nil, flate.BestSpeed) // the level is one of its own
	}
	p.deflate.Reset(&p.deflated)
	_, _ = p.deflate.Write(p.plain) // a bytes.Buffer never fails
	_ = p.deflate.Close()
	p.packs = append(p.packs, labelsPack{bytes.Clone(p.deflated.Bytes()), p.series, len(p.plain)})
	p.plain, p.series, p.before = p.plain[:0], 0, p.before[:0]
}

// each calls do for each series, in order. The labels are valid until it returns.
func (p labelsPack) each(do func(ls []byte, timed bool)) {
	plain := make([]byte, p.plain)
	if _, err := io.ReadFull(flate.NewReader(bytes.NewReader(p.packed)), plain); err != nil {
		panic("convert: labels that were packed cannot be read: " + err.Error())
	}
	var ls []byte
	for range p.series {
		shared, n := binary.Uvarint(plain)
		rest, m := binary.Uvarint(plain[n:])
		plain = plain[n+m:]
		ls = append(ls[:shared], plain[:rest>>1]...)
		plain = plain[rest>>1:]
		do(ls, rest&1 != 0)
	}
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
