package shown

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOneLine(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		if got := OneLine(errors.New(in)).Error(); got != want || !utf8.ValidString(got) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	check("plain, café ✓", "plain, café ✓")
	check("two\r\nlines", "two  lines")
	check("\x1b[31mred\x00", " [31mred ")
	check("line\u2028separator \u202eoverride", "line separator  override")
	check(strings.Repeat("x", 500), strings.Repeat("x", 500))
	check(strings.Repeat("x", 1<<20), strings.Repeat("x", 500)+"…")
}

func TestOneLineKeepsChain(t *testing.T) {
	err := OneLine(errors.Join(io.ErrUnexpectedEOF, errors.New("second line")))
	if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %q, want one line with the chain", err)
	}
}
