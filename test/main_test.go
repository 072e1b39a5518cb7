// Package test shows promferry end to end: the built program between real
// exporters and real Pushgateways, and between scripted ones that misbehave.
package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the promferry that TestMain has built.
var binary string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

// binaryVariable names a promferry that is built already, for a test that runs
// itself once more.
const binaryVariable = "PROMFERRY_TEST_BINARY"

func buildAndRun(m *testing.M) int {
	if binary = os.Getenv(binaryVariable); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "promferry-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "promferry")
	build := exec.Command("go", append(append([]string{"build"}, buildFlags...), "-o", binary, "../cmd/promferry")...)
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n%s", build, err, out)
		return 1
	}
	return m.Run()
}
