package configs

import (
	"net/url"
	"strings"
)

// receiverURL reads where a remote_write sends to; nil without a good URL. A
// query may be a secret: it is masked wherever it is, and no text has it.
func (s *section) receiverURL() *url.URL {
	t, ok := s.text("url")
	if !ok {
		if s.has("url") && !s.bad["url"] { // null
			s.errorf(s.block.DefRange(), "Missing required attribute", `%s needs the attribute "url".`, s.schema)
		}
		return nil
	}
	u := s.receiverURLOf(t)
	if strings.ContainsAny(t.value, "?#@") && (u == nil || !s.isAsWritten(t)) {
		s.mask(t.at) // secretSpans finds the query of what stands there as it is
	}
	return u
}

func (s *section) receiverURLOf(t text) *url.URL {
	if hasUserinfo(t.value) {
		s.refuse("url", t.at, "Credentials in an address", "url has user:password@ in it. %s", userinfoRemedy("url"))
		return nil
	}
	if strings.Contains(t.value, "#") {
		s.refuse("url", t.at, "Fragment in an address", "url has a fragment in it, which no request carries. Leave it out, or write %%23 for a # of the path or the query.")
		return nil
	}
	u, err := parseHTTP(t.value)
	if err != nil {
		s.refuse("url", t.at, "Bad remote_write URL", `url %s. Write the whole one, such as "http://prometheus:9090/api/v1/write".`, err)
		return nil
	}
	if strings.Trim(u.Path, "/") == "" {
		s.warnf(t.at, "Receiver without a path", "Receivers take remote_write at a path of theirs: /api/v1/write of Prometheus and VictoriaMetrics, /api/v1/push of Mimir and Cortex, /api/v1/receive of Thanos. Write it, unless this one is at the top.")
	}
	return u
}

// isAsWritten tells whether a value is what stands between quotes in the text:
// no call, no template, no escape.
func (d *decoder) isAsWritten(t text) bool {
	return string(t.at.SliceBytes(d.sources[t.at.Filename].file.Bytes)) == `"`+t.value+`"`
}
