package legible

import "testing"

func TestLegible(t *testing.T) {
	for text, want := range map[string][2]string{
		"ä is 1":                 {"ä is 1", "ä is 1"},
		"a\nb":                   {"a b", "a\nb"},
		"\x1b[31mred\r\x00":      {" [31mred  ", " [31mred  "},
		"left \u202eright\u2069": {"left  right ", "left  right "},
		"":                       {"", ""},
	} {
		if got := [2]string{Line(text), Lines(text)}; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
