package main

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A line is shown from this many characters before the place that is pointed
// at, to this many behind it.
const (
	shownBefore = 60
	shownAfter  = 30
)

// pointAt shows a line of an input with a caret under a column, which counts
// bytes from 1. Nothing in it reaches a terminal as it is but what is printable.
func pointAt(line []byte, column int) string {
	column = min(max(column, 1), len(line)+1)
	before, after := line[:column-1], line[column-1:]
	before = before[max(0, len(before)-utf8.UTFMax*(shownBefore+2)):]
	after = after[:min(len(after), utf8.UTFMax*(shownAfter+2))]
	return caret(printable(before), printable(after))
}

func caret(before, after []string) string {
	left, right := "", ""
	if len(before) > shownBefore {
		left, before = "…", before[len(before)-shownBefore:]
	}
	if len(after) > shownAfter {
		right, after = "…", after[:shownAfter]
	}
	shown := left + strings.Join(before, "") + strings.Join(after, "") + right
	under := utf8.RuneCountInString(left + strings.Join(before, ""))
	return "  " + shown + "\n  " + strings.Repeat(" ", under) + "^"
}

// printable returns the characters of a text, each as it can be shown.
func printable(text []byte) (shown []string) {
	for len(text) > 0 {
		c, size := utf8.DecodeRune(text)
		switch {
		case c == utf8.RuneError && size == 1, !strconv.IsPrint(c):
			quoted := strconv.Quote(string(text[:size]))
			shown = append(shown, quoted[1:len(quoted)-1])
		default:
			shown = append(shown, string(c))
		}
		text = text[size:]
	}
	return shown
}
