package configs

import (
	"bytes"
	"unicode/utf8"
)

// cutLines leaves of each line of a text that is too long to be read a part: in
// the line with the byte at, that around it; of the others, the beginning.
func cutLines(text []byte, at int) masking {
	var cuts []span
	start := 0
	for line := range bytes.Lines(text) {
		end := start + len(bytes.TrimSuffix(line, []byte("\n")))
		if end-start > maxLine {
			shown := start
			if start <= at && at <= end {
				shown = max(start, at-beforeRange)
			}
			cuts = append(cuts, span{start, runeAt(text, shown)}, span{runeAt(text, min(shown+maxLine, end)), end})
		}
		start += len(line)
	}
	return maskSource(text, cuts, "…")
}

// runeAt goes back to where a character begins.
func runeAt(text []byte, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

const (
	maxLine     = 160 // bytes of a line that are shown
	beforeRange = 40  // those of them that stand before what is wrong
)
