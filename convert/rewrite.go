package convert

import "bytes"

// rewrite takes a line with what rules made of its name and labels. That is
// taken apart again only where it is no plain series in its family's place.
func (r *run) rewrite(v *verdict, value []byte) error {
	s := &r.rewritten
	if known := r.verdicts.knownOf(v); (v.encoded && r.onlyProtobuf || !v.encoded && r.onlyText) && r.entersPlain(known) {
		if v.encoded {
			r.encoders.sample(s.join(nil, value, known[len(r.scanner.name)+1:]))
		} else {
			r.encoders.sample(s.join(known, value, nil))
		}
		return nil
	}
	s.scratch = append(append(s.scratch[:0], r.verdicts.textOf(v)...), value...)
	s.scratch = append(s.scratch, '\n')
	l := s.rescan()
	if l == nil {
		panic("convert: a line that was written cannot be read")
	}
	return r.add(r.same(l))
}

// entersPlain has the encoders write the family of a series of the target's own
// group, of which no more than the name matters, or returns false.
func (r *run) entersPlain(series []byte) bool {
	s, m := &r.scanner, &r.member
	if n := len(s.name); n == 0 || !bytes.HasPrefix(series, s.name) || series[n] != '{' && series[n] != ' ' {
		s.newName(series, 0)
	}
	if s.renamed {
		r.rename()
	}
	return r.fate == fateCarried && !m.created && m.kind.Simple() && r.own.used && r.opened(m)
}

// join makes a line of which no more is known than what is to be written.
func (s *scanner) join(series, value, encoded []byte) *line {
	s.scratch = append(append(s.scratch[:0], series...), value...)
	l := &s.line
	l.buf, l.verbatim, l.encoded = s.scratch, false, encoded
	l.value = span{len(series), len(s.scratch)}
	l.place = span{0, l.value.end}
	return l
}
