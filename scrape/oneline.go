package scrape

import (
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

// oneLine returns err with a text that is safe to log, although a server may
// have written part of it: one line, printable, of bounded length.
func oneLine(err error) error {
	text := printable(err.Error())
	if text == err.Error() {
		return err
	}
	return &printableError{text, err}
}

func printable(text string) string {
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
