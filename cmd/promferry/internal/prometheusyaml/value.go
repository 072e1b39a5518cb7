package prometheusyaml

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A place is where something stands.
type place struct {
	file string
	line int // from 1
}

// A value is one node of a file; an alias is the node that it stands for.
type value struct {
	place
	node *yaml.Node
}

func valueOf(node *yaml.Node, file string) value {
	at := place{file, node.Line} // of an alias, not of what it stands for
	for node.Kind == yaml.AliasNode && node.Alias != nil {
		node = node.Alias
	}
	return value{at, node}
}

// isNull tells a value that is left out, as in `key:`.
func (v value) isNull() bool { return v.node.ShortTag() == "!!null" }

// comments are those around a value; to stand above what is made of it.
func (v value) comments() []string {
	return []string{v.node.HeadComment, v.node.LineComment, v.node.FootComment}
}

// A field is a key of a mapping and what it has.
type field struct {
	place // of the key
	key   string
	value value
	above []string // comments before and beside it
	below string   // the comment after it
}

// comments are all of a field; to stand above what is made of it.
func (f field) comments() []string { return slices.Concat(f.above, []string{f.below}) }

// fields returns the fields of a mapping in their order; then those of its merge
// keys, which have effect where the mapping has none of the name.
func (s *scope) fields(v value) []field {
	m := merge{scope: s, seen: map[string]bool{}, done: map[*yaml.Node]bool{}}
	m.add(v)
	return m.fields
}

// A merge makes the fields of a mapping.
type merge struct {
	*scope
	fields []field
	seen   map[string]bool     // names of fields
	done   map[*yaml.Node]bool // mappings: a second time they add nothing, and one may be merged into itself
}

// add adds the fields of a mapping, and of those merged into it.
func (m *merge) add(v value) {
	if v.isNull() || m.done[v.node] {
		return
	}
	if v.node.Kind != yaml.MappingNode {
		m.refused(v.place, "there must be fields here: name: value")
		return
	}
	outermost := len(m.done) == 0
	m.done[v.node] = true
	var merged []value
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, of := v.node.Content[i], valueOf(v.node.Content[i+1], v.file)
		switch at := (place{v.file, key.Line}); {
		case key.ShortTag() == "!!merge":
			merged = append(merged, of)
		case of.isNull() && assigned.MatchString(key.Value):
			m.secrets.remember(key.Value)
			m.refused(at, "%s has no value, and was left out: write name: value, with a space between", shown(key.Value))
		case !m.seen[key.Value]:
			m.seen[key.Value] = true
			m.fields = append(m.fields, fieldOf(key, of))
		case outermost: // else it gives way
			m.refused(at, "%s is there twice: the first has effect", shown(key.Value))
		}
	}
	for _, v := range merged {
		m.addAll(v)
	}
}

// addAll adds what one merge key has: a mapping, or a list of them.
func (m *merge) addAll(v value) {
	if v.node.Kind != yaml.SequenceNode {
		m.add(v)
		return
	}
	for _, item := range v.node.Content {
		m.add(valueOf(item, v.file))
	}
}

func fieldOf(key *yaml.Node, of value) field {
	f := field{place: place{of.file, key.Line}, key: key.Value, value: of, below: key.FootComment}
	f.above = []string{key.HeadComment, key.LineComment}
	if of.node.Kind == yaml.ScalarNode || of.node.Style&yaml.FlowStyle != 0 {
		f.above = append(f.above, of.comments()...)
	}
	return f
}

// items returns the elements of a list.
func (s *scope) items(f field) []value {
	if f.value.isNull() {
		return nil
	}
	if f.value.node.Kind != yaml.SequenceNode {
		s.refused(f.place, "%s: there must be a list here", shown(f.key))
		return nil
	}
	items := make([]value, len(f.value.node.Content))
	for i, node := range f.value.node.Content {
		items[i] = valueOf(node, f.value.file)
	}
	return items
}

// text returns a scalar as it is written: whatever its type, Prometheus reads
// most as text. It is "" for null. A wrong value is not repeated: it may be a
// secret.
func (s *scope) text(name string, v value) (string, bool) {
	switch {
	case v.node.Kind != yaml.ScalarNode:
		s.refused(v.place, "%s: there must be one value here", shown(name))
		return "", false
	case v.isNull():
		return "", true
	}
	return v.node.Value, true
}

// texts returns a list of scalars and where each stands.
func (s *scope) texts(f field) (values []string, at []value) {
	for _, item := range s.items(f) {
		if t, ok := s.text(f.key, item); ok {
			values, at = append(values, t), append(at, item)
		}
	}
	return values, at
}

// boolean reads YAML 1.1's words for yes and no, as Prometheus does. Null is no.
func (s *scope) boolean(f field) (is, ok bool) {
	t, ok := s.text(f.key, f.value)
	if !ok {
		return false, false
	}
	switch strings.ToLower(t) {
	case "true", "yes", "on", "y":
		return true, true
	case "false", "no", "off", "n", "":
		return false, true
	}
	s.refused(f.place, "%s: want true or false", f.key)
	return false, false
}

// shown is a name of the file's, shortened. It may be a secret whose colon or
// whose name is missing.
func shown(name string) string {
	name = assigned.ReplaceAllString(visible(name), "${1}"+hidden)
	if len(name) > 60 {
		return strings.ToValidUTF8(name[:60], "") + "…"
	}
	return name
}
