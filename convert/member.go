package convert

// A member says what a series is to its family as it goes out.
type member struct {
	family  int  // index of the family's name
	meta    int  // index of the name whose HELP it has
	kind    Type // of the family
	role    role // in histograms and summaries
	created bool // an OpenMetrics …_created, which stands among its family's lines
}

// memberOf finds the family that a series belongs to. That is where OpenMetrics,
// whose families are named without the suffix, is translated (contract C52).
// The report series' names are kept for gauges, and a gateway's own for nobody:
// up must not become a histogram's name.
func (r *run) memberOf(series []byte) member {
	own := r.names.add(series)
	if s := r.names.entries[own].suffix; s != nil {
		if m, ok := r.suffixed(series, own, s); ok {
			return m
		}
	}
	m := r.ownMember(own)
	if isReport(text(series)) {
		m.kind, m.role = Gauge, roleNone
	}
	return m
}

// isOrdinary tells whether a name alone says what its series are.
func (r *run) isOrdinary(i int) bool {
	n := &r.names.entries[i]
	return !n.special && (n.suffix == nil || n.suffix.role == roleNone && !r.reader.openMetrics)
}

// ownMember is a series that has its family's name.
func (r *run) ownMember(i int) member {
	m := member{family: i, meta: i, kind: ownTypes[r.names.entries[i].kind]}
	if m.kind == Summary {
		m.role = rolePoint
	}
	return m
}

// suffixed is memberOf for a name with a suffix; ok is false where its family's
// name has it too.
func (r *run) suffixed(series []byte, own int, s *suffix) (m member, ok bool) {
	name := series[:len(series)-len(s.text)]
	base := r.names.find(name)
	if base < 0 {
		r.strays = r.strays || s.role != roleNone
		return m, false
	}
	t := s.types[r.names.entries[base].kind]
	switch {
	case t == "":
		r.strays = r.strays || s.role != roleNone
		return m, false
	case !t.Simple() && (isReport(text(name)) || gatewayOwned(text(name))):
		return r.plain(series, own), true
	case !t.Simple():
		return member{family: base, meta: base, kind: t, role: s.role}, true
	case !r.reader.openMetrics || r.names.entries[own].kind != kindNone:
		return m, false // in the text format a counter's series has its family's name
	case isReport(text(series)):
		t = Gauge
	}
	return member{family: own, meta: base, kind: t, created: s.text == "_created"}, true
}

// plain is a series on its own, outside of the histogram or summary that it was
// a line of.
func (r *run) plain(series []byte, own int) member {
	m := member{family: own, meta: own, kind: ownTypes[r.names.entries[own].kind]}
	if isReport(text(series)) {
		m.kind = Gauge
	} else if !m.kind.Simple() {
		m.kind = Untyped
	}
	return m
}
