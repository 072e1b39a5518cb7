package convert

import "slices"

// write hands families over that waited for the end: with their names to outputs
// that take these, escaped to the others.
func (r *run) write() {
	utf8 := func(out Output) bool { return out.UTF8Names() }
	appendAll(r.batch, r.order, utf8)
	appendAll(r.batch, r.escaped(), func(out Output) bool { return !utf8(out) })
}

func appendAll(batch Batch, families []*groupFamily, wanted func(Output) bool) {
	var buf []byte
	for _, f := range families {
		for _, out := range batch.Outputs(f.group.labels) {
			if wanted(out) {
				buf = out.Format().AppendFamily(buf[:0], &f.Family)
				out.Append(buf, len(f.Series))
			}
		}
	}
}

// escaped returns the families as outputs without UTF-8 names take them.
func (r *run) escaped() []*groupFamily {
	if !slices.ContainsFunc(r.order, func(f *groupFamily) bool { return !f.isClassic() && r.escapes(f.group) }) {
		return r.order
	}
	e := newEscaping(func(name string) bool { return r.isReport(name) || gatewayOwned(name) })
	for _, i := range r.names.live {
		if n := &r.names.entries[i]; n.state == closed && !n.affected {
			e.taken[string(n.text)] = taken{name: string(n.text), kind: n.out, encoded: true}
		}
	}
	for _, f := range r.order {
		e.keep(f)
	}
	for _, f := range r.order {
		e.escape(f)
	}
	r.stats.Escaped += e.escaped
	for range e.dropped {
		r.stats.drop(DropUTF8Name)
	}
	return e.order
}

// escapes tells whether a group has an output without UTF-8 names.
func (r *run) escapes(g *group) bool {
	return slices.ContainsFunc(r.batch.Outputs(g.labels), func(out Output) bool { return !out.UTF8Names() })
}

// affectEscaped has families wait for the end whose names others become that
// they can be one with.
func (r *run) affectEscaped() {
	if len(r.held) == 0 || !r.escapes(r.own) {
		return
	}
	for _, i := range r.names.live {
		n := &r.names.entries[i]
		if n.state != held || !n.out.Simple() || isClassicName(text(n.text)) {
			continue
		}
		other := r.names.find([]byte(escapedName(text(n.text))))
		if other >= 0 && r.names.entries[other].out.Simple() {
			r.affect(other)
		}
	}
}
