package convert

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// hashLine returns a hash of a line's name and labels that is the same in any
// order of the labels: a sum.
func hashLine(l textLine) uint64 {
	hash := xxhash.Sum64(l.name)
	for rest := l.labels; len(rest) > 0; {
		name, value, behind, ok := cutPair(rest)
		if !ok {
			return hash
		}
		hash += hashPair(name, value) // escaped, which each text is in one way
		rest = behind
	}
	return hash
}

// hashMetric does the same for a protobuf metric, whose name is the family's.
func hashMetric(metric []byte) (hash uint64) {
	for f := range fields(metric) {
		if f.tag == tagMetricLabel {
			hash += hashPair(decodeLabel(f.data))
		}
	}
	return hash
}

// hashPair hashes a label; an empty one is none. The sum of such hashes must
// tell which value belongs to which name, so the two are mixed by more than
// adding: with the finish of splitmix64 (Steele et al., OOPSLA 2014).
func hashPair(name, value []byte) uint64 {
	if len(value) == 0 {
		return 0
	}
	h := xxhash.Sum64(name)*0x9e3779b97f4a7c15 + xxhash.Sum64(value)
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// A hashSet is a set of hashes of one family after the other. The zero value
// must be reset.
type hashSet struct {
	slots []uint64 // those of the largest family so far
	table []uint64 // those of this one, at most half full; 0 is free
}

// reset empties the set, for at most n hashes.
func (s *hashSet) reset(n int) {
	size := 1 << bits.Len(uint(2*n-1))
	if size > len(s.slots) {
		s.slots = make([]uint64, size)
	}
	s.table = s.slots[:size]
	clear(s.table)
}

// add tells whether a hash is new.
func (s *hashSet) add(hash uint64) bool {
	if hash == 0 {
		hash = 1
	}
	mask := uint64(len(s.table) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		switch s.table[i] {
		case 0:
			s.table[i] = hash
			return true
		case hash:
			return false
		}
	}
}
