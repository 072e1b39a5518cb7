package main

import (
	"cmp"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/promferry/promferry/configs"
)

// A terminal is what a person looks at. The zero value is none: a file, a pipe,
// or a terminal that can only append.
type terminal struct {
	width  int // in columns
	colors bool
}

// terminalOf looks at what a writer writes to. NO_COLOR stands for what
// no-color.org says: anything but nothing means no colours.
func terminalOf(w io.Writer) terminal {
	if checked, ok := w.(*checkedWriter); ok {
		w = checked.to
	}
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || cmp.Or(os.Getenv("TERM"), "dumb") == "dumb" {
		return terminal{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return terminal{width, os.Getenv("NO_COLOR") == ""}
}

// isTyped tells whether somebody types what is read.
func isTyped(r io.Reader) bool {
	file, ok := r.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// readerAt is who reads diagnostics at a writer.
func readerAt(w io.Writer) configs.Reader {
	t := terminalOf(w)
	return configs.Reader{Width: t.width, Colors: t.colors}
}

// An outcome is how something went. Its colour only repeats what the words say.
type outcome string

const (
	good     outcome = "\x1b[32m" // green
	doubtful outcome = "\x1b[33m" // yellow
	bad      outcome = "\x1b[31m" // red
)

// paint returns a text as it is shown at a writer: in the colour of an outcome,
// or as it is.
func paint(w io.Writer, o outcome, text string) string {
	if !terminalOf(w).colors {
		return text
	}
	return string(o) + text + "\x1b[0m"
}
