package answers

import (
	"net/url"
	"strings"
	"testing"
)

func TestHide(t *testing.T) {
	asked, err := url.Parse("http://me:pass%2Fword@store.example/api?token=se%2Bcret&id=7&barekey")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text, want string) {
		t.Helper()
		if got := string(Hide([]byte(text), asked)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	check("requestURI: /api?token=se%2Bcret&id=7&barekey; unsupported", "requestURI: /api?<secret>; unsupported")
	check("/api?id=7&token=se%2Bcret", "/api?id=7&token=<secret>")
	check("token se+cret, twice se+cret", "token <secret>, twice <secret>")
	check("barekey of me with pass/word or pass%2Fword", "<secret> of me with <secret> or <secret>")
	check("id=7 is not short of tokens", "id=7 is not short of tokens")
	check("se+cre", "se+cre") // all of an answer: no begin of a secret
	check(strings.Repeat("x", BodyLimit-6)+"se+cre", strings.Repeat("x", BodyLimit-6))
	check("", "")
}
