package test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCommandNamesItsFiles: the comment of package main, which is the way into its
// many files, names each of them once, and no others.
func TestCommandNamesItsFiles(t *testing.T) {
	comment, _, _ := strings.Cut(repoText(t, "cmd/promferry/main.go"), "\npackage main")
	named := regexp.MustCompile(`[a-z0-9_]+\.go\b`).FindAllString(comment, -1)
	files, err := filepath.Glob("../cmd/promferry/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, file := range files {
		if name := filepath.Base(file); !strings.HasSuffix(name, "_test.go") {
			there = append(there, name)
		}
	}
	for _, name := range there {
		if !slices.Contains(named, name) {
			t.Errorf("main.go does not say what %s is about: put it into the list of its comment", name)
		}
	}
	for i, name := range named {
		if !slices.Contains(there, name) || slices.Contains(named[:i], name) {
			t.Errorf("main.go names %s, which is not there, or twice", name)
		}
	}
}
