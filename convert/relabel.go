package convert

// relabels tells whether there are rules.
func (r *run) relabels() bool { return len(r.Rules) > 0 }

// beginRules makes the run ready for rules, or for none.
func (r *run) beginRules() {
	r.repeats = 0
	r.setNumeric(kindNone)
	if !r.relabels() {
		return
	}
	c := r.Converter
	if c.verdicts == nil || r.store.on && !c.verdicts.stores {
		c.verdicts = newVerdicts(maxVerdicts)
		c.verdicts.stores = r.store.on
	}
	r.verdicts.begin()
	r.rewritten.reset(nil)
	r.onlyText, r.onlyProtobuf = !r.encoders.has(Protobuf), !r.encoders.has(Text)
}

// relabelLine takes a line of which the rules say what becomes of it.
func (r *run) relabelLine(l *line, timestamp bool, at moment) error {
	hash := r.hash(l.buf[l.name.start : l.value.start-1])
	i := r.verdicts.find(hash)
	if i == 0 {
		o, err := r.judgeLine(l)
		if err != nil {
			return r.located(err)
		}
		i = r.verdicts.add(hash, o)
		r.verdicts.get(i).length = uint32(l.value.start - 1 - l.name.start)
	}
	v, ok := r.carries(i, &sample{timestamp: timestamp})
	r.storeJudged(v, l, at)
	switch {
	case r.StoresOnly:
		return nil
	case ok && v.ruling == rulingKeep:
		return r.add(l)
	}
	return r.replace(v, ok, l)
}

// replace takes what rules have made of a line, if that is carried.
func (r *run) replace(v *verdict, carried bool, l *line) error {
	switch {
	case !carried:
		return nil
	case v.ruling == rulingHold:
		return r.holdRelabeled(v, number(l.value.of(l.buf)))
	}
	return r.rewrite(v, l.value.of(l.buf))
}

// takeForeseen takes the line at b[pos], or returns false, if it is of the series
// that came here the last time, which need not be taken apart again: that costs
// more than to see that it is the same.
func (r *run) takeForeseen(b []byte, pos int) (taken bool, err error) {
	i := r.verdicts.foresee()
	v, l := r.verdicts.get(i), &r.scanner.line
	end := pos + int(v.length)
	if v.length == 0 || end >= r.window.lines || b[end] != ' ' || v.ruling == rulingKeep && (r.store.on || !r.streams(b, pos)) ||
		r.hash(b[pos:end]) != v.hash || !r.scanner.suffix(b, pos, end+1) {
		return false, nil
	}
	l.buf = b
	next := l.place.end
	r.stats.Samples++
	v, ok := r.carries(i, &sample{timestamp: l.timestamp})
	r.storeJudged(v, l, r.momentOfLine(l))
	switch {
	case r.StoresOnly:
	case ok && v.ruling == rulingKeep:
		r.encoders.sample(l)
	default:
		err = r.replace(v, ok, l)
	}
	r.advance(next)
	return true, err
}

// streams tells whether all that is done with the line at b[pos] is to copy it:
// if it has the name of the line before, and that is one of a family of plain
// series, which is being written as text.
func (r *run) streams(b []byte, pos int) bool {
	m, name := &r.member, r.scanner.name
	end := pos + len(name)
	return r.onlyText && len(name) > 0 && !r.scanner.renamed && r.fate == fateCarried && r.own.used &&
		r.open == m.family && m.kind.Simple() && r.names.entries[m.family].out == m.kind && !m.created &&
		end < len(b) && string(b[pos:end]) == string(name) && (b[end] == '{' || b[end] == ' ')
}

// relabelSample is relabelLine for a sample of the reader.
func (r *run) relabelSample(e entry) error {
	i, err := r.verdictOf(e.name, e.sample.labels, e.sample.refused)
	if err != nil {
		return err
	}
	v, ok := r.carries(i, &e.sample)
	if !e.sample.classicOnly {
		r.storeRelabeled(v, e.sample.value, r.momentOf(&e.sample), e.sample.exemplar)
	}
	switch {
	case !ok || r.StoresOnly:
		return nil
	case v.ruling == rulingHold:
		return r.holdRelabeled(v, e.sample.value)
	}
	r.value = appendValue(r.value[:0], e.sample.value)
	return r.rewrite(v, r.value)
}

// verdictOf returns the index of the verdict on a series as it is written.
func (r *run) verdictOf(name string, written []Label, refused error) (int, error) {
	hash := r.hash(r.seriesKey(name, written, refused))
	if i := r.verdicts.find(hash); i != 0 {
		return i, nil
	}
	o, err := r.judge(name, written, refused)
	if err != nil {
		return 0, err
	}
	return r.verdicts.add(hash, o), nil
}

// carries counts a sample, and tells whether it goes to a gateway.
func (r *run) carries(i int, s *sample) (v *verdict, ok bool) {
	v, again := r.verdicts.see(i)
	if v.ruling == rulingDrop {
		return v, false
	}
	r.stats.PostRelabel++
	r.count(s)
	if !s.timestamp && (again || i == isUnkept && r.isRepeated(v.hash)) {
		r.repeats++
	}
	r.stored++
	if v.exported {
		r.stats.Exported++
	}
	if v.ruling == rulingUnfit {
		if !r.StoresOnly {
			r.stats.drop(unfitReasons[v.reason])
		}
		return v, false
	}
	return v, true
}

// isRepeated tells of a series whose verdict is not kept whether it was there
// before, where that matters: as sample_limit forgives repetitions.
func (r *run) isRepeated(hash uint64) bool {
	limit := r.Limits.Samples
	if limit == 0 {
		return false
	}
	if _, found := r.beyond[hash]; found {
		return true
	}
	if r.beyond == nil {
		r.beyond = make(map[uint64]struct{})
	}
	if len(r.beyond) <= limit { // more are over it anyway
		r.beyond[hash] = struct{}{}
	}
	return false
}

// holdRelabeled has a series wait for the end, unless its group is another
// target's.
func (r *run) holdRelabeled(v *verdict, value float64) error {
	h := r.verdicts.heldOf(v)
	g := r.groupWith(h.key, h.group)
	if !g.free {
		r.stats.drop(DropGroupOwned)
		return nil
	}
	return r.hold(g, Series{Name: h.Name, Labels: h.Labels, Value: value})
}
