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
	if r.StoresOnly && p.word {
		r.rememberHeader() // no family is begun that would
	}
	return true
}

// rememberHeader notes the metadata that is pending, to foresee it in the next
// exposition.
func (r *run) rememberHeader() {
	lines := 1
	if r.pending.help {
		lines = 2
	}
	r.names.setHeader(r.pending.family, r.pending.place.of(r.window.buf), lines)
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
