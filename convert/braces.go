package convert

import (
	"unicode/utf8"

	"github.com/prometheus/common/model"
)

// braces reads a label set, which may hold the metric's name in quotes.
func (r *reader) braces(e *entry) error {
	r.pos++
	for {
		r.blanks()
		start := r.pos
		switch c, more := r.peek(); {
		case !more:
			return r.errorAt(start, "the label set does not end")
		case c == '}':
			r.pos++
			return nil
		}
		if err := r.pair(e, start); err != nil {
			return err
		}
		r.blanks()
		if r.at(',') {
			r.pos++
		} else if r.openMetrics && !r.at('}') {
			return r.errorAt(r.pos, "want a comma or a closing brace")
		}
	}
}

// pair reads name="value", or the quoted name of the metric.
func (r *reader) pair(e *entry, start int) error {
	name, quoted, err := r.pairName()
	if err != nil {
		return err
	}
	if name == "" || quoted && !utf8.ValidString(name) {
		e.sample.refuse(r.errorAt(start, "a quoted name must be UTF-8 and not empty"))
	}
	r.blanks()
	if quoted && (r.at(',') || r.at('}')) {
		if e.named {
			return r.errorAt(start, "the metric has two names")
		}
		e.name, e.named = name, true
		return nil
	}
	value, err := r.pairValue()
	if err != nil {
		return err
	}
	if r.repeats(e.sample.labels, name) || name == model.MetricNameLabel {
		e.sample.refuse(r.errorAt(start, "label name %.50q is not unique", name))
	}
	e.sample.labels = append(e.sample.labels, Label{name, value})
	return nil
}

// repeats is hasLabel for each label that is read. Many are not compared one by
// one: a line of some megabytes would take minutes.
func (r *reader) repeats(before []Label, name string) bool {
	if len(before) < maxLabels {
		return hasLabel(before, name)
	}
	if len(before) == maxLabels {
		r.many = make(map[string]bool)
		for _, l := range before {
			r.many[l.Name] = true
		}
	}
	found := r.many[name]
	r.many[name] = true
	return found
}

func hasLabel(ls []Label, name string) bool {
	for i := range ls {
		if ls[i].Name == name {
			return true
		}
	}
	return false
}

// pairName reads what stands before the equals sign.
func (r *reader) pairName() (name string, quoted bool, err error) {
	start := r.pos
	if !r.at('"') {
		if name = r.labelName(); name == "" {
			return "", false, r.errorAt(start, "want a label name")
		}
		return name, false, nil
	}
	name, err = r.quotedName()
	return unescape(name), true, err
}

// pairValue reads the equals sign and the value.
func (r *reader) pairValue() (string, error) {
	if !r.at('=') {
		return "", r.errorAt(r.pos, "want an equals sign")
	}
	r.pos++
	r.blanks()
	start := r.pos
	if !r.at('"') {
		return "", r.errorAt(start, "want a label value in quotes")
	}
	value, err := r.quotedValue()
	if err != nil {
		return "", err
	}
	if !utf8.ValidString(value) {
		return "", r.errorAt(start, "the label value is not UTF-8")
	}
	return unescape(value), nil
}
