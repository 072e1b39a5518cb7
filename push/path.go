package push

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// GroupPath returns the path of a group below a gateway's URL:
// /metrics/job/node/instance/host:9100. It is already encoded, and no two
// groups have the same. Values that a path cannot carry as they are stand in
// base64 (contract C10 to C13): a gateway cleans and decodes paths before it
// splits them, and client_golang's own way turns a blank into a plus.
//
// Empty labels are left out, as they mean the same as no label to Prometheus
// and break a gateway that has both groups (C24). The error names a label that
// no gateway may be sent: an invalid UTF-8 value would break it for everybody
// (C15).
func GroupPath(group convert.Labels) (string, error) {
	if !group.Has(model.JobLabel) {
		return "", &groupError{group, errNoJob}
	}
	var b strings.Builder
	b.WriteString("/metrics")
	for _, l := range inPathOrder(group) {
		if err := convert.CheckTargetLabel(l.Name, l.Value); err != nil {
			return "", &groupError{group, err}
		}
		if l.Value != "" {
			writeSegment(&b, l)
		}
	}
	return b.String(), nil
}

var errNoJob = errors.New("a group needs a job")

// A groupError is a group that no gateway may be sent.
type groupError struct {
	group convert.Labels
	err   error
}

func (e *groupError) Error() string { return fmt.Sprintf("group %s: %v", e.group, e.err) }
func (e *groupError) Unwrap() error { return e.err }

// inPathOrder puts the job first, as the gateway's routes want it, and the
// instance next to it, for people.
func inPathOrder(group convert.Labels) convert.Labels {
	rank := func(name string) string {
		switch name {
		case model.JobLabel:
			return ""
		case model.InstanceLabel:
			return " "
		}
		return name
	}
	return slices.SortedFunc(slices.Values(group), func(a, b convert.Label) int {
		return strings.Compare(rank(a.Name), rank(b.Name))
	})
}

func writeSegment(b *strings.Builder, l convert.Label) {
	b.WriteByte('/')
	b.WriteString(l.Name)
	if isPlain(l.Value) {
		b.WriteByte('/')
		b.WriteString(l.Value)
		return
	}
	b.WriteString("@base64/")
	b.WriteString(base64.RawURLEncoding.EncodeToString([]byte(l.Value)))
}

// isPlain tells the values that need no encoding and that no router cleans.
func isPlain(value string) bool {
	for i := range len(value) {
		c := value[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("_-.:", rune(c)) {
			return false
		}
	}
	return value != "." && value != ".."
}
