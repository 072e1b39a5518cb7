package convert

// pending is metadata that stands in the window right before the next line, as
// it must be written: HELP, if any, and then TYPE.
type pending struct {
	family     int // index of its name
	place      span
	help, word bool // HELP and TYPE are there
}

// declares takes a comment in canonical spelling, or returns false.
func (r *run) declares(c comment, b []byte) bool {
	i := r.names.add(c.name.of(b))
	r.scanner.declared, r.declared = r.names.entries[i].text, i
	p := &r.pending
	if p.family != i || p.place.end != r.window.pos || p.word || p.help && c.kind == entryHelp {
		*p = pending{family: i, place: span{r.window.pos, r.window.pos}}
	}
	if c.kind == entryHelp {
		r.setHelp(i, c.text.of(b))
		p.help = true
	} else {
		kind, ok := r.reader.typeKind(text(c.text.of(b)))
		if !ok {
			return false
		}
		r.setKind(i, kind)
		p.word = true
	}
	p.place.end = c.next
	return true
}

// foresees takes HELP and TYPE where they are those that came here in the last
// exposition.
func (r *run) foresees(b []byte) bool {
	pos := r.window.pos
	i, ok := r.names.foresee(b, pos)
	if !ok || r.reader.openMetrics && r.names.entries[i].headerKind == kindUntyped { // a word of the text format
		return false
	}
	e := &r.names.entries[i]
	r.pending = pending{family: i, place: span{pos, pos + len(e.header)}, help: len(e.help) > 0, word: true}
	r.scanner.declared, r.declared, r.scanner.name = e.text, i, nil
	r.window.pos += len(e.header)
	r.lines += e.headerLines
	r.setNumeric(e.kind)
	r.retype(i)
	return true
}

// setHelp notes a HELP line. As in Prometheus's own metadata the last one
// stands; that of a family with series waits for the end.
func (r *run) setHelp(i int, help []byte) {
	n := &r.names.entries[i]
	if string(n.help) == string(help) {
		return
	}
	r.names.setHelp(i, help)
	r.affectMembers(i)
}

// setKind notes a TYPE line, in the same way.
func (r *run) setKind(i int, k kind) {
	r.scanner.name = nil // the same series may be another's now
	r.setNumeric(k)
	if n := &r.names.entries[i]; n.kind != k {
		n.kind = k
		r.retype(i)
	}
}

// retype has what comes from here on wait behind what was there before, where
// the same series may be lines of another family now: the first of two wins.
func (r *run) retype(i int) {
	if r.affectMembers(i) {
		r.close()
		r.names.entries[i].retyped, r.retyped = true, true
	}
}

// affectMembers has the families wait for the end that have series already and
// that a declaration is about. It tells whether there are any.
func (r *run) affectMembers(i int) (any bool) {
	any = r.affect(i)
	if !r.strays && !r.reader.openMetrics {
		return any // no series had such a name
	}
	for _, s := range suffixes {
		if member := r.names.findWith(i, s.text); member >= 0 {
			any = r.affect(member) || any
		}
	}
	return any
}

// affect has a family wait for the end, if it has series.
func (r *run) affect(i int) bool {
	n := &r.names.entries[i]
	if n.state != unopened && !n.affected {
		n.affected = true
		r.affected++
	}
	return n.state != unopened
}

// opened has the encoders write the family of the next line. It returns false
// for a family that waits for the end, as one does that opens again: a family
// stands once in a body (contract C29, C44).
func (r *run) opened(m *member) bool {
	if r.open == m.family && r.names.entries[m.family].out == m.kind {
		return true
	}
	switch n := &r.names.entries[m.family]; {
	case n.state == held:
		return false
	case n.state == unopened && !(r.retyped && r.names.wasRetyped(m.family)):
		r.close()
		r.begins(m)
		return true
	}
	r.holdFamily(m.family, m.kind)
	return false
}

// begins starts a family.
func (r *run) begins(m *member) {
	n := &r.names.entries[m.family]
	n.state, n.out, n.begun = open, m.kind, true
	r.open, r.openMeta = m.family, m.meta
	meta := &r.names.entries[m.meta]
	h := &r.header
	h.name, h.help, h.kind, h.place = n.text, meta.help, m.kind, span{}
	if p := &r.pending; p.family == m.family && m.meta == m.family && p.word && p.place.end == r.window.pos &&
		p.help == (len(h.help) > 0) && r.sameWord(meta.kind, m.kind) {
		h.place = p.place
		lines := 1
		if p.help {
			lines = 2
		}
		r.names.setHeader(m.family, p.place.of(r.window.buf), lines)
	}
	for _, e := range r.encoders {
		e.begin(h)
	}
}

// sameWord tells whether a TYPE line has the word that a gateway wants.
func (r *run) sameWord(k kind, t Type) bool {
	return ownTypes[k] == t && k <= kindUntyped
}

// close ends the family that is open, if any.
func (r *run) close() {
	r.closePoints()
	if r.open >= 0 {
		r.endFamily()
	}
}

// closePoints ends the set of points that is being read, if any. With it the
// family may end.
func (r *run) closePoints() {
	if !r.endPoints() {
		r.holdFamily(r.open, r.names.entries[r.open].out)
	}
}

func (r *run) endFamily() {
	for _, e := range r.encoders {
		e.end()
	}
	if n := &r.names.entries[r.open]; n.state == open {
		n.state = closed
	}
	r.open = -1
	r.writeAside()
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

// affectColliding has histograms and summaries h wait for the end beside a
// family h_count, h_sum or h_bucket (contract C31), and with each family that
// waits those that its lines would be named like if they went out by themselves.
func (r *run) affectColliding() {
	for before := -1; before != r.affected; {
		before = r.affected
		for _, i := range r.names.live {
			n := &r.names.entries[i]
			if n.state != unopened && (!n.out.Simple() || n.affected) {
				r.affectLines(i)
			}
		}
		if before == 0 && r.affected == 0 {
			return
		}
	}
}

func (r *run) affectLines(i int) {
	for _, s := range suffixes[:3] {
		line := r.names.findWith(i, s.text)
		if line < 0 || r.names.entries[line].state == unopened {
			continue
		}
		r.affect(i)
		r.affect(line)
	}
}
