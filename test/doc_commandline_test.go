//go:build linux

package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDocCommandLine(t *testing.T) {
	follow(t, document{path: "docs/command-line.md", commands: map[string]expectation{
		"promferry --help-man > promferry.1": {after: (*reader).hasManPage},
	}})
}

func (r *reader) hasManPage() {
	r.Helper()
	page, err := os.ReadFile(filepath.Join(r.dir, "promferry.1"))
	if err != nil || !strings.HasPrefix(string(page), ".TH") {
		r.Errorf("no man page: %v: %.200q", err, page)
	}
}
