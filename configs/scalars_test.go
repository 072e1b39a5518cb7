package configs

import (
	"strings"
	"testing"
)

func TestParseSize(t *testing.T) {
	check := func(s string, want int64) {
		t.Helper()
		got, err := ParseSize(s)
		if want < 0 && err == nil || want >= 0 && (err != nil || got != want) {
			t.Errorf("%q: got %d, %v, want %d", s, got, err, want)
		}
	}
	check("0", 0)
	check("1024", 1024)
	check("7B", 7)
	check("32MB", 32<<20)
	check("32MiB", 32<<20)
	check("1K", 1<<10)
	check("1KB", 1<<10)
	check("2GB", 2<<30)
	check("1TB", 1<<40)
	check("1PB", 1<<50)
	check("7EB", 7<<60)
	check("8EB", -1) // more than int64 has
	check("", -1)
	check("MB", -1)
	check("1.5MB", -1)
	check("1 MB", -1)
	check("1MM", -1)
	check("1MBB", -1)
	check("1mb", -1)

}

func TestQuoteShortens(t *testing.T) {
	if got := quote(strings.Repeat("a", 81)); len(got) > 90 || !strings.HasSuffix(got, "…") {
		t.Errorf("got %s", got)
	}
}

func TestNearest(t *testing.T) {
	check := func(given, want string) {
		t.Helper()
		names := []string{"url", "timeout", "targets", "basic_auth", "keep"}
		if got := Nearest(given, names); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
	check("target", "targets")
	check("tiemout", "timeout")
	check("basic-auth", "basic_auth")
	check("uri", "url")
	check("xy", "")
	check("relabel_config", "")
	check("", "")
}
