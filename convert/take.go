package convert

// A fate says what becomes of all series with one name.
type fate uint8

const (
	fateCarried fate = iota
	fateOwned        // the gateway has that name for itself
	fateReport       // it is a report series'
)

// takeEntry takes what the reader found. A sample goes the way of the others in
// canonical spelling.
func (r *run) takeEntry(e entry) error {
	switch e.kind {
	case entryHelp:
		r.setHelp(r.names.add([]byte(e.name)), []byte(e.text))
	case entryType:
		r.setKind(r.names.add([]byte(e.name)), e.typeKind)
	case entryUnit:
		r.names.setUnit(r.names.add([]byte(e.name)), e.text)
	case entrySample:
		return r.takeSample(e)
	}
	return nil
}

// takeSample gives a series its group and its final labels, and keeps it unless
// a gateway could not carry it.
func (r *run) takeSample(e entry) error {
	r.stats.Samples++
	if r.relabels() {
		return r.relabelSample(e)
	}
	if err := e.sample.refused; err != nil {
		return err
	}
	g, ls := r.place(e.sample.labels)
	if err := r.Limits.checkLabels(e.name, g.labels, ls); err != nil {
		return err
	}
	r.stats.PostRelabel++
	r.stored++
	r.count(&e.sample)
	r.storeSample(g, e.name, ls, &e.sample)
	if r.StoresOnly {
		return nil
	}
	if reason := r.unfit(g, e.name, ls); reason != "" {
		r.stats.drop(reason)
		return nil
	}
	s := Series{Name: e.name, Labels: ls, Value: e.sample.value}
	if g.own {
		if l := r.other.respell(s); l != nil {
			return r.add(r.same(l))
		} // else it has more labels, or others, than the fast way takes
	}
	return r.hold(g, s.clone())
}

// count notes what a gateway cannot carry of a sample.
func (r *run) count(s *sample) {
	if s.timestamp {
		r.timed = true
	}
	if r.StoresOnly {
		return
	}
	if s.timestamp {
		r.stats.Timestamps++
	}
	if s.exemplar != nil {
		r.stats.Exemplars++
	}
}

// add takes a line of the target's own group.
func (r *run) add(l *line) error {
	if r.scanner.renamed {
		r.rename()
	}
	if !r.own.used && (r.fate == fateCarried || r.fate == fateReport && l.labels > 0) {
		if err := r.use(r.own); err != nil {
			return err
		}
	}
	switch m := &r.member; {
	case r.fate == fateOwned:
		r.stats.drop(DropGatewayOwned)
	case r.fate == fateReport && r.report(l):
	case m.created && r.putAside(l):
	case !r.opened(m):
		return r.hold(r.own, l.series())
	case m.kind.Simple():
		r.encoders.sample(l)
	case !r.point(l):
		return r.hold(r.own, l.series())
	}
	return nil
}

// same has the scanner compare the next name with that of a line of r.other.
func (r *run) same(l *line) *line {
	if name := l.name.of(l.buf); string(name) != string(r.scanner.name) {
		r.scanner.rename(name)
	}
	return l
}

// rename finds out what the series with the name of this line are. Between this
// line and the one from which the scanner has the name, another name may have
// been declared.
func (r *run) rename() {
	name := r.scanner.name
	r.scanner.renamed = false
	if r.scanner.isDeclared && r.isOrdinary(r.declared) && string(r.names.entries[r.declared].text) == string(name) {
		r.member, r.fate = r.ownMember(r.declared), fateCarried
		return
	}
	r.member = r.memberOf(name)
	switch {
	case gatewayOwned(text(name)):
		r.fate = fateOwned
	case r.isReport(text(name)):
		r.fate = fateReport
	default:
		r.fate = fateCarried
	}
}

// report takes a series that has the name of a report series. It returns false
// where that is one of the target like any other.
func (r *run) report(l *line) bool {
	if l.labels == 0 {
		r.stats.drop(DropReportSeries)
		return true
	}
	if !IsReported(text(r.scanner.name)) {
		return false
	}
	r.withheld = append(r.withheld, l.series())
	return true
}

// use counts the groups that get a series.
func (r *run) use(g *group) error {
	if g.used {
		return nil
	}
	g.used = true
	r.made++
	return r.Limits.checkGroups(r.made)
}
