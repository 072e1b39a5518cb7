package answers

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// BodyLimit is how much of an answer's body is read, in bytes. A Pushgateway
// writes up to hundreds of kilobytes for one refused push (contract C9).
const BodyLimit = 1 << 10

// OneLine makes a server's text fit for a log: one line, no control characters,
// valid UTF-8.
func OneLine(text []byte) string {
	printable := strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(string(text), "?"))
	return strings.Join(strings.Fields(printable), " ")
}

// Location is where a redirect points to, without userinfo and query; "" for
// any other answer.
func Location(resp *http.Response) string {
	if resp.StatusCode < 300 || resp.StatusCode > 399 {
		return ""
	}
	u, err := resp.Location()
	if err != nil {
		return ""
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	text := shown.String()
	return OneLine([]byte(text[:min(len(text), BodyLimit)]))
}
