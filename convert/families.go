package convert

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
		r.rememberHeader()
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
