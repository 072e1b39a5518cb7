package convert

import "slices"

// regroup is the slow way for families that could not be encoded as they came:
// that opened again, were declared late, or are histograms and summaries that a
// gateway would not give back as they are. What was encoded of them is taken
// out of the outputs, and joined with what was held.
func (r *run) regroup() {
	series := append(r.takeBack(), r.held...)
	r.gather(series)
	r.flattenUnfaithful()
	r.flattenColliding()
	r.withholdReported()
	r.write()
}

// withholdReported leaves the families of the report series for Report. Those
// have no UTF-8 names for labels.
func (r *run) withholdReported() {
	r.order = slices.DeleteFunc(r.order, func(f *groupFamily) bool {
		if !f.group.own || r.NoReport || !IsReported(f.Name) {
			return false
		}
		for _, s := range f.Series {
			if s.isClassic() {
				r.withheld = append(r.withheld, s)
			} else {
				r.stats.drop(DropUTF8Name)
			}
		}
		return true
	})
}

// takeBack takes the affected families out of the target's outputs, if any is
// there.
func (r *run) takeBack() (series []namedSeries) {
	if !slices.ContainsFunc(r.names.live, r.isTakenBack) {
		return nil
	}
	for i, out := range r.batch.Outputs(r.Target) {
		format := out.Format()
		out.Rewrite(func(body []byte, n int) ([]byte, int) {
			kept := body[:0]
			for b := range format.Blocks(body) {
				if !r.isAffected(b.Name) {
					kept = append(kept, b.Raw...)
					continue
				}
				n -= b.Series()
				if i == 0 {
					series = append(series, r.decoded(b)...)
				}
			}
			return kept, n
		})
	}
	return series
}

// isTakenBack tells whether the family of a name waits for the end, and stands in
// an output already.
func (r *run) isTakenBack(i int) bool {
	n := &r.names.entries[i]
	return n.affected && n.begun
}

func (r *run) isAffected(family string) bool {
	i := r.names.find([]byte(family))
	return i >= 0 && r.names.entries[i].affected
}

func (r *run) decoded(b Block) (series []namedSeries) {
	f, err := b.Family()
	if err != nil {
		panic("convert: what was encoded cannot be read: " + err.Error())
	}
	for _, s := range f.Series {
		series = append(series, namedSeries{r.own, s.clone()})
	}
	return series
}
