package main

import (
	"os"
	"strings"
	"testing"
)

func TestGroupFlags(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	check := func(f groupFlags, want string) {
		t.Helper()
		if got, err := f.group(); err != nil || got.String() != want {
			t.Errorf("%+v: got %s, %v, want %s", f, got, err, want)
		}
	}
	check(groupFlags{job: "j"}, `{instance="`+host+`",job="j"}`)
	check(groupFlags{job: "j", hasInstance: true}, `{job="j"}`)
	check(groupFlags{job: "j", instance: "i", labels: []string{"a=b=c", "d="}}, `{a="b=c",instance="i",job="j"}`)

	refuse := func(f groupFlags, want string) {
		t.Helper()
		if got, err := f.group(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %s, %v, want %q", f, got, err, want)
		}
	}
	refuse(groupFlags{}, "--job is empty")
	refuse(groupFlags{job: "\xff"}, "not UTF-8")
	refuse(groupFlags{job: "j", labels: []string{"a"}}, "want name=value")
	refuse(groupFlags{job: "j", labels: []string{"a=b", "a=c"}}, "given twice")
	refuse(groupFlags{job: "j", labels: []string{"job=k"}}, "write --job=k")
	refuse(groupFlags{job: "j", labels: []string{"instance="}}, "write --instance=")
	refuse(groupFlags{job: "j", labels: []string{"__a=b"}}, "reserved")
	refuse(groupFlags{job: "j", labels: []string{"le=1"}}, "histograms")
	refuse(groupFlags{job: "j", labels: []string{"a.b=1"}}, "is not [a-zA-Z_]")
}
