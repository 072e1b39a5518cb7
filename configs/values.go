package configs

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A text is a string of the configuration and where it stands.
type text struct {
	value string
	at    hcl.Range
}

// An entry is one key of a map and its value.
type entry[T any] struct {
	key   text
	value T
}

// evaluate returns the value of an expression as the type want. It is not ok
// for null, which is as if the attribute were missing, and for what is wrong.
func (s *section) evaluate(name string, expr hcl.Expression, want cty.Type) (v cty.Value, ok bool) {
	v, diags := expr.Value(s.context)
	s.report(diags)
	if diags.HasErrors() {
		s.bad[name] = true
		return v, false
	}
	if v.IsNull() {
		return v, false
	}
	converted, err := convert.Convert(v, want)
	if err != nil || !converted.IsWhollyKnown() {
		s.refuse(name, expr.Range(), "Wrong type of value", "%s needs %s, not %s.", name, typeName(want), v.Type().FriendlyName())
		return v, false
	}
	return converted, true
}

// refuse reports an error in an attribute, and remembers that it has no value.
func (s *section) refuse(name string, at hcl.Range, summary, format string, args ...any) {
	s.bad[name] = true
	s.errorf(at, summary, format, args...)
}

// attribute is evaluate for a whole attribute.
func (s *section) attribute(name string, want cty.Type) (v cty.Value, ok bool) {
	attr := s.block.Body.Attributes[name]
	if attr == nil {
		return cty.NilVal, false
	}
	return s.evaluate(name, attr.Expr, want)
}

// text returns a string; ok tells whether it is set.
func (s *section) text(name string) (t text, ok bool) {
	v, ok := s.attribute(name, cty.String)
	if !ok {
		return text{at: s.at(name)}, false
	}
	return text{v.AsString(), s.at(name)}, true
}

func (s *section) boolean(name string, fallback bool) bool {
	if v, ok := s.attribute(name, cty.Bool); ok {
		return v.True()
	}
	return fallback
}

// texts returns a list of strings, each with its own range where the list is
// written out.
func (s *section) texts(name string) []text {
	attr := s.block.Body.Attributes[name]
	if attr == nil {
		return nil
	}
	return s.textsOf(name, attr.Expr)
}

func (s *section) textsOf(name string, expr hcl.Expression) []text {
	items, diags := hcl.ExprList(expr)
	if diags.HasErrors() { // not written out: a call, say
		v, ok := s.evaluate(name, expr, cty.List(cty.String))
		if !ok {
			return nil
		}
		return s.elements(name, v, expr.Range())
	}
	var of []text
	for _, item := range items {
		if v, ok := s.evaluate(name, item, cty.String); ok {
			of = append(of, text{v.AsString(), item.Range()})
		} else if !s.bad[name] {
			s.refuse(name, item.Range(), "Null in a list", "%s needs strings; leave null out.", name)
		}
	}
	return of
}

// elements are those of a list of strings that has one range for all.
func (s *section) elements(name string, list cty.Value, at hcl.Range) []text {
	var of []text
	for _, v := range list.AsValueSlice() {
		if v.IsNull() {
			s.refuse(name, at, "Null in a list", "%s needs strings; leave null out.", name)
			continue
		}
		of = append(of, text{v.AsString(), at})
	}
	return of
}

// textMap returns a map of strings in the order of the text, or of the keys
// where it is not written out.
func (s *section) textMap(name string) []entry[text] {
	return mapOf(s, name, func(expr hcl.Expression) (text, bool) {
		v, ok := s.evaluate(name, expr, cty.String)
		if !ok {
			return text{}, false
		}
		return text{v.AsString(), expr.Range()}, true
	})
}

// listMap returns a map of lists of strings in the order of textMap.
func (s *section) listMap(name string) []entry[[]text] {
	return mapOf(s, name, func(expr hcl.Expression) ([]text, bool) {
		list := s.textsOf(name, expr)
		return list, list != nil
	})
}

// mapOf reads a map whose values read makes; those that it has not are left out.
func mapOf[T any](s *section, name string, read func(hcl.Expression) (T, bool)) []entry[T] {
	attr := s.block.Body.Attributes[name]
	if attr == nil {
		return nil
	}
	pairs, diags := hcl.ExprMap(attr.Expr)
	if diags.HasErrors() {
		pairs = s.pairs(name, attr.Expr)
	}
	seen := map[string]bool{}
	var of []entry[T]
	for _, pair := range pairs {
		key, ok := s.evaluate(name, pair.Key, cty.String)
		if !ok {
			continue
		}
		e := entry[T]{key: text{key.AsString(), pair.Key.Range()}}
		if seen[e.key.value] {
			s.refuse(name, e.key.at, "Key set twice", "%s has the key %q already.", name, e.key.value)
			continue
		}
		seen[e.key.value] = true
		if e.value, ok = read(pair.Value); ok {
			of = append(of, e)
		}
	}
	return of
}

// pairs makes those of a map that is not written out; all have its range.
func (s *section) pairs(name string, expr hcl.Expression) []hcl.KeyValuePair {
	v, ok := s.evaluate(name, expr, cty.DynamicPseudoType)
	if !ok {
		return nil
	}
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		s.refuse(name, expr.Range(), "Wrong type of value", "%s needs a map, not %s.", name, v.Type().FriendlyName())
		return nil
	}
	var pairs []hcl.KeyValuePair
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		pairs = append(pairs, hcl.KeyValuePair{
			Key:   hcl.StaticExpr(key, expr.Range()),
			Value: hcl.StaticExpr(value, expr.Range()),
		})
	}
	return pairs
}

// typeName says what kind of value is wanted, with its article.
func typeName(t cty.Type) string {
	switch t {
	case cty.String:
		return "a string"
	case cty.Number:
		return "a number"
	case cty.Bool:
		return "true or false"
	case cty.List(cty.String):
		return "a list of strings"
	}
	return fmt.Sprintf("a %s", t.FriendlyName())
}
