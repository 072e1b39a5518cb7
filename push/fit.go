package push

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/promferry/promferry/convert"
)

// A fitted body is one that the gateway should take.
type fitted struct {
	body      []byte
	retyped   int      // families that got the gateway's type
	refused   []string // families left out
	seriesOut int      // their series
}

// fit makes a body that avoids the known clashes: a counter, gauge or untyped
// family gets the type that the gateway has, which is the same to Prometheus
// but for metadata; what cannot be reconciled is left out.
func (m *typeMemory) fit(body []byte) fitted {
	if m.empty() {
		return fitted{body: body}
	}
	out := fitted{body: make([]byte, 0, len(body))}
	for f := range convert.Text.Blocks(body) {
		c, clashes := m.lookup(f.Name)
		switch {
		case !clashes || c.held == f.Type:
			out.body = append(out.body, f.Raw...)
		case f.Type.Simple() && slices.Contains(alike, c.held):
			out.body = f.AppendAs(out.body, c.held)
			out.retyped++
		default:
			out.refused = append(out.refused, f.Name)
			out.seriesOut += f.Series()
		}
	}
	return out
}

// alike are the types that are metadata only. A gateway's other words are not
// for a body: it would refuse them itself (contract C29).
var alike = []convert.Type{convert.Counter, convert.Gauge, convert.Untyped}

func (f fitted) differs(other fitted) bool {
	return !bytes.Equal(f.body, other.body)
}

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
