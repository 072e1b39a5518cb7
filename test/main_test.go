// Package test shows promferry end to end: the built program between real
// exporters and real Pushgateways, and between scripted ones that misbehave.
//
// A test is in the file named for what it is about: a command (exec, push), a part
// of the configuration (discovery, shards), a fault (badtarget, kill), a promise
// (transparency…), a page of docs (doc_…). What they share:
//
//   - parts: real programs, which are skipped where they are missing, but not in CI
//   - scripted, counted: an exporter, or a gateway, that answers as the test says
//   - recorder: stands before a real gateway and keeps what is asked of it
//   - receiver, stored, taken: a store that keeps all that is written to it
//   - ferry: promferry, to its end (once, promferry) or as a daemon (run)
//   - process: any process, and eventually, which waits for an event
//
// The machine may be busy with other tests, or stand still for a while: wait for
// what must happen, and do not measure how long it takes. A promise of seconds
// belongs into a synctest bubble of the package that keeps it.
//
// The directories beside are programs that measure, and what these share: proc
// runs them, oracle judges what a gateway gets, bodies and certs make input.
package test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// binary is the promferry that TestMain has built.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	manyAtOnce()
	os.Exit(buildAndRun(m))
}

// manyAtOnce has more tests run at the same time than there are processors,
// unless -parallel says how many: what they mostly do is wait for intervals.
func manyAtOnce() {
	const name = "test.parallel"
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == name })
	if said {
		return
	}
	if err := flag.Set(name, strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err) // package testing has no such flag any more
	}
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
