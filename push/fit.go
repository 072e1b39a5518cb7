package push

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
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
	for f := range blocks(body) {
		c, clashes := m.lookup(f.name)
		switch {
		case !clashes || c.held == f.kind:
			out.body = append(out.body, f.text...)
		case f.kind.Simple() && slices.Contains(alike, c.held):
			out.body = f.appendAs(out.body, c.held)
			out.retyped++
		default:
			out.refused = append(out.refused, f.name)
			out.seriesOut += f.lines()
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

// A block is one family of an encoded body.
type block struct {
	name   string
	kind   convert.Type
	text   []byte // all of it
	header []byte // up to and with "# TYPE name "
	series []byte // the lines
}

// lines returns the number of series as the text format counts them.
func (f block) lines() int { return bytes.Count(f.series, []byte("\n")) }

// appendAs appends the family with another type.
func (f block) appendAs(dst []byte, t convert.Type) []byte {
	dst = append(dst, f.header...)
	dst = append(dst, t...)
	dst = append(dst, '\n')
	return append(dst, f.series...)
}

// blocks takes a body apart that convert.Text.AppendFamily made: HELP, if any, TYPE,
// series; a line that begins with '#' begins nothing else.
func blocks(body []byte) iter.Seq[block] {
	return func(yield func(block) bool) {
		for len(body) > 0 {
			f := nextBlock(body)
			body = body[len(f.text):]
			if !yield(f) {
				return
			}
		}
	}
}

func nextBlock(body []byte) block {
	const keyword = "# TYPE "
	start := 0
	if !bytes.HasPrefix(body, []byte(keyword)) {
		start = lineAfter(body, 0)
	}
	series := lineAfter(body, start)
	name, kind, _ := bytes.Cut(body[start+len(keyword):series-1], []byte(" "))
	end := series
	for end < len(body) && body[end] != '#' {
		end = lineAfter(body, end)
	}
	return block{
		name:   string(name),
		kind:   convert.Type(kind),
		text:   body[:end],
		header: body[:series-1-len(kind)],
		series: body[series:end],
	}
}

// lineAfter returns where the line after the one at pos begins.
func lineAfter(body []byte, pos int) int {
	end := bytes.IndexByte(body[pos:], '\n')
	if end < 0 {
		return len(body)
	}
	return pos + end + 1
}
