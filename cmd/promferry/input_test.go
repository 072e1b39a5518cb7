package main

import (
	"strings"
	"testing"
)

// TestLongInputIsRefused: a beginning is not taken for the whole, of which a
// formatter would then write back a part.
func TestLongInputIsRefused(t *testing.T) {
	for text, want := range map[string]string{"1234": "", "12345": "read standard input: more than 4B"} {
		a := &app{std: std{in: strings.NewReader(text)}}
		got, err := a.readInput(stdin, bound{4, "4B"})
		switch {
		case want == "" && (err != nil || string(got) != text):
			t.Errorf("%q is read as %q, %v", text, got, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%q: got the error %v, want %s", text, err, want)
		}
	}
}
