package main

import (
	"strings"
	"testing"
)

func TestPointAt(t *testing.T) {
	check := func(line string, column int, want string) {
		t.Helper()
		if got := pointAt([]byte(line), column); got != want {
			t.Errorf("%q, column %d: got\n%s\nwant\n%s", line, column, got, want)
		}
	}
	check(`bad{a="b} 1`, 7, "  bad{a=\"b} 1\n        ^")
	check("", 1, "  \n  ^")
	check("a", 9, "  a\n   ^") // behind the end
	check("a", 0, "  a\n  ^")
	check("ü\tx", 4, "  ü\\tx\n     ^")                                    // columns are bytes, carets are under characters
	check("\x1b[31m\xff\u202e", 6, `  \x1b[31m\xff\u202e`+"\n          ^") // nothing for a terminal to obey
	check(strings.Repeat("a", 100)+"!"+strings.Repeat("b", 100), 101,
		"  …"+strings.Repeat("a", 60)+"!"+strings.Repeat("b", 29)+"…\n   "+strings.Repeat(" ", 60)+"^")
}

// TestPointAtIsBounded: a line may be all of the input, and of any characters.
func TestPointAtIsBounded(t *testing.T) {
	for _, part := range []string{"a", "ü", "\x00", "\U0010ffff", "\xff"} {
		line := []byte(strings.Repeat(part, 1<<20))
		allocated := testing.AllocsPerRun(1, func() { pointAt(line, len(line)/2) })
		if shown := pointAt(line, len(line)/2); len(shown) > 4<<10 || allocated > 1000 {
			t.Errorf("%q: got %d bytes and %v allocations for a line", part, len(shown), allocated)
		}
	}
}
