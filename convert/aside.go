package convert

// aside has the …_created lines of the open family, which OpenMetrics puts
// among the others. They become a family behind that one.
type aside struct {
	member  member
	text    []byte // in canonical spelling
	scanner scanner
}

// putAside takes a …_created line of the open family. It returns false for any
// other.
func (r *run) putAside(l *line) bool {
	a, m := &r.aside, r.member
	switch {
	case r.open < 0 || r.open == m.family || r.openMeta != m.meta:
		return false
	case len(a.text) == 0 && r.names.entries[m.family].state == unopened:
		a.member = m
	case len(a.text) == 0 || a.member.family != m.family:
		return false
	}
	a.text = append(append(a.text, l.buf[l.place.start:l.value.end]...), '\n')
	return true
}

// writeAside encodes what was put aside.
func (r *run) writeAside() {
	a := &r.aside
	if len(a.text) == 0 {
		return
	}
	lines := append(a.text, make([]byte, padding)...)
	a.text = a.text[:0]
	if !r.opened(&a.member) {
		r.holdLines(lines[:len(lines)-padding])
		return
	}
	a.scanner.reset(nil)
	for i := 0; i < len(lines)-padding; i = a.scanner.line.place.end {
		if !a.scanner.scan(lines, i) {
			panic("convert: a line that was taken cannot be read")
		}
		a.scanner.line.verbatim = false
		r.encoders.sample(&a.scanner.line)
	}
	r.endFamily()
}
