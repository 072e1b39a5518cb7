package convert

// nextPoint takes the line at b[pos] if that differs from the one before in
// nothing but numbers and stays as it is, as most lines of a histogram do, and
// returns the index behind it, or -1.
func (r *run) nextPoint(b []byte, pos int) int {
	if r.store.on {
		return -1 // a store needs the labels
	}
	at := r.points.nextLabel(b, pos)
	if at.end < 0 {
		return -1
	}
	if !r.relabels() {
		if r.limited {
			return -1
		}
		return r.points.nextPoint(b, at)
	}
	i := r.verdicts.find(r.hash(b[pos : at.end+len(behindPoint)-1]))
	if i == 0 || r.verdicts.all[i].ruling != rulingKeep {
		return -1
	}
	next := r.points.nextPoint(b, at)
	if next >= 0 {
		if _, again := r.verdicts.see(i); again {
			r.repeats++
		}
	}
	return next
}

// counted counts the line that nextPoint took, and moves behind it.
func (r *run) counted(next int) error {
	r.stats.Samples++
	r.stats.PostRelabel++
	r.stored++
	r.advance(next)
	return nil
}

// point takes a line of a histogram or summary. It returns false where a
// gateway, which rebuilds those, would give back something else (contract C30).
func (r *run) point(l *line) bool {
	at := -1
	for i := range l.labels {
		if string(l.labelName(i)) == pointLabel(r.member.kind) {
			at = i
		}
	}
	if r.member.role == roleNone || (at >= 0) != (r.member.role == rolePoint) {
		return false
	}
	s := &r.points
	if s.lines > 0 && !s.includes(l, at) && !r.endPoints() {
		return false
	}
	if s.lines == 0 {
		s.begin(r.member.kind, l, at)
		if !r.firstSeen(s.hash(r.names.seed) + uint64(r.open)) {
			return false
		}
	}
	return s.add(r.window.buf, l, r.member.role, at)
}

// firstSeen tells whether no such label set was in its family. A gateway
// makes one of two; the first wins for Prometheus.
func (r *run) firstSeen(hash uint64) bool {
	if _, found := r.seen[hash]; found {
		return false
	}
	if r.seen == nil {
		r.seen = make(map[uint64]struct{})
	}
	r.seen[hash] = struct{}{}
	return true
}

// endPoints encodes the set of points that is being read, if any. It returns
// false where that must not be.
func (r *run) endPoints() bool {
	s := &r.points
	if s.lines == 0 {
		return true
	}
	if !s.whole() {
		return false
	}
	for _, e := range r.encoders {
		e.set(s)
	}
	s.clear()
	return true
}

// closePoints ends the set of points that is being read, if any. With it the
// family may end.
func (r *run) closePoints() {
	if !r.endPoints() {
		r.holdFamily(r.open, r.names.entries[r.open].out)
	}
}

// isOfPoints tells whether rules have made of a native histogram the series
// that has the name and the labels of the set of lines that was just read.
func (r *run) isOfPoints(i int) bool {
	v, _ := r.verdicts.see(i)
	if v.ruling != rulingRewrite {
		return false
	}
	series := Series{Name: text(r.names.entries[r.open].text)}
	for _, p := range r.points.pairs {
		series.Labels = append(series.Labels, Label{text(p.name), unescape(text(p.value))})
	}
	return string(r.verdicts.textOf(v)) == string(appendSeriesText(nil, &series))
}
