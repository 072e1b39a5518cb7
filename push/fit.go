package push

import (
	"errors"
	"fmt"
	"slices"

	"github.com/promferry/promferry/convert"
)

// A fitted content is one that the gateway should take.
type fitted struct {
	*content
	retyped   int      // families that got the gateway's type
	refused   []string // families left out
	seriesOut int      // their series
}

// fit makes a content that avoids the known clashes: a counter, gauge or untyped
// family gets the type that the gateway has, which is the same to Prometheus
// but for metadata; what cannot be reconciled is left out.
func (m *typeMemory) fit(c *content) fitted {
	if m.empty() {
		return fitted{content: c}
	}
	out := fitted{content: &content{format: c.format, plain: make([]byte, 0, len(c.bytes()))}}
	for f := range c.blocks() {
		m.fitFamily(&out, f)
	}
	if out.retyped == 0 && len(out.refused) == 0 {
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
		out.retyped++
	default:
		out.refused = append(out.refused, f.Name)
		out.seriesOut += f.Series()
	}
}

// alike are the types that are metadata only. A gateway's other words are not
// for a body: it would refuse them itself (contract C29).
var alike = []convert.Type{convert.Counter, convert.Gauge, convert.Untyped}

// reportLost is an error where up and its like are among what was left out:
// then Prometheus does not see what it should most of all.
func (f fitted) reportLost() error {
	for _, name := range f.refused {
		if convert.IsReported(name) {
			return fmt.Errorf("report series %s: %w", name, errReportLost)
		}
	}
	return nil
}

var errReportLost = errors.New("cannot be stored: the gateway has a histogram or summary of that name in another group; delete that group")
