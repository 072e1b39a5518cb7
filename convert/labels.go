package convert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/common/model"
)

// A Label is one name and its value.
type Label struct {
	Name, Value string
}

// Labels are sorted by name; names are unique and no value is empty, because
// an empty label and a missing one are the same to Prometheus. The zero value
// is the empty set. As a target's labels they are also its grouping key.
type Labels []Label

// LabelsOf returns the labels of m, without those that are empty.
func LabelsOf(m map[string]string) Labels {
	ls := make(Labels, 0, len(m))
	for name, value := range m {
		if value != "" {
			ls = append(ls, Label{name, value})
		}
	}
	sortLabels(ls)
	return ls
}

func sortLabels(ls []Label) { slices.SortFunc(ls, byName) }

func byName(a, b Label) int { return strings.Compare(a.Name, b.Name) }

// Get returns the value of the label name, or "" without one.
func (ls Labels) Get(name string) string {
	for _, l := range ls {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// Has tells whether there is a label of that name.
func (ls Labels) Has(name string) bool {
	return ls.Get(name) != ""
}

// hasAll tells whether all of others are among the labels.
func (ls Labels) hasAll(others []Label) bool {
	for _, l := range others {
		if ls.Get(l.Name) != l.Value {
			return false
		}
	}
	return true
}

// clone returns a copy that shares no memory.
func (ls Labels) clone() Labels {
	c := make(Labels, len(ls))
	for i, l := range ls {
		c[i] = Label{strings.Clone(l.Name), strings.Clone(l.Value)}
	}
	return c
}

// Key returns a string that is equal for equal labels only: for maps, not for
// people. 0xFF cannot stand in valid UTF-8, so it separates.
func (ls Labels) Key() string {
	var b strings.Builder
	for _, l := range ls {
		b.WriteString(l.Name)
		b.WriteByte(0xff)
		b.WriteString(l.Value)
		b.WriteByte(0xff)
	}
	return b.String()
}

// String returns the labels as PromQL writes them: {instance="a",job="b"}.
func (ls Labels) String() string {
	parts := make([]string, len(ls))
	for i, l := range ls {
		parts[i] = l.Name + "=" + strconv.Quote(l.Value)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// CheckTargetLabel says why a label cannot be part of a grouping key, or nil.
// A Pushgateway takes classic names only, keeps names with two leading
// underscores for itself, breaks for everybody on a value that is not UTF-8
// (contract C13, C15), and puts the key onto each line of a histogram or a
// summary, where le and quantile stand already (C18).
func CheckTargetLabel(name, value string) error {
	switch {
	case !model.LegacyValidation.IsValidLabelName(name):
		return fmt.Errorf("label name %q is not [a-zA-Z_][a-zA-Z0-9_]*", name)
	case strings.HasPrefix(name, model.ReservedLabelPrefix):
		return fmt.Errorf("label name %q begins with %q, which is reserved", name, model.ReservedLabelPrefix)
	case name == model.BucketLabel || name == model.QuantileLabel:
		return fmt.Errorf("label name %q belongs to histograms and summaries", name)
	case !utf8.ValidString(value):
		return fmt.Errorf("label %s has a value that is not UTF-8: %q", name, value)
	}
	return nil
}
