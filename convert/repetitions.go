package convert

import (
	"hash/maphash"
	"slices"
)

// repetitions tell which series stand among others before. They are looked for
// by hash, and compared where two have the same.
type repetitions struct {
	series []namedSeries
	seed   maphash.Seed
	first  map[uint64]int // index of the first series with a hash; that of another with the same is one more
}

func newRepetitions(series []namedSeries) repetitions {
	return repetitions{series, maphash.MakeSeed(), make(map[uint64]int, len(series))}
}

// has tells whether the ith series stands before. It is asked about one after the
// other, each once.
func (r *repetitions) has(i int) bool {
	for hash := r.hash(&r.series[i]); ; hash++ {
		first, found := r.first[hash]
		if !found {
			r.first[hash] = i
			return false
		}
		if r.series[first].is(&r.series[i]) {
			return true
		}
	}
}

func (r *repetitions) hash(s *namedSeries) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	h.WriteString(s.Name)
	for _, l := range s.Labels {
		h.WriteString(l.Name)
		h.WriteString(l.Value)
	}
	return h.Sum64()
}

// is tells whether two series are the same in Prometheus.
func (s *namedSeries) is(other *namedSeries) bool {
	return s.group == other.group && s.Name == other.Name && slices.Equal(s.Labels, other.Labels)
}
