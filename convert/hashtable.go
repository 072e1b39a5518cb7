package convert

// A hashTable finds the index of a hash in a list that only grows. It is made
// where a scrape has another order than the one before, and holds nothing but
// indexes. The zero value is empty.
type hashTable struct {
	places []int32 // open addressing, index+1; its length is a power of two
	used   int
}

func (t *hashTable) isEmpty() bool { return t.used == 0 }

func (t *hashTable) size() int { return 4 * cap(t.places) }

func (t *hashTable) clear() {
	if t.used > 0 {
		clear(t.places)
		t.used = 0
	}
}

// grow makes room for twice n hashes, and puts the first n in.
func (t *hashTable) grow(n int, at func(i int) uint64) {
	length := 64
	for length < 4*n {
		length *= 2
	}
	if cap(t.places) < length {
		t.places = make([]int32, length)
	}
	t.places = t.places[:length]
	clear(t.places)
	t.used = 0
	for i := range n {
		t.put(i, at(i))
	}
}

// find returns the index of a hash, or none.
func (t *hashTable) find(hash uint64, at func(i int) uint64, none int) int {
	mask := uint64(len(t.places) - 1)
	for p := hash & mask; len(t.places) > 0 && t.places[p] != 0; p = (p + 1) & mask {
		if i := int(t.places[p] - 1); at(i) == hash {
			return i
		}
	}
	return none
}

// add puts the next hash of the list in.
func (t *hashTable) add(i int, at func(i int) uint64) {
	if 2*(t.used+1) > len(t.places) {
		t.grow(i+1, at)
		return
	}
	t.put(i, at(i))
}

func (t *hashTable) put(i int, hash uint64) {
	mask := uint64(len(t.places) - 1)
	p := hash & mask
	for t.places[p] != 0 {
		p = (p + 1) & mask
	}
	t.places[p] = int32(i + 1)
	t.used++
}
