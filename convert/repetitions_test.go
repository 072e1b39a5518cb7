package convert

import "testing"

// TestRepetitionsWithTheSameHash: series are the same where name, labels and
// group are, whatever their hashes.
func TestRepetitionsWithTheSameHash(t *testing.T) {
	own, other := new(group), new(group)
	x := Labels{{"x", "1"}}
	series := []namedSeries{
		{own, Series{Name: "a", Labels: x, Value: 1}},
		{own, Series{Name: "b", Labels: x}},
		{other, Series{Name: "a", Labels: x}},
		{own, Series{Name: "a"}},
		{own, Series{Name: "a", Labels: x, Value: 2}},
		{own, Series{Name: "b", Labels: x}},
		{other, Series{Name: "a", Labels: x}},
		{own, Series{Name: "a"}},
	}
	r := newRepetitions(series)
	for i := range series {
		r.first[r.hash(&series[i])] = 0 // as if it were that of the first one
	}
	for i := range series {
		if got, want := r.has(i), i == 0 || i >= 4; got != want {
			t.Errorf("series %d was there before: got %v, want %v", i, got, want)
		}
	}
}
