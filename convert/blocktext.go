package convert

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// nextText returns the family that a body begins with: HELP, if any, TYPE,
// series; a line that begins with '#' begins nothing else.
func nextText(body []byte) Block {
	start := 0
	if bytes.HasPrefix(body, []byte(helpKeyword)) {
		start = lineAfter(body, 0)
	}
	lines := lineAfter(body, start)
	words, isType := bytes.CutPrefix(body[start:lines], []byte(typeKeyword))
	words, ended := bytes.CutSuffix(words, []byte("\n"))
	name, kind, both := bytes.Cut(words, []byte(" "))
	if !isType || !ended || !both {
		return Block{Raw: body, format: Text}
	}
	end := len(body)
	if i := bytes.Index(body[lines-1:], []byte("\n#")); i >= 0 {
		end = lines + i
	}
	return Block{
		Name:   string(name),
		Type:   Type(kind),
		Raw:    body[:end],
		format: Text,
		header: body[:lines-1-len(kind)],
		lines:  body[lines:end],
	}
}

const (
	helpKeyword = "# HELP "
	typeKeyword = "# TYPE "
)

// lineAfter returns where the line after the one at pos begins.
func lineAfter(body []byte, pos int) int {
	end := bytes.IndexByte(body[pos:], '\n')
	if end < 0 {
		return len(body)
	}
	return pos + end + 1
}

func (b Block) countText() int { return bytes.Count(b.lines, []byte("\n")) }

func (b Block) appendTextAs(dst []byte, t Type) []byte {
	dst = append(dst, b.header...)
	dst = append(dst, t...)
	dst = append(dst, '\n')
	return append(dst, b.lines...)
}

func (b Block) decodeText(f *Family) error {
	f.Help = b.helpText()
	names := make(interned)
	f.Series = make([]Series, 0, b.countText())
	for rest := b.lines; len(rest) > 0; {
		var line textLine
		line, rest = cutLine(rest)
		s, err := line.decode(names)
		if err != nil {
			return fmt.Errorf("line %.200q: %w", line.raw, err)
		}
		f.Series = append(f.Series, s)
	}
	if f.Type.Simple() {
		return nil
	}
	ordered, ok := assemble(f)
	if !ok {
		return fmt.Errorf("the lines do not make a %s", f.Type)
	}
	f.Series = ordered
	return nil
}

func (b Block) helpText() string {
	help, found := bytes.CutPrefix(b.header, []byte(helpKeyword+b.Name+" "))
	if !found {
		return ""
	}
	help, _, _ = bytes.Cut(help, []byte("\n"))
	return helpEscapes.Replace(string(help))
}

// A textLine is one series as it is written.
type textLine struct {
	raw    []byte // with its line break
	name   []byte
	labels []byte // what stands between the braces
	value  []byte
}

// cutLine takes the first line off. A value has no blank in it, so the last
// blank is the one before it, whatever stands in the labels' values.
func cutLine(lines []byte) (l textLine, rest []byte) {
	end := lineAfter(lines, 0)
	l.raw, rest = lines[:end], lines[end:]
	written := bytes.TrimSuffix(l.raw, []byte("\n"))
	l.name = written
	if blank := bytes.LastIndexByte(written, ' '); blank >= 0 {
		l.name, l.value = written[:blank], written[blank+1:]
	}
	if head, found := bytes.CutSuffix(l.name, []byte("}")); found {
		l.name, l.labels, _ = bytes.Cut(head, []byte("{"))
	}
	return l, rest
}

// cutPair takes the first label off; its value still has its escapes.
func cutPair(labels []byte) (name, value, rest []byte, ok bool) {
	equals := bytes.IndexByte(labels, '=')
	if equals < 0 || !bytes.HasPrefix(labels[equals+1:], []byte(`"`)) {
		return nil, nil, nil, false
	}
	name, value = labels[:equals], labels[equals+2:]
	end := closingQuote(value)
	if end < 0 {
		return nil, nil, nil, false
	}
	rest = value[end+1:]
	if len(rest) > 0 {
		if rest[0] != ',' {
			return nil, nil, nil, false
		}
		rest = rest[1:]
	}
	return name, value[:end], rest, true
}

// closingQuote returns the place of the first quote that is not escaped: with
// an even number of backslashes before it.
func closingQuote(s []byte) int {
	for i := 0; ; i++ {
		next := bytes.IndexByte(s[i:], '"')
		if next < 0 {
			return -1
		}
		i += next
		backslashes := 0
		for backslashes < i && s[i-1-backslashes] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return i
		}
	}
}

func (l textLine) decode(names interned) (Series, error) {
	value, err := parseFloat(string(l.value))
	if err != nil {
		return Series{}, err
	}
	ls, err := l.decodeLabels(names)
	return Series{Name: names.of(l.name), Labels: ls, Value: value}, err
}

func (l textLine) decodeLabels(names interned) (ls Labels, err error) {
	for rest := l.labels; len(rest) > 0; {
		name, escaped, behind, ok := cutPair(rest)
		if !ok {
			return nil, errors.New("labels do not end")
		}
		ls, rest = append(ls, Label{names.of(name), unescape(names.of(escaped))}), behind
	}
	return sorted(ls)
}

// sorted makes Labels of labels as they were written.
func sorted(ls Labels) (Labels, error) {
	ls = slices.DeleteFunc(ls, func(l Label) bool { return l.Value == "" })
	sortLabels(ls)
	for i := 1; i < len(ls); i++ {
		if ls[i].Name == ls[i-1].Name {
			return nil, fmt.Errorf("label %s stands twice", ls[i].Name)
		}
	}
	return ls, nil
}

// interned holds one copy of each text: names and values repeat from line to line.
type interned map[string]string

func (in interned) of(text []byte) string {
	s, found := in[string(text)]
	if !found {
		s = string(text)
		in[s] = s
	}
	return s
}
