package convert

import (
	"iter"
	"slices"
	"strings"
)

// An escaping makes families with UTF-8 names into what a gateway without them
// takes. Whatever has the names already that others become stays as it is: it
// is the others that give way.
type escaping struct {
	reserved func(name string) bool // names that no family may become
	taken    map[string]taken       // the families that go out, in any group
	seen     map[string]bool        // label sets, by group and name
	index    map[familyKey]*groupFamily
	order    []*groupFamily

	escaped int // series
	dropped int // series
}

// A taken is whose a name is.
type taken struct {
	name    string // of the family before it was escaped
	kind    Type
	encoded bool // nothing can be joined with it
}

func newEscaping(reserved func(string) bool) *escaping {
	return &escaping{
		reserved: reserved, taken: make(map[string]taken), seen: make(map[string]bool),
		index: make(map[familyKey]*groupFamily),
	}
}

// keep adds the series of a family that need no change. All families are kept
// before the first is escaped.
func (e *escaping) keep(f *groupFamily) {
	if isClassicName(f.Name) {
		e.taken[f.Name] = taken{name: f.Name, kind: f.Type}
	}
	for set := range f.sets() {
		if set[0].isClassic() {
			e.seen[setKey(f.group, set)] = true
			e.join(f, f.Name, f.Type, set)
		}
	}
}

// escape adds the other series of a family, but for those whose names are taken.
func (e *escaping) escape(f *groupFamily) {
	name := escapedName(f.Name)
	kind, free := e.take(f, name)
	for set := range f.sets() {
		if set[0].isClassic() {
			continue
		}
		set, distinct := escapeSet(set, f.group)
		if key := setKey(f.group, set); !free || !distinct || e.seen[key] {
			e.dropped += len(set)
		} else {
			e.seen[key] = true
			e.escaped += len(set)
			e.join(f, name, kind, set)
		}
	}
}

// take returns the type with which a family goes out under its escaped name. It
// is false where the name, or that of one of its lines, is another's (contract
// C31, C35) with which it cannot be one family.
func (e *escaping) take(f *groupFamily, name string) (Type, bool) {
	there, found := e.taken[name]
	switch {
	case found && there.name == f.Name:
		return there.kind, true
	case e.reserved(name), there.encoded, found && !(there.kind.Simple() && f.Type.Simple()):
		return "", false
	case found:
		return there.kind, true
	}
	for _, s := range suffixes[:3] {
		base, cut := strings.CutSuffix(name, s.text)
		above, isLine := e.taken[base]
		_, hasLine := e.taken[name+s.text]
		if cut && isLine && !above.kind.Simple() || hasLine && !f.Type.Simple() {
			return "", false
		}
	}
	e.taken[name] = taken{name: f.Name, kind: f.Type}
	return f.Type, true
}

// escapeSet is false where the labels of a set become the same, or the same as
// one of the group, which would take its place (contract C21).
func escapeSet(set []Series, g *group) (escaped []Series, distinct bool) {
	escaped, distinct = make([]Series, len(set)), true
	for i, s := range set {
		var ok bool
		escaped[i], ok = s.escape()
		distinct = distinct && ok
	}
	for _, l := range escaped[0].Labels {
		distinct = distinct && (g == nil || !g.labels.Has(l.Name))
	}
	return escaped, distinct
}

// setKey tells label sets apart. The last line of a histogram's or summary's set
// has no labels but the set's.
func setKey(g *group, set []Series) string {
	last := set[len(set)-1]
	key := last.Name + "\xfe" + last.Labels.Key()
	if g != nil {
		key += "\xfe" + g.labels.Key()
	}
	return key
}

// join adds a set to the family of that name.
func (e *escaping) join(f *groupFamily, name string, kind Type, set []Series) {
	key := familyKey{f.group, name}
	there := e.index[key]
	if there == nil {
		there = &groupFamily{f.group, Family{Name: name, Help: f.Help, Type: kind}}
		e.index[key] = there
		e.order = append(e.order, there)
	}
	there.Series = append(there.Series, set...)
}

// sets goes through the series of a family: one by one, or those of one label
// set of a histogram or summary, of which the count is the last.
func (f *Family) sets() iter.Seq[[]Series] {
	return func(yield func([]Series) bool) {
		lastLine := f.Name + "_count"
		for series := f.Series; len(series) > 0; {
			n := 1
			if !f.Type.Simple() {
				for series[n-1].Name != lastLine {
					n++
				}
			}
			if !yield(series[:n]) {
				return
			}
			series = series[n:]
		}
	}
}

// Escaped returns the body as a gateway takes it that has no UTF-8 names, and
// the number of series that are not in it for that, as their names are
// another's; body itself where nothing is to be done. It is for the rare body
// that goes elsewhere than it was encoded for: families are not put together.
func (f Format) Escaped(body []byte) (escaped []byte, dropped int) {
	e := newEscaping(func(name string) bool { return isReport(name) || gatewayOwned(name) })
	var others []*groupFamily
	var kept []byte
	for b := range f.Blocks(body) {
		if b.isClassic() {
			e.taken[b.Name] = taken{name: b.Name, kind: b.Type, encoded: true}
			kept = append(kept, b.Raw...)
			continue
		}
		family, err := b.Family()
		if err != nil {
			dropped += b.Series() // not of a body that this package wrote
			continue
		}
		others = append(others, &groupFamily{Family: family})
	}
	if len(others)+dropped == 0 {
		return body, 0
	}
	for _, each := range others {
		e.keep(each)
	}
	for _, each := range others {
		e.escape(each)
	}
	for _, each := range e.order {
		kept = f.AppendFamily(kept, &each.Family)
	}
	return slices.Clip(kept), dropped + e.dropped
}
