package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// scratch is where releases are made.
var scratch string

func TestMain(m *testing.M) {
	if os.Getenv(insideVariable) == "" {
		os.Exit(inScratch(m))
	}
	os.Exit(m.Run())
}

func inScratch(m *testing.M) int {
	dir, err := os.MkdirTemp("", "promferry-release-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	scratch = dir
	return m.Run()
}

// insideVariable tells the test that it is in the system that it may change: it
// has the path of the package.
const insideVariable = "PROMFERRY_PACKAGE"

// first is the release of this machine's platform, made once for all tests.
var first = sync.OnceValues(func() (dist string, err error) {
	dir := filepath.Join(scratch, "a")
	if err := copySource(dir); err != nil {
		return "", err
	}
	return filepath.Join(dir, "dist"), makeRelease(dir, "linux/"+runtime.GOARCH)
})

// missing skips the test, or fails it where CI says that nothing may be missing.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("MISSING: %s", what)
	}
	t.Skipf("MISSING: %s", what)
}
