// Package shown makes texts that are safe to show of what others say: servers,
// files, addresses with secrets in them.
package shown

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// maxErrorText is in bytes: enough for a chain of x509 errors, too little to
// flood a log.
const maxErrorText = 500

// A printableError is err with another text.
type printableError struct {
	text string
	err  error
}

func (e *printableError) Error() string { return e.text }
func (e *printableError) Unwrap() error { return e.err }

// OneLine returns err with a text that is safe to log, although a server may
// have written part of it: one line, printable, of bounded length.
func OneLine(err error) error {
	text := Printable(err.Error())
	if text == err.Error() {
		return err
	}
	return &printableError{text, err}
}

// Printable is text as one line of bounded length, without what a terminal would
// act upon.
func Printable(text string) string {
	cut := len(text) > maxErrorText
	if cut {
		text = text[:maxErrorText]
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	if cut {
		text += "…"
	}
	return text
}

// Address is u without what may be secret: userinfo and query.
func Address(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if u.RawQuery != "" {
		return shown.String() + "?…"
	}
	return shown.String()
}

// Redirect says where the request was redirected to that has this answer: it had
// no credentials there if that is another origin. It is "" without a redirect.
func Redirect(resp *http.Response) string {
	if resp.Request == nil || resp.Request.Response == nil {
		return ""
	}
	return ", after a redirect to " + Printable(Address(resp.Request.URL))
}
