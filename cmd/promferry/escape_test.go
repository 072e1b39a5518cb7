package main

import (
	"bytes"
	"testing"
)

func TestScreenShowsControlCharacters(t *testing.T) {
	var out bytes.Buffer
	const text = "# HELP a \x1b[31mred\u202e\a ä\n\ta 1\r\n"
	if n, err := (screenWriter{&out}).Write([]byte(text)); n != len(text) || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	const want = `# HELP a \x1b[31mred\u202e\a ä` + "\n\ta 1\\r\n"
	if got := out.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if safeAt(&out) != &out {
		t.Error("what is no terminal is escaped")
	}
}
