package convert

// respell makes a line of a series that stood in another spelling. It returns
// nil for one with more than maxLabels, or with UTF-8 names: they could have a
// line break in them.
func (s *scanner) respell(series Series) *line {
	if !series.isClassic() {
		return nil
	}
	s.scratch = appendSeries(s.scratch[:0], &series)
	return s.rescan()
}

// squeeze makes a line without the labels of l that are empty.
func (s *scanner) squeeze(l *line) *line {
	n := &s.line
	n.labels, n.escaped, n.verbatim = 0, 0, false
	n.shape.cut(0)
	out := append(s.scratch[:0], l.name.of(l.buf)...)
	n.name = span{0, len(out)}
	separator := byte('{')
	for i := range l.labels {
		value, escaped := l.labelValue(i)
		if len(value) == 0 {
			continue
		}
		before := len(out)
		if n.labels > 0 {
			before-- // the quote of the value before
		}
		out = append(append(append(out, separator), l.labelName(i)...), `="`...)
		n.shape.add(out[before:])
		n.values[n.labels] = span{len(out), len(out) + len(value)}
		if escaped {
			n.escaped |= 1 << n.labels
		}
		n.labels++
		out = append(append(out, value...), '"')
		separator = ','
	}
	if separator == ',' {
		out = append(out, '}')
	}
	out = append(out, ' ')
	n.value.start = len(out)
	out = append(out, l.value.of(l.buf)...)
	n.value.end = len(out)
	s.scratch = append(out, '\n')
	n.buf, n.place = s.scratch, span{0, len(s.scratch)}
	return n
}

func (s *scanner) rescan() *line {
	s.scratch = append(s.scratch, make([]byte, padding)...)
	if !s.scan(s.scratch, 0) {
		return nil
	}
	s.line.verbatim, s.line.known = false, nil
	return &s.line
}
