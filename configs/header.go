package configs

import (
	"net/http"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"
)

// headers reads the http_header blocks; nil without one.
func (s *section) headers() *promconfig.Headers {
	all := map[string]promconfig.Header{}
	first := map[string]text{} // by canonical name
	for _, h := range s.sections(&httpHeaderSchema) {
		if name, ok := h.headerName(first); ok {
			all[name] = h.header()
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &promconfig.Headers{Headers: all}
}

func (s *section) headerName(first map[string]text) (string, bool) {
	label := s.label()
	name := http.CanonicalHeaderKey(label.value)
	_, reserved := promconfig.ReservedHeaders[name]
	if s.schema == &proxyConnectHeaderSchema {
		reserved = reserved && name != "Proxy-Authorization"
	}
	other, twice := first[name]
	switch {
	case len(s.block.Labels) == 0: // reported by section
		return "", false
	case strings.Trim(label.value, tokenCharacters) != "" || label.value == "":
		s.errorf(label.at, "Not a header name", "%s is no name of an HTTP header.", quote(label.value))
	case reserved:
		s.errorf(label.at, "Reserved header name", "The header %s is set by promferry or belongs to the connection.", name)
	case twice:
		s.errorf(label.at, "Header given twice", "The header %s is at %s already; join the values.", name, place(other.at))
	default:
		first[name] = label
		return name, true
	}
	return "", false
}

func (s *section) header() promconfig.Header {
	var h promconfig.Header
	for _, t := range s.texts("values") {
		if i := strings.IndexFunc(t.value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); i >= 0 {
			s.refuse("values", t.at, "Not a header value", "A header takes no control characters, such as a newline.")
		}
		h.Values = append(h.Values, t.value)
	}
	for _, t := range s.texts("files") {
		s.warnMissing("files", t)
		s.warnReadable("files", t)
		h.Files = append(h.Files, t.value)
	}
	if !s.bad["values"] && !s.bad["files"] && len(slices.Concat(h.Values, h.Files)) == 0 {
		s.errorf(s.block.DefRange(), "Header without a value", "Write %s = [\"…\"].", strings.Join(s.schema.attributes, " = [\"…\"] or "))
	}
	return h
}

// tokenCharacters may stand in the name of a header (RFC 9110, 5.6.2).
const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
