package convert

import (
	"slices"
	"strings"
)

// A namedSeries is a series that waits for the end, and its group.
type namedSeries struct {
	group *group
	Series
}

// clone returns a copy that lives as long as its user wants.
func (s Series) clone() Series {
	return Series{Name: strings.Clone(s.Name), Labels: s.Labels.clone(), Value: s.Value, native: slices.Clone(s.native)}
}

// hold has a series wait for the end, and with it all of its family: what is
// decided at the end for that of one group is for all, so the target's own
// waits also for one of another group.
func (r *run) hold(g *group, s Series) error {
	if err := r.use(g); err != nil {
		return err
	}
	m := r.memberOf([]byte(s.Name))
	r.holdFamily(m.family, m.kind)
	r.held = append(r.held, namedSeries{g, s})
	return nil
}

// holdFamily has a family wait for the end, with all that is still to come.
func (r *run) holdFamily(i int, t Type) {
	n := &r.names.entries[i]
	before := n.state
	if before == unopened {
		n.out = t
	}
	n.state = held
	r.affect(i)
	if before != open {
		return
	}
	if s := &r.points; s.lines > 0 {
		r.holdLines(s.lineText(r.window.buf))
		r.held[len(r.held)-1].native = slices.Clone(s.native) // in protobuf the count is the last
		s.clear()
	}
	r.endFamily()
}

// holdLines has lines of the target's group, in canonical spelling, wait for
// the end.
func (r *run) holdLines(lines []byte) {
	in := reader{in: string(lines)}
	for in.pos < len(in.in) {
		e, err := in.next()
		if err != nil {
			panic("convert: a line that was taken cannot be read: " + err.Error())
		}
		ls := Labels(slices.Clone(e.sample.labels))
		sortLabels(ls)
		r.held = append(r.held, namedSeries{r.own, Series{Name: e.name, Labels: ls, Value: e.sample.value}})
	}
}
