package convert

import "bytes"

// rewrite takes a line with what rules made of its name and labels. That is
// taken apart again only where it is no plain series in its family's place.
func (r *run) rewrite(v *verdict, value []byte) error {
	if r.rewritesPlain(v, value) {
		return nil
	}
	s := &r.rewritten
	s.scratch = append(append(s.scratch[:0], r.verdicts.textOf(v)...), value...)
	s.scratch = append(s.scratch, '\n')
	l := s.rescan()
	if l == nil {
		panic("convert: a line that was written cannot be read")
	}
	return r.add(r.same(l))
}

// rewritesPlain has the encoders write a plain series as it is remembered, or
// returns false.
func (r *run) rewritesPlain(v *verdict, value []byte) bool {
	known := r.verdicts.knownOf(v)
	isFormat := v.encoded && r.onlyProtobuf || !v.encoded && r.onlyText
	if !isFormat || !r.entersPlain(known) {
		return false
	}
	if v.encoded {
		known = known[len(r.scanner.name)+1:]
	}
	l := &r.rewritten.line
	l.known, l.verbatim, l.buf, l.value = known, false, value, span{0, len(value)}
	r.encoders.sample(l)
	return true
}

// entersPlain tells whether a series, of which what is known begins with its
// name, only needs to be written. Its family then is open.
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
