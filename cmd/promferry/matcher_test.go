package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseMatchers(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		matchers, err := parseMatchers(text)
		if got := fmt.Sprint(matchers); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
	check(`job=shop`, `[job="shop"]`)
	check(`job="shop"`, `[job="shop"]`)
	check(` { job = 'a "b"' , instance!="", } `, `[job="a \"b\"" instance!=""]`)
	check(`job=~a.*|b,instance !~ "x\\.y\n\u00fc"`, `[job=~"a.*|b" instance!~"x\\.y\nü"]`)
	check(`{job=host:9100}`, `[job="host:9100"]`)

	refuse := func(text, want string) {
		t.Helper()
		if matchers, err := parseMatchers(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %q", text, matchers, err, want)
		}
	}
	refuse(``, "no matcher")
	refuse(`{ }`, "no matcher")
	refuse(`{job="a"`, "no }")
	refuse(`job`, "no operator")
	refuse(`up{job="a"}`, "no label name")
	refuse(`a-b="c"`, "no label name")
	refuse(`job!a`, "want =, !=, =~ or !~")
	refuse(`job=`, "no value")
	refuse(`job=,a=b`, "needs quotes")
	refuse(`job==a`, "needs quotes")
	refuse(`job="a`, "does not end with its quote")
	refuse(`job="\q"`, "bad escape")
	refuse(`job="a" instance="b"`, "want a comma")
	refuse(`job=a b`, "want a comma")
	refuse(`job=~"("`, "missing closing )")
	refuse(`job=~"a)|(b"`, "unexpected )")
}

func TestMatcher(t *testing.T) {
	check := func(text, value string, want bool) {
		t.Helper()
		matchers, err := parseMatchers(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := matchers[0].matches(value); got != want {
			t.Errorf("%s of %q: got %v, want %v", text, value, got, want)
		}
	}
	check(`a="b"`, "b", true)
	check(`a="b"`, "", false)
	check(`a=""`, "", true)
	check(`a!="b"`, "b", false)
	check(`a!="b"`, "", true)
	check(`a=~"b|c"`, "c", true)
	check(`a=~"b|c"`, "bc", false) // anchored
	check(`a=~"b.c"`, "b\nc", true)
	check(`a!~"b.*"`, "bc", false)
	check(`a!~"b.*"`, "c", true)
}

// FuzzParseMatchers: what is understood is written so that it is understood
// again as the same.
func FuzzParseMatchers(f *testing.F) {
	f.Add(`{job="a\n\"\\",instance!='b',c=~d,e!~"f|g"}`)
	f.Fuzz(func(t *testing.T, text string) {
		matchers, err := parseMatchers(text)
		if err != nil {
			return
		}
		var written []string
		for _, m := range matchers {
			written = append(written, m.String())
		}
		again, err := parseMatchers("{" + strings.Join(written, ",") + "}")
		if err != nil || fmt.Sprint(again) != fmt.Sprint(matchers) {
			t.Errorf("%q: got %v, then %v, %v", text, matchers, again, err)
		}
	})
}
