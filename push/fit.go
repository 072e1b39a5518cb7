package push

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// A fitted content is one that the gateway should take.
type fitted struct {
	*content
	retyped   []string // families that got the gateway's type
	refused   []refusal
	seriesOut int // series of the families left out
}

// A refusal is a family that is left out.
type refusal struct {
	family string
	reason string
}

// Why a family is left out.
const (
	refusedType         = "type"         // the gateway has another type
	refusedInconsistent = "inconsistent" // the gateway does not take it, for what was not found out
	refusedUndecided    = "undecided"    // one of these is it, and it was not found out which
)

// fit makes a content for a group that avoids what is known to be refused.
func (g *Gateway) fit(group convert.Labels, c *content) fitted {
	return g.types.fit(c, g.culprits.of(group))
}

// fit makes a content that avoids the known clashes: a counter, gauge or untyped
// family gets the type that the gateway has, which is the same to Prometheus
// but for metadata; what cannot be reconciled is left out, and so are the
// culprits, which are reasons by family.
func (m *typeMemory) fit(c *content, culprits map[string]string) fitted {
	if m.empty() && len(culprits) == 0 {
		return fitted{content: c}
	}
	out := fitted{content: &content{format: c.format, plain: make([]byte, 0, len(c.bytes()))}}
	for f := range c.blocks() {
		if reason := culprits[f.Name]; reason != "" {
			out.leaveOut(f, reason)
		} else {
			m.fitFamily(&out, f)
		}
	}
	if len(out.retyped) == 0 && len(out.refused) == 0 {
		out.content = c
	}
	return out
}

func (m *typeMemory) fitFamily(out *fitted, f convert.Block) {
	c, clashes := m.lookup(f.Name)
	switch {
	case !clashes || c.held == f.Type:
		out.plain = append(out.plain, f.Raw...)
	case f.Type.Simple() && slices.Contains(alike, c.held):
		out.plain = f.AppendAs(out.plain, c.held)
		out.retyped = append(out.retyped, f.Name)
	default:
		out.leaveOut(f, refusedType)
	}
}

func (f *fitted) leaveOut(b convert.Block, reason string) {
	f.refused = append(f.refused, refusal{b.Name, reason})
	f.seriesOut += b.Series()
}

// alike are the types that are metadata only. A gateway's other words are not
// for a body: it would refuse them itself (contract C29).
var alike = []convert.Type{convert.Counter, convert.Gauge, convert.Untyped}

// nothingLeft tells a body of which all was left out. It is not sent: a PUT
// would empty the group (contract C4).
func (f fitted) nothingLeft() bool { return len(f.refused) > 0 && len(f.bytes()) == 0 }

var errNothingLeft = errors.New("not sent: all its families are left out, as the gateway refuses each beside what it holds")

// names returns the families that are left out, in quotes where they have UTF-8
// names.
func (f fitted) names() (names []string) {
	for _, r := range f.refused {
		if name := r.family; model.LegacyValidation.IsValidMetricName(name) {
			names = append(names, name)
		} else {
			names = append(names, strconv.Quote(name))
		}
	}
	return names
}

// reasons counts why families are left out.
func (f fitted) reasons() map[string]int {
	if len(f.refused) == 0 {
		return nil
	}
	n := make(map[string]int)
	for _, r := range f.refused {
		n[r.reason]++
	}
	return n
}

// reportLost is an error where up and its like are among what was left out:
// then Prometheus does not see what it should most of all.
func (f fitted) reportLost() error {
	for _, r := range f.refused {
		if convert.IsReported(r.family) {
			return &reportError{r}
		}
	}
	return nil
}

// A reportError names a report series that is lost.
type reportError struct{ refusal }

func (e *reportError) Error() string {
	return fmt.Sprintf("report series %s: %v", e.family, cmp.Or(reportHints[e.reason], errReportLost.Error()))
}

func (e *reportError) Unwrap() error { return errReportLost }

var errReportLost = errors.New("cannot be stored: another group of the gateway is in the way; find it at /api/v1/metrics and delete it")

var reportHints = map[string]string{
	refusedType: "cannot be stored: the gateway has a histogram or summary of that name in another group; delete that group",
}
