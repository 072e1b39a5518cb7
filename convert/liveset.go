package convert

import "hash/maphash"

// A liveSet knows the series of a target's last scrape, so that those that do
// not come again can be said to have ended. A series is known by a hash of its
// labels with a seed of the set: that two of a million series share one of 64
// bits has a probability of 3e-8. What a marker needs beside that, the labels,
// is kept packed, and unpacked for those that are gone only.
type liveSet struct {
	seed   maphash.Seed
	hashes []uint64     // of the series, in the order in which they came first
	packs  []labelsPack // their labels, in the same order
	ended  bool         // all have their markers already, as the last scrape failed

	last     int64 // time of the last scrape that was handed over, Unix time in milliseconds
	metadata int64 // time of the scrape whose metadata were handed over last
}

// A walk goes through a set beside a scrape. Nearly all series come in the order
// of the last time, so most are found where the one before says.
type walk struct {
	set   *liveSet
	next  int      // index of the series that is expected
	seen  []uint64 // bits: the series of the set that came
	came  int      // their number
	timed bool     // one that came has times of its own
	added []uint64 // hashes of the series that are new
	fresh labelsPacker
	table hashTable // of the set and what is added; empty until it is needed
}

func (w *walk) begin(set *liveSet) {
	w.set, w.next, w.came, w.timed, w.added = set, 0, 0, false, w.added[:0]
	n := (len(set.hashes) + 63) / 64
	if cap(w.seen) < n {
		w.seen = make([]uint64, n)
	}
	w.seen = w.seen[:n]
	clear(w.seen)
	w.table.clear()
	w.fresh.reset()
}

func (w *walk) clear() { w.set = nil }

func (w *walk) size() int { return 8*(cap(w.seen)+cap(w.added)) + w.table.size() + w.fresh.size() }

// take notes a series, and tells whether it came before in this scrape. Of one
// with times of its own no end is said: it is another than the same without, as it
// may be one in this scrape and the other in the next.
func (w *walk) take(hash uint64, ls []byte, timed bool) (again bool) {
	if timed {
		w.timed = true
		return w.takeAs(^hash, ls, timed)
	}
	return w.timed && w.has(^hash) || w.takeAs(hash, ls, timed)
}

// takeAs is take for one of the two.
func (w *walk) takeAs(hash uint64, ls []byte, timed bool) (again bool) {
	known := w.set.hashes
	i := w.next
	if i >= len(known) || known[i] != hash {
		i = w.find(hash)
	}
	w.next = i + 1
	switch {
	case i >= len(known):
		return w.add(i-len(known), hash, ls, timed)
	case w.isSeen(i):
		return true
	}
	w.seen[i/64] |= 1 << (i % 64)
	w.came++
	return false
}

// find returns the index of a series, those that are new behind those of the
// set; that of the next new one for a series that was not there.
func (w *walk) find(hash uint64) int {
	if w.table.isEmpty() {
		w.table.grow(len(w.set.hashes)+len(w.added), w.hashAt)
	}
	return w.table.find(hash, w.hashAt, len(w.set.hashes)+len(w.added))
}

// has tells whether a series came in this scrape.
func (w *walk) has(hash uint64) bool {
	i, known := w.find(hash), len(w.set.hashes)
	if i < known {
		return w.isSeen(i)
	}
	return i < known+len(w.added)
}

func (w *walk) hashAt(i int) uint64 {
	if n := len(w.set.hashes); i >= n {
		return w.added[i-n]
	}
	return w.set.hashes[i]
}

// add notes the new series with an index among those.
func (w *walk) add(i int, hash uint64, ls []byte, timed bool) (again bool) {
	if i < len(w.added) {
		return true
	}
	w.added = append(w.added, hash)
	w.fresh.add(ls, timed)
	w.table.add(len(w.set.hashes)+i, w.hashAt)
	return false
}

// isSeen tells whether the ith series of the set came.
func (w *walk) isSeen(i int) bool { return w.seen[i/64]&(1<<(i%64)) != 0 }

// end makes the set that of the scrape. gone is called with the labels of each
// series that did not come, but for those with times of their own.
func (w *walk) end(gone func(ls []byte)) {
	if w.came < len(w.set.hashes) {
		w.remove(gone)
	}
	if len(w.added) > 0 {
		w.fresh.seal()
		w.set.join(w.added, w.fresh.packs, &w.fresh)
	}
	w.set.ended = false
}

// remove takes the series out that did not come. Only packs that have such are
// unpacked.
func (w *walk) remove(gone func(ls []byte)) {
	set, first := w.set, 0
	hashes, packs := set.hashes[:0], make([]labelsPack, 0, len(set.packs))
	var rest labelsPacker
	for _, p := range set.packs {
		n := p.series
		if w.allSeen(first, n) {
			hashes, packs = append(hashes, set.hashes[first:first+n]...), append(packs, p)
			first += n
			continue
		}
		rest.reset()
		i := first
		p.each(func(ls []byte, timed bool) {
			switch {
			case w.isSeen(i):
				hashes = append(hashes, set.hashes[i])
				rest.add(ls, timed)
			case !timed && !set.ended:
				gone(ls)
			}
			i++
		})
		rest.seal()
		packs = append(packs, rest.packs...)
		first += n
	}
	set.hashes, set.packs = hashes, packs
}

func (w *walk) allSeen(first, n int) bool {
	for i := first; i < first+n; i++ {
		if !w.isSeen(i) {
			return false
		}
	}
	return true
}

// join appends series. A small pack at the end takes them in: else a target whose
// series come and go would make more and more of them.
func (s *liveSet) join(hashes []uint64, packs []labelsPack, with *labelsPacker) {
	s.hashes = append(make([]uint64, 0, len(s.hashes)+len(hashes)), s.hashes...) // no more than they need
	s.hashes = append(s.hashes, hashes...)
	last := len(s.packs) - 1
	if last < 0 || s.packs[last].series >= smallPack {
		s.packs = append(s.packs, packs...)
		return
	}
	small := s.packs[last]
	s.packs = s.packs[:last]
	with.reset()
	small.each(with.add)
	for _, p := range packs {
		p.each(with.add)
	}
	with.seal()
	s.packs = append(s.packs, with.packs...)
}

// smallPack is the number of series below which a pack is no pack of its own.
const smallPack = 512

// each calls do with the labels of all series but those with times of their own.
func (s *liveSet) each(do func(ls []byte)) {
	for _, p := range s.packs {
		p.each(func(ls []byte, timed bool) {
			if !timed {
				do(ls)
			}
		})
	}
}
