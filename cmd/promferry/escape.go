package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// A screenWriter writes texts of others to a terminal: their control characters
// are shown, not obeyed. Each Write has whole characters.
type screenWriter struct{ to io.Writer }

// safeAt returns what writes to w: as it is to a file or a pipe, escaped to any
// terminal.
func safeAt(w io.Writer) io.Writer {
	file := w
	if checked, ok := w.(*checkedWriter); ok {
		file = checked.to
	}
	if f, ok := file.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return screenWriter{w}
	}
	return w
}

func (s screenWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(s.to, escaped(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// escaped is a text in which what a terminal would obey is written as Go writes
// it; lines and tabs stay.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range text {
		if c == '\n' || c == '\t' || unicode.IsPrint(c) {
			b.WriteRune(c)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(c)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
