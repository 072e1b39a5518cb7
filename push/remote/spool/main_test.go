package spool

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// childDir is the variable that makes the test binary a process that uses the
// spool of that directory, and childRole the one that says how.
const (
	childDir  = "PROMFERRY_TEST_SPOOL"
	childRole = "PROMFERRY_TEST_SPOOL_ROLE"
)

// roles of child processes. They report on standard output.
var roles = map[string]func(dir string) error{"write": writeUntilKilled}

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := rolesHere()[os.Getenv(childRole)](dir); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
