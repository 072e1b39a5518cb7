package convert

import "strings"

// quotedName reads a name in quotes, in which Prometheus lets line breaks stand,
// but for those of exemplars.
func (r *reader) quotedName() (string, error) {
	return r.quoted(len(r.in))
}

// quotedValue reads a label value in quotes, in which only the text format lets
// line breaks stand.
func (r *reader) quotedValue() (string, error) {
	if r.openMetrics {
		return r.quoted(r.lineBreak())
	}
	return r.quoted(len(r.in))
}

// quoted reads a string in quotes, the closing one before limit, and returns
// what stands between them with its escapes.
func (r *reader) quoted(limit int) (string, error) {
	open := r.pos // the place to look at in an error
	for i := open + 1; i < limit; i++ {
		switch r.in[i] {
		case '"':
			r.pos = i + 1
			return r.in[open+1 : i], nil
		case '\\':
			i++
			if i >= len(r.in) {
				r.looked = true
			} else if r.in[i] == '\n' {
				return "", r.errorAt(open, "a line ends after a backslash in quotes")
			}
		}
	}
	r.looked = r.looked || limit == len(r.in)
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
