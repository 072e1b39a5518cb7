package scrape

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/promferry/promferry/scrape/internal/shown"
)

// A merger puts texts one behind the other and knows where each line is from.
type merger struct {
	text  []byte
	lines int // in text
	parts []part
}

type part struct {
	path  string
	first int // line of the merged text, from 1
}

func (m *merger) add(path string, text []byte) {
	text = Repair(text)
	m.parts = append(m.parts, part{path, m.lines + 1})
	m.lines += bytes.Count(text, []byte("\n"))
	m.text = append(m.text, text...)
}

// where names a line of the merged text as /path:line of its file.
func (m *merger) where(line int) string {
	next := sort.Search(len(m.parts), func(i int) bool { return m.parts[i].first > line })
	if next == 0 {
		return fmt.Sprintf("line %d", line)
	}
	from := m.parts[next-1]
	return fmt.Sprintf("%s:%d", shown.Printable(from.path), line-from.first+1)
}

// Repair ends the last line, and every line with LF alone. A CR elsewhere is
// for the parser to refuse.
func Repair(text []byte) []byte {
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	crlf := []byte("\r\n")
	if !bytes.Contains(text, crlf) {
		return text
	}
	return bytes.ReplaceAll(text, crlf, []byte("\n"))
}
