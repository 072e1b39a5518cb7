package spool

// A census looks at all entries, in their order, for records that are not whole.
type census struct {
	id    uint64
	whole bool // so far
	begun bool
	next  int // piece
	left  int // bytes of the body

	sound int // records
	lost  []uint64
}

// add takes the next entry.
func (c *census) add(e entry) error {
	id, piece, ok := parseKey(e.key)
	if !ok || e.flags != 0 {
		return damaged("it has an entry that is none of a record")
	}
	if !c.begun || id != c.id {
		c.end()
		c.begin(id, e.value, piece)
		return nil
	}
	c.whole = c.whole && piece == c.next && len(e.value) == min(c.left, pieceSize)
	c.next++
	c.left -= len(e.value)
	return nil
}

// begin looks at the first entry of a record, which is its header.
func (c *census) begin(id uint64, value []byte, piece int) {
	h, _, ok := parseHeader(id, value)
	c.id, c.begun, c.whole, c.next, c.left = id, true, ok && piece == 0, 1, h.Size
}

// end returns how many records are whole, and those that are not, up to the last
// entry.
func (c *census) end() (sound int, lost []uint64) {
	switch {
	case !c.begun:
	case c.whole && c.left == 0:
		c.sound++
	default:
		c.lost = append(c.lost, c.id)
	}
	c.begun = false
	return c.sound, c.lost
}
