package convert

// A groupFamily is a family in one group.
type groupFamily struct {
	group *group
	Family
}

// gather sorts series into families, however they stood. Of a series, and of a
// bucket or a quantile, that stands twice the first is kept, as in Prometheus 3,
// which has one spelling for numbers there. Most series stand behind one of
// their family.
func (r *run) gather(series []namedSeries) {
	index := make(map[familyKey]*groupFamily)
	points := make(map[pointKey]bool)
	before := newRepetitions(series)
	var family Family
	var last *groupFamily
	for i, s := range series {
		if i == 0 || s.Name != series[i-1].Name {
			family = r.family(s.Name)
		}
		if before.has(i) || repeatsPoint(points, s, family.Type) {
			r.stats.drop(DropDuplicate)
			continue
		}
		if last == nil || last.group != s.group || last.Name != family.Name {
			last = r.familyIn(index, s.group, family)
		}
		last.Series = append(last.Series, s.Series)
	}
}

// repeatsPoint tells whether a bucket or a quantile was there before.
func repeatsPoint(before map[pointKey]bool, s namedSeries, t Type) bool {
	point, isPoint := pointOf(t, s)
	if !isPoint || before[point] {
		return isPoint
	}
	before[point] = true
	return false
}

type familyKey struct {
	group *group
	name  string
}

// family is the family that a series belongs to, without series.
func (r *run) family(series string) Family {
	return r.familyOf(r.memberOf([]byte(series)))
}

func (r *run) familyOf(m member) Family {
	return Family{
		Name: string(r.names.entries[m.family].text),
		Help: string(r.names.entries[m.meta].help),
		Type: m.kind,
	}
}

// flattenUnfaithful puts the lines of histograms and summaries together, and
// makes plain series of a family that the gateway would not give back as it
// is. What is decided for one group holds for all: a histogram here and its
// lines as series there would collide (contract C31).
func (r *run) flattenUnfaithful() {
	flat := make(map[string]bool)
	for _, f := range r.order {
		if f.Type.Simple() {
			continue
		}
		ordered, ok := assemble(&f.Family)
		if !ok {
			flat[f.Name] = true
			continue
		}
		f.Series = ordered
	}
	r.flatten(flat)
}

// flattenColliding makes plain series of a histogram or summary h where there
// is a family h_count, h_sum or h_bucket beside it (contract C31).
func (r *run) flattenColliding() {
	for {
		names := make(map[string]bool)
		for _, f := range r.order {
			names[f.Name] = true
		}
		flat := make(map[string]bool)
		for _, f := range r.order {
			if collides(f, names) {
				flat[f.Name] = true
			}
		}
		if len(flat) == 0 {
			return
		}
		r.flatten(flat)
	}
}

func collides(f *groupFamily, names map[string]bool) bool {
	switch f.Type {
	case Histogram:
		return names[f.Name+"_count"] || names[f.Name+"_sum"] || names[f.Name+"_bucket"]
	case Summary:
		return names[f.Name+"_count"] || names[f.Name+"_sum"]
	}
	return false
}

// flatten makes plain series of the families of those names, and of histograms
// and summaries that have the name of such a series.
func (r *run) flatten(names map[string]bool) {
	if len(names) == 0 {
		return
	}
	for r.spread(names) {
	}
	r.stats.Flattened += len(names)
	before := r.order
	r.order = nil
	index := make(map[familyKey]*groupFamily)
	for _, f := range before {
		if !names[f.Name] {
			r.join(index, f)
			continue
		}
		for _, s := range f.Series {
			r.join(index, &groupFamily{f.group, r.plainWith(s, f.Help)})
		}
	}
}

// spread adds the names of histograms and summaries of whose lines one would
// be named like the plain series; it tells whether there are any.
func (r *run) spread(names map[string]bool) (more bool) {
	structured := make(map[string]bool)
	for _, f := range r.order {
		if !f.Type.Simple() && !names[f.Name] {
			structured[f.Name] = true
		}
	}
	for _, f := range r.order {
		if !names[f.Name] {
			continue
		}
		for _, s := range f.Series {
			if structured[s.Name] {
				names[s.Name], more = true, true
			}
		}
	}
	return more
}

func (r *run) plainWith(s Series, help string) Family {
	if s.native != nil && !r.encoders.has(Text) {
		r.stats.Natives++
	}
	s.native = nil
	name := []byte(s.Name)
	f := r.familyOf(r.plain(name, r.names.add(name)))
	if f.Help == "" {
		f.Help = help
	}
	f.Series = []Series{s}
	return f
}

// join appends a family, or its series to the family of that name.
func (r *run) join(index map[familyKey]*groupFamily, f *groupFamily) {
	there := r.familyIn(index, f.group, f.Family)
	there.Series = append(there.Series, f.Series...)
}

// familyIn returns the family of that name in a group. A new one has no series.
func (r *run) familyIn(index map[familyKey]*groupFamily, g *group, like Family) *groupFamily {
	key := familyKey{g, like.Name}
	f := index[key]
	if f == nil {
		f = &groupFamily{g, Family{like.Name, like.Help, like.Type, nil}}
		index[key] = f
		r.order = append(r.order, f)
	}
	return f
}
