package prometheusyaml

import (
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

// comments are those beside and above a value.
func (v value) comments() []string { return []string{v.node.HeadComment, v.node.LineComment} }

// A field is a key of a mapping and what it has.
type field struct {
	place // of the key
	key   string
	value value
	above []string // comments before and beside it
	below string   // the comment after it
}

// comments are all of a field; to stand above what is made of it.
func (f field) comments() []string { return append(f.above, f.below) }

// fields returns the fields of a mapping in their order; then those of its merge
// keys, which have effect where the mapping has none of the name.
func (s *scope) fields(v value) []field {
	return s.fieldsWithin(v, map[string]bool{}, maxMerges)
}

// maxMerges bounds how deep mappings are merged: one that is merged into itself
// would have no end.
const maxMerges = 8

func (s *scope) fieldsWithin(v value, seen map[string]bool, depth int) []field {
	if v.isNull() || depth == 0 {
		return nil
	}
	if v.node.Kind != yaml.MappingNode {
		s.refused(v.place, "there must be fields here: name: value")
		return nil
	}
	var fields []field
	var merged []value
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, of := v.node.Content[i], valueOf(v.node.Content[i+1], v.file)
		f := field{place: place{v.file, key.Line}, key: key.Value, value: of, below: key.FootComment}
		switch {
		case key.ShortTag() == "!!merge":
			merged = append(merged, of)
			continue
		case seen[f.key] && depth < maxMerges:
			continue // what is merged gives way
		case seen[f.key]:
			s.refused(f.place, "%s is there twice: the first has effect", shown(f.key))
			continue
		}
		seen[f.key] = true
		f.above = []string{key.HeadComment, key.LineComment}
		if of.node.Kind == yaml.ScalarNode || of.node.Style&yaml.FlowStyle != 0 {
			f.above = append(f.above, of.comments()...)
		}
		fields = append(fields, f)
	}
	for _, m := range merged {
		fields = append(fields, s.mergedFields(m, seen, depth-1)...)
	}
	return fields
}

// mergedFields are those of one merge key: of a mapping, or of each in a list.
func (s *scope) mergedFields(v value, seen map[string]bool, depth int) []field {
	if v.node.Kind != yaml.SequenceNode {
		return s.fieldsWithin(v, seen, depth)
	}
	var fields []field
	for _, item := range v.node.Content {
		fields = append(fields, s.fieldsWithin(valueOf(item, v.file), seen, depth)...)
	}
	return fields
}

// items returns the elements of a list.
func (s *scope) items(f field) []value {
	if f.value.isNull() {
		return nil
	}
	if f.value.node.Kind != yaml.SequenceNode {
		s.refused(f.place, "%s: there must be a list here", f.key)
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

// shown is a name of the file's, shortened.
func shown(name string) string {
	if len(name) > 60 {
		return name[:60] + "…"
	}
	return name
}
