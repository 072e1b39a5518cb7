package test

import (
	"os"
	"path/filepath"
	"testing"
)

// repoText is a file of this repository, by its path from the top.
func repoText(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// repoPath is where a file of this repository is, for a process that works
// elsewhere.
func repoPath(t testing.TB, path string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
