package prometheusyaml

import "strings"

// A use is a rule that looks at up. up stays as it was when nothing pushes any
// more: the rule needs a partner that looks at push_time_seconds.
type use struct {
	place
	rule      string   // name of the alert or of what is recorded
	selectors []string // what follows up: {job="node"}, or "" for all
}

// readRules finds the uses of up in rule files.
func (r *reader) readRules(patterns []path) []use {
	var uses []use
	for _, p := range patterns {
		s := &scope{reader: r, dir: r.Dir}
		for _, name := range s.glob(p) {
			root, err := s.readYAML(path{p.place, name})
			if err != nil {
				s.note(p.place, "a rule file was not looked at: %s", err)
				continue
			}
			uses = append(uses, ruleUses(root.node, root.file, r.masked)...)
		}
	}
	return uses
}

// selectorsOfUp returns what follows each up in a PromQL expression. It knows as
// much of the language as it takes to tell the metric from a label, a part of a
// name and a text.
func selectorsOfUp(expr string) []string {
	var found []string
	for scan := (scanner{rest: expr}); scan.rest != ""; {
		switch word := scan.next(); {
		case word == "{":
			if scan.braces(); strings.Contains(scan.last, `__name__="up"`) {
				found = append(found, scan.last)
			}
		case isGrouping(word):
			scan.skipList()
		case word == "up":
			scan.blank()
			selector := ""
			if strings.HasPrefix(scan.rest, "{") {
				scan.next()
				scan.braces()
				selector = scan.last
			}
			found = append(found, selector)
		}
	}
	return found
}

func isGrouping(word string) bool {
	switch strings.ToLower(word) {
	case "by", "without", "on", "ignoring", "group_left", "group_right":
		return true
	}
	return false
}

// A scanner walks over an expression.
type scanner struct {
	rest string
	last string // what braces walked over, with its braces
}

// next returns a name, a text, a comment or a single byte.
func (s *scanner) next() string {
	n := 1
	switch c := s.rest[0]; {
	case c == '"' || c == '\'' || c == '`':
		n = textLength(s.rest)
	case c == '#':
		n = len(s.rest)
		if i := strings.IndexByte(s.rest, '\n'); i >= 0 {
			n = i
		}
	case isNameByte(c):
		for n < len(s.rest) && isNameByte(s.rest[n]) {
			n++
		}
	}
	word := s.rest[:n]
	s.rest = s.rest[n:]
	return word
}

// braces walks over a selector whose first brace is behind.
func (s *scanner) braces() {
	var all strings.Builder
	all.WriteByte('{')
	for s.rest != "" {
		word := s.next()
		all.WriteString(word)
		if word == "}" {
			break
		}
	}
	s.last = all.String()
}

// skipList walks over a list of labels in parentheses, if there is one.
func (s *scanner) skipList() {
	s.blank()
	if !strings.HasPrefix(s.rest, "(") {
		return
	}
	for s.rest != "" && s.next() != ")" {
	}
}

func (s *scanner) blank() { s.rest = strings.TrimLeft(s.rest, " \t\r\n") }

func isNameByte(c byte) bool {
	return c == '_' || c == ':' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// textLength is the length of the text that s begins with, its quotes too.
func textLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i + 1
		case s[i] == '\\' && s[0] != '`':
			i++
		}
	}
	return len(s)
}
