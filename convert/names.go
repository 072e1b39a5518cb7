package convert

import (
	"bytes"
	"hash/maphash"
	"unsafe"
)

// names are the names of families and of series, each with what the metadata
// lines of the exposition say and what became of its family. What was found out
// about a name is kept from one exposition to the next, as most have the same
// names in the same order: then they are recognised, and nothing is allocated.
type names struct {
	seed    maphash.Seed
	places  []int32 // open addressing, index+1 into entries; its length is a power of two
	entries []name
	text    []byte // of all entries
	live    []int  // the entries of this exposition
	now     uint32 // counts expositions
	recent  int    // the entry asked for last
	last    int    // the last one whose header was written as it stood; entry 0 is none
	scratch []byte
}

// A name is one entry. Its bytes are parts of names.text.
type name struct {
	hash   uint64
	text   []byte
	suffix *suffix // or nil
	// special names are not the target's to use.
	special bool

	// Of the exposition in which it was seen last.
	seen     uint32
	kind     kind
	help     []byte // unescaped
	unit     []byte
	state    state
	out      Type // the type under which its family went out
	begun    bool // in the outputs
	affected bool // see run.affect
	retyped  bool // see run.retype

	// What was read then: HELP, if any, and TYPE, as they must be written.
	header      []byte
	headerHelp  []byte
	headerKind  kind
	headerLines int
	next        int // the entry whose header came after it
}

// A state says where the family of a name stands.
type state uint8

const (
	unopened state = iota // has no series in an output yet
	open                  // is being encoded
	closed                // others were encoded behind it
	held                  // what comes of it waits for the end
)

// maxNames bounds what is kept between expositions, in bytes.
const maxNames = 1 << 20

// begin starts an exposition.
func (n *names) begin() {
	if n.places == nil || len(n.text) > maxNames {
		*n = names{seed: maphash.MakeSeed(), places: make([]int32, 1024)}
		n.entries = append(n.entries, name{}) // none
	}
	n.now++
	n.live = n.live[:0]
	n.recent, n.last = 0, 0
}

// find returns the index of a name of this exposition, or -1 without it.
func (n *names) find(s []byte) int {
	i, _ := n.lookup(s)
	if i >= 0 && n.entries[i].seen != n.now {
		return -1
	}
	return i
}

// add returns the index of a name, new or not.
func (n *names) add(s []byte) int {
	if e := &n.entries[n.recent]; e.seen == n.now && string(e.text) == string(s) {
		return n.recent
	}
	i, hash := n.lookup(s)
	if i < 0 {
		i = n.create(s, hash)
	}
	n.see(i)
	n.recent = i
	return i
}

// size is how much memory the names have, in bytes.
func (n *names) size() int {
	return cap(n.text) + cap(n.entries)*int(unsafe.Sizeof(name{})) + 4*len(n.places)
}

// see makes an entry one of this exposition.
func (n *names) see(i int) {
	e := &n.entries[i]
	if e.seen == n.now {
		return
	}
	e.seen, e.kind, e.help, e.unit, e.state = n.now, kindNone, nil, nil, unopened
	e.begun, e.affected, e.retyped = false, false, false
	n.live = append(n.live, i)
}

func (n *names) create(s []byte, hash uint64) int {
	if 2*len(n.entries) >= len(n.places) {
		n.grow()
	}
	n.entries = append(n.entries, name{hash: hash, text: n.keep(s), suffix: suffixOf(s), special: isReport(text(s)) || gatewayOwned(text(s))})
	n.place(hash, int32(len(n.entries)))
	return len(n.entries) - 1
}

func (n *names) lookup(s []byte) (index int, hash uint64) {
	hash = maphash.Bytes(n.seed, s)
	mask := uint64(len(n.places) - 1)
	for i := hash & mask; n.places[i] != 0; i = (i + 1) & mask {
		e := &n.entries[n.places[i]-1]
		if e.hash == hash && string(e.text) == string(s) {
			return int(n.places[i] - 1), hash
		}
	}
	return -1, hash
}

func (n *names) place(hash uint64, index int32) {
	mask := uint64(len(n.places) - 1)
	i := hash & mask
	for n.places[i] != 0 {
		i = (i + 1) & mask
	}
	n.places[i] = index
}

func (n *names) grow() {
	n.places = make([]int32, 2*len(n.places))
	for i := range n.entries[1:] {
		n.place(n.entries[i+1].hash, int32(i+2))
	}
}

// findWith returns the index of the name that has more behind that of an
// index, or -1.
func (n *names) findWith(i int, more string) int {
	n.scratch = append(append(n.scratch[:0], n.entries[i].text...), more...)
	return n.find(n.scratch)
}

// wasRetyped tells whether a name was retyped, or the one that it is without its
// suffix.
func (n *names) wasRetyped(i int) bool {
	if s := suffixOf(n.entries[i].text); s != nil && !n.entries[i].retyped {
		i = n.find(bytes.TrimSuffix(n.entries[i].text, []byte(s.text)))
	}
	return i >= 0 && n.entries[i].retyped
}

// keep returns a copy of s that lives as long as the names do.
func (n *names) keep(s []byte) []byte {
	start := len(n.text)
	n.text = append(n.text, s...)
	return n.text[start:len(n.text):len(n.text)]
}

// setHelp notes the text of a HELP line.
func (n *names) setHelp(i int, help []byte) {
	if e := &n.entries[i]; string(e.headerHelp) == string(help) {
		e.help = e.headerHelp
	} else {
		e.help = n.keep(help)
	}
}

// setUnit notes the text of a UNIT line.
func (n *names) setUnit(i int, unit string) {
	n.entries[i].unit = []byte(unit)
}

// setHeader notes how an entry's HELP and TYPE lines stood, and that they came
// after those of the last one.
func (n *names) setHeader(i int, header []byte, lines int) {
	if i == n.last {
		return // it was foreseen
	}
	e := &n.entries[i]
	if string(e.header) != string(header) {
		e.header = n.keep(header)
	}
	e.headerHelp, e.headerKind, e.headerLines = e.help, e.kind, lines
	n.entries[n.last].next = i
	n.last = i
}

// foresee returns the index of the entry whose header stands at b[pos], if that
// is the one that came here the last time.
func (n *names) foresee(b []byte, pos int) (i int, ok bool) {
	i = n.entries[n.last].next
	e := &n.entries[i]
	end := pos + len(e.header)
	if i == 0 || e.seen == n.now || end > len(b) || string(b[pos:end]) != string(e.header) {
		return 0, false
	}
	n.see(i)
	e.kind, e.help = e.headerKind, e.headerHelp
	n.recent, n.last = i, i
	return i, true
}
