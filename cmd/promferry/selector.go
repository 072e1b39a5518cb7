package main

import (
	"errors"
	"strings"

	"github.com/prometheus/common/model"
)

// A selector chooses series, as in PromQL. The server knows best whether it is
// one.
type selector struct {
	text     string
	matchers []matcher // nil where the text has what parseMatchers does not know
}

// parseSelector takes name, {matchers} or both.
func parseSelector(text string) (s selector, err error) {
	s.text = strings.TrimSpace(text)
	name, matchers, braced := strings.Cut(s.text, "{")
	if s.text == "" || name != "" && !model.LegacyValidation.IsValidMetricName(strings.TrimSpace(name)) ||
		braced && !strings.HasSuffix(matchers, "}") {
		return s, errors.New(`want a selector such as {job="node"}`)
	}
	if braced {
		s.matchers, _ = parseMatchers("{" + matchers) // the server says what is wrong
	}
	return s, nil
}

// fixed returns the value that the selector wants of a label.
func (s selector) fixed(label string) (value string, found bool) {
	for _, m := range s.matchers {
		if m.name == label && m.op == "=" {
			return m.value, true
		}
	}
	return "", false
}

// fixedApart are the labels of which two selectors want other values.
func fixedApart(a, b selector) (labels []string) {
	for _, m := range a.matchers {
		ours, fixed := a.fixed(m.name)
		if theirs, both := b.fixed(m.name); fixed && both && ours != theirs {
			labels = append(labels, m.name)
		}
	}
	return labels
}

// exported is what the selector would have to be where the gateway is scraped
// without honor_labels: of the groups that it chooses, the push times. Without
// a matcher for the job there is none.
func (s selector) exported() (selector, bool) {
	var matchers []string
	found := false
	for _, m := range s.matchers {
		if m.name == model.JobLabel || m.name == model.InstanceLabel {
			found = found || m.name == model.JobLabel
			m.name = model.ExportedLabelPrefix + m.name
		}
		matchers = append(matchers, m.String())
	}
	return selector{text: "push_time_seconds{" + strings.Join(matchers, ",") + "}"}, found
}
