package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
)

// A matcher is one condition on a label, as in PromQL. A missing label is empty.
type matcher struct {
	name, op, value string
	expression      *regexp.Regexp // of =~ and !~
}

// parseMatchers reads matchers separated by commas, in braces or not. A value
// may stand without quotes where it has no blank, comma, quote or brace.
func parseMatchers(text string) (matchers []matcher, err error) {
	text = strings.TrimSpace(text)
	if inner, braced := strings.CutPrefix(text, "{"); braced {
		var closed bool
		if text, closed = strings.CutSuffix(inner, "}"); !closed {
			return nil, errors.New("no } at the end")
		}
	}
	for text = strings.TrimSpace(text); text != ""; {
		m, rest, err := parseMatcher(text)
		if err != nil {
			return nil, err
		}
		matchers = append(matchers, m)
		rest, comma := strings.CutPrefix(strings.TrimSpace(rest), ",")
		if text = strings.TrimSpace(rest); text != "" && !comma {
			return nil, fmt.Errorf("want a comma before %.40q", text)
		}
	}
	if matchers == nil {
		return nil, errors.New(`no matcher; write one such as job="shop"`)
	}
	return matchers, nil
}

func parseMatcher(text string) (m matcher, rest string, err error) {
	end := strings.IndexAny(text, "=!")
	if end < 0 {
		return m, "", fmt.Errorf("%.40q has no operator; write a matcher such as job=\"shop\"", text)
	}
	if m.name = strings.TrimSpace(text[:end]); !model.LegacyValidation.IsValidLabelName(m.name) {
		return m, "", fmt.Errorf("%.40q is no label name", m.name)
	}
	text = text[end:]
	i := slices.IndexFunc(operators, func(op string) bool { return strings.HasPrefix(text, op) })
	if i < 0 {
		return m, "", fmt.Errorf("label %s: want =, !=, =~ or !~", m.name)
	}
	m.op = operators[i]
	if m.value, rest, err = parseValue(strings.TrimSpace(text[len(m.op):])); err != nil {
		return m, "", fmt.Errorf("label %s: %w", m.name, err)
	}
	return m, rest, m.compile()
}

// operators has the longer ones first.
var operators = []string{"=~", "!~", "!=", "="}

// parseValue takes a quoted value, or one up to a comma or a blank.
func parseValue(text string) (value, rest string, err error) {
	if text == "" {
		return "", "", errors.New(`no value; write "" for an empty one`)
	}
	if quote := text[0]; quote == '"' || quote == '\'' {
		return parseQuoted(text[1:], quote)
	}
	end := strings.IndexAny(text, ", \t\n")
	if end < 0 {
		end = len(text)
	}
	if value = text[:end]; value == "" || strings.ContainsAny(value, "\"'`{}=") {
		return "", "", fmt.Errorf("value %.40q needs quotes", value)
	}
	return value, text[end:], nil
}

func parseQuoted(text string, quote byte) (value, rest string, err error) {
	var b strings.Builder
	for text != "" && text[0] != quote {
		c, multibyte, tail, err := strconv.UnquoteChar(text, quote)
		if err != nil {
			return "", "", fmt.Errorf("bad escape at %.20q", text)
		}
		if multibyte {
			b.WriteRune(c)
		} else {
			b.WriteByte(byte(c))
		}
		text = tail
	}
	if text == "" {
		return "", "", errors.New("value does not end with its quote")
	}
	return b.String(), text[1:], nil
}

// compile anchors an expression, as Prometheus does. It must be one before, too:
// a)|(b is none.
func (m *matcher) compile() (err error) {
	if m.op != "=~" && m.op != "!~" {
		return nil
	}
	if _, err = regexp.Compile(m.value); err != nil {
		return fmt.Errorf("label %s: %w", m.name, err)
	}
	m.expression, err = regexp.Compile("^(?s:" + m.value + ")$")
	return err
}

func (m matcher) matches(value string) bool {
	switch m.op {
	case "=":
		return value == m.value
	case "!=":
		return value != m.value
	case "=~":
		return m.expression.MatchString(value)
	}
	return !m.expression.MatchString(value)
}

func (m matcher) String() string { return m.name + m.op + strconv.Quote(m.value) }
