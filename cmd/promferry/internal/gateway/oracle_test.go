package gateway

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/promferry/promferry/test/proc"
)

// TestContractOracle replays the same cases against Debian's Pushgateway, so
// that the cases and the replayer are themselves held to the real thing.
func TestContractOracle(t *testing.T) {
	if _, err := os.Stat(realGateway); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: install the package prometheus-pushgateway", err)
		}
		t.Skipf("SKIPPED, the embedded gateway is not compared with a real one: %v; install the package prometheus-pushgateway", err)
	}
	for _, c := range readCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			target := startReal(t, c.Flags)
			target.replay(t, c)
		})
	}
}

// startReal starts a Pushgateway that ends with the test.
func startReal(t *testing.T, flags []string) replayer {
	t.Helper()
	target := replayer{addr: proc.Address(t), labels: []string{"1.5.1"}, settle: 5 * time.Second}
	var log bytes.Buffer
	ended := startProcess(t, &log, append([]string{
		"--web.listen-address=" + target.addr,
		"--persistence.file=", // Debian's persists by default, contract C51
	}, flags...))
	if !target.waitReady(t, ended) {
		t.Fatalf("%s ended at once:\n%s", realGateway, log.String())
	}
	return target
}

// startProcess starts the gateway with its output in log, which may be read
// once ended is closed. At the end of the test it gets SIGTERM, SIGKILL if it
// stays, and is waited for.
func startProcess(t *testing.T, log *bytes.Buffer, args []string) (ended <-chan struct{}) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), realGateway, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // ended by a signal
	}()
	t.Cleanup(func() { <-done })
	return done
}

// realGateway is where Debian's package puts it.
const realGateway = "/usr/bin/prometheus-pushgateway"
