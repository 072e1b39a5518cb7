package convert

import (
	"cmp"
	"math"
	"slices"
)

// A set is what a histogram or summary has for one label set.
type set struct {
	points     []point // buckets or quantiles
	sum, count *Series
}

type point struct {
	at     float64 // le or quantile
	series Series
}

// assemble returns the lines of a histogram or a summary, label set by label
// set: buckets or quantiles in order, then sum and count. ok is false where a
// Pushgateway, which rebuilds such families instead of storing their lines,
// would give back something else (contract C30, C46): lines missing or too
// many, or counts that are not whole numbers.
func assemble(f *Family) (ordered []Series, ok bool) {
	sets := make(map[string]*set)
	var order []*set
	for _, s := range f.Series {
		rest, at, split := splitPoint(f.Type, s.Labels)
		key := rest.Key()
		if sets[key] == nil {
			sets[key] = new(set)
			order = append(order, sets[key])
		}
		if !sets[key].add(f, s, at, split) {
			return nil, false
		}
	}
	for _, s := range order {
		if !s.faithful(f.Type) {
			return nil, false
		}
		ordered = s.append(ordered)
	}
	return ordered, true
}

// A pointKey is equal for the lines of a histogram or summary that differ at
// most in the spelling of their le or quantile.
type pointKey struct {
	group      *group
	name, rest string
	at         uint64
}

// pointOf returns the key of a line; found is false for all but those of
// histograms and summaries that have a number there.
func pointOf(t Type, s namedSeries) (key pointKey, found bool) {
	if t.Simple() {
		return key, false
	}
	rest, at, found := splitPoint(t, s.Labels)
	if !found {
		return key, false
	}
	number, err := parseFloat(at)
	if number == 0 {
		number = 0 // not -0
	}
	return pointKey{s.group, s.Name, rest.Key(), math.Float64bits(number)}, err == nil
}

// splitPoint takes le or quantile out of a line's labels.
func splitPoint(t Type, ls Labels) (rest Labels, at string, found bool) {
	name := pointLabel(t)
	i := slices.IndexFunc(ls, func(l Label) bool { return l.Name == name })
	if i < 0 {
		return ls, "", false
	}
	return slices.Concat(ls[:i], ls[i+1:]), ls[i].Value, true
}

// pointName is the name of a bucket's or a quantile's line.
func (f *Family) pointName() string {
	if f.Type == Summary {
		return f.Name
	}
	return f.Name + "_bucket"
}

// add takes one line; at is its le or quantile, where it has one.
func (s *set) add(f *Family, line Series, at string, hasPoint bool) bool {
	switch {
	case line.Name == f.pointName() && hasPoint:
		number, err := parseFloat(at)
		if err != nil || math.IsNaN(number) {
			return false
		}
		s.points = append(s.points, point{number, line})
	case line.Name == f.Name+"_sum" && !hasPoint:
		s.sum = &line
	case line.Name == f.Name+"_count" && !hasPoint:
		s.count = &line
	default:
		return false
	}
	return true
}

// faithful sorts the points and tells whether a gateway keeps all numbers.
func (s *set) faithful(t Type) bool {
	if s.sum == nil || s.count == nil || !isCount(s.count.Value) {
		return false
	}
	slices.SortFunc(s.points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	if t == Summary {
		return true
	}
	for _, p := range s.points {
		if !isCount(p.series.Value) {
			return false
		}
	}
	last := len(s.points) - 1
	return last >= 0 && math.IsInf(s.points[last].at, 1) && s.points[last].series.Value == s.count.Value
}

// isCount tells whether v survives a gateway's uint64. Above 2^63 a
// conversion from float64 is not portable.
func isCount(v float64) bool {
	return v >= 0 && v < 1<<63 && v == math.Trunc(v)
}

func (s *set) append(to []Series) []Series {
	for _, p := range s.points {
		to = append(to, p.series)
	}
	return append(to, *s.sum, *s.count)
}
