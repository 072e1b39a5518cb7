package convert

import "strings"

// nowhere is what ends a quoted string before its quote: no byte.
const nowhere = -1

// quotedName reads a name in quotes, in which Prometheus lets line breaks stand,
// but for those of exemplars.
func (r *reader) quotedName() (string, error) {
	return r.quoted(nowhere)
}

// quotedValue reads a label value in quotes, in which only the text format lets
// line breaks stand.
func (r *reader) quotedValue() (string, error) {
	if r.openMetrics {
		return r.quoted('\n')
	}
	return r.quoted(nowhere)
}

// quoted reads a string in quotes, without the byte end in it, and returns what
// stands between them with its escapes.
func (r *reader) quoted(end int) (string, error) {
	open := r.pos // the place to look at in an error
	i := open + 1
	for ; i < len(r.in) && int(r.in[i]) != end; i++ {
		switch r.in[i] {
		case '"':
			r.pos = i + 1
			return r.in[open+1 : i], nil
		case '\\':
			i++
			if i < len(r.in) && r.in[i] == '\n' {
				return "", r.errorAt(open, "a line ends after a backslash in quotes")
			}
		}
	}
	r.looked = r.looked || i >= len(r.in)
	return "", r.errorAt(open, "unterminated label value")
}

// unescape undoes the escapes of label values and quoted names. Others than
// \\, \" and \n stay as they are, as in Prometheus.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return labelEscapes.Replace(s)
}

// unescapeHelp does the same for HELP, where the text format has no \".
func (r *reader) unescapeHelp(s string) string {
	if r.openMetrics || strings.IndexByte(s, '\\') < 0 {
		return unescape(s)
	}
	return helpEscapes.Replace(s)
}

var (
	labelEscapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n")
	helpEscapes  = strings.NewReplacer(`\\`, `\`, `\n`, "\n")
)
