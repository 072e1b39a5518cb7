// Package legible takes texts of targets, gateways and other servers, and makes
// them fit to be shown.
package legible

import (
	"strings"
	"unicode"
)

// Line is a text in one line, with blanks for what a terminal would obey, and for
// what changes the direction of a text.
func Line(text string) string { return strings.Map(shown, text) }

// Lines is the same, but lines stay lines.
func Lines(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return shown(r)
	}, text)
}

func shown(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}
