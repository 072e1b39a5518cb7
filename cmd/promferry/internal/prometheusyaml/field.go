package prometheusyaml

import (
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/prometheus/common/model"
)

// A handler writes one field into the block that is made of its mapping.
type handler func(s *scope, b *block, f field)

// write writes the fields of a mapping.
func (s *scope) write(b *block, v value, of map[string]handler) {
	for _, f := range s.fields(v) {
		if h, known := of[f.key]; known {
			h(s, b, f)
		} else {
			s.unknown(f)
		}
	}
}

func (s *scope) unknown(f field) {
	s.dropped(f.place, "%s was left out: no such field is known here; is it misspelled?", shown(f.key))
}

// text writes a text of the same name. An empty one is as if it were left out.
func text(s *scope, b *block, f field) {
	if t, ok := s.text(f.key, f.value); ok && t != "" {
		b.set(f.key, s.free(f.key, f.value, t), f.comments()...)
	}
}

// literal writes a text of the same name, also an empty one.
func literal(s *scope, b *block, f field) {
	if t, ok := s.text(f.key, f.value); ok {
		b.set(f.key, s.free(f.key, f.value, t), f.comments()...)
	}
}

// boolean writes true or false.
func boolean(s *scope, b *block, f field) {
	if is, ok := s.boolean(f); ok {
		b.set(f.key, word(strconv.FormatBool(is)), f.comments()...)
	}
}

// number writes an integer from 0.
func number(s *scope, b *block, f field) {
	t, ok := s.text(f.key, f.value)
	if !ok || t == "" {
		return
	}
	var n uint64 // YAML has integers in more spellings than Go: 1e3
	if err := f.value.node.Decode(&n); err != nil || n > math.MaxInt64 || strings.HasPrefix(t, "-") {
		s.refused(f.place, "%s: want an integer from 0, got %.40q", f.key, t)
		return
	}
	b.set(f.key, word(strconv.FormatUint(n, 10)), f.comments()...)
}

// size writes a number of bytes. Prometheus knows fractions and sums too.
func size(s *scope, b *block, f field) {
	t, ok := s.text(f.key, f.value)
	if !ok || t == "" {
		return
	}
	n, ok := parseSize(t)
	if !ok {
		s.refused(f.place, "%s: want a size such as 32MB, got %.40q", f.key, t)
		return
	}
	if !strings.ContainsAny(t, ".") && strings.Count(t, "B") == 1 {
		b.set(f.key, quoted(t), f.comments()...)
		return
	}
	b.set(f.key, word(strconv.FormatInt(n, 10)), f.comments()...)
}

// duration writes one of Prometheus's durations; none for 0, which is as if it
// were left out.
func duration(s *scope, b *block, f field) {
	if d, ok := s.duration(f); ok && d > 0 {
		b.set(f.key, quoted(f.value.node.Value), f.comments()...)
	}
}

// duration reads a duration; 0 for an empty one.
func (s *scope) duration(f field) (time.Duration, bool) {
	t, ok := s.text(f.key, f.value)
	if !ok || t == "" {
		return 0, ok
	}
	d, err := model.ParseDuration(t)
	if err != nil {
		s.refused(f.place, "%s: want a duration such as 15s, got %.40q", f.key, t)
		return 0, false
	}
	return time.Duration(d), true
}

// texts writes a list.
func texts(s *scope, b *block, f field) {
	b.set(f.key, list(s.elements(f, s.free)), f.comments()...)
}

// elements are those of a list of texts, each written by write.
func (s *scope) elements(f field, write func(name string, v value, text string) hclwrite.Tokens) []element {
	var elements []element
	values, at := s.texts(f)
	for i, t := range values {
		elements = append(elements, element{comments: at[i].comments(), value: write(f.key, at[i], t)})
	}
	return elements
}

// listMap writes a map of lists of texts; what a name says to be a secret is one.
func listMap(s *scope, b *block, f field) {
	var elements []element
	for _, e := range s.fields(f.value) {
		elements = append(elements, element{comments: e.comments(), key: e.key, value: list(s.elements(e, s.named))})
	}
	if elements != nil {
		b.set(f.key, object(elements), f.comments()...)
	}
}

// file writes the path of a file.
func file(s *scope, b *block, f field) {
	if t, ok := s.text(f.key, f.value); ok && t != "" {
		b.set(f.key, s.fileName(f.key, f.value, t), f.comments()...)
	}
}

// fileName writes a path; a URL with credentials is none, and is not shown.
func (s *scope) fileName(name string, v value, text string) hclwrite.Tokens {
	if hasPassword(text) {
		return s.hide(name, v, withCredentials)
	}
	return quoted(s.path(v.place, text))
}

// path is a path as it is from everywhere: Prometheus's relative ones begin where
// its file is.
func (s *scope) path(at place, name string) string {
	if name == "" || filepath.IsAbs(name) || strings.HasPrefix(name, "/") {
		return name
	}
	if s.wanted() {
		s.relative = append(s.relative, at)
	}
	return filepath.Join(s.dir, name)
}

// secret writes env() for one; its file twin is the way around it.
func secret(s *scope, b *block, f field) {
	if t, ok := s.text(f.key, f.value); ok && t != "" {
		b.set(f.key, s.hide(f.key, f.value, ", or write "+f.key+"_file"), f.comments()...)
	}
}

// nested writes a block of the same name.
func nested(of map[string]handler) handler {
	return func(s *scope, b *block, f field) {
		if !f.value.isNull() {
			s.write(b.add(f.key, f.comments()), f.value, of)
		}
	}
}

// without reports a field that has no equivalent, unless it says what is so
// anyway.
func without(reason string) handler {
	return func(s *scope, _ *block, f field) {
		if !f.isZero() {
			s.dropped(f.place, "%s was left out: %s", f.key, reason)
		}
	}
}

// isZero tells the values that Prometheus takes for none.
func (f field) isZero() bool {
	switch f.value.node.Value {
	case "false", "0", "0.0", "":
		return f.value.node.Content == nil
	}
	return false
}
