package discovery

import (
	"strings"
	"unicode"
)

// maxErrorText is in bytes: an error may quote what a server or a file says.
const maxErrorText = 500

// A printableError is err with another text.
type printableError struct {
	text string
	err  error
}

func (e *printableError) Error() string { return e.text }
func (e *printableError) Unwrap() error { return e.err }

// oneLine returns err with a text that is safe to log: one line, printable, of
// bounded length.
func oneLine(err error) error {
	text := err.Error()
	if len(text) > maxErrorText {
		text = text[:maxErrorText] + "…"
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	return &printableError{text, err}
}
