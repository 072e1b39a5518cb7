package test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A manager is the socket of a service manager, as systemd has it.
type manager struct {
	conn *net.UnixConn
	told []string // the lines of all messages so far
}

func newManager(t testing.TB) (m *manager, env []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &manager{conn: conn}, []string{"NOTIFY_SOCKET=" + path}
}

// until reads until a line with the prefix is told, and returns all before it.
func (m *manager) until(t testing.TB, prefix string) (before []string) {
	t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	begin := len(m.told)
	buf := make([]byte, 4096)
	for {
		n, err := m.conn.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("never told %s, only %q", prefix, m.told[begin:])
		} else if err != nil {
			t.Fatal(err)
		}
		lines := strings.Fields(strings.ReplaceAll(string(buf[:n]), " ", "_"))
		m.told = append(m.told, lines...)
		if slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, prefix) }) {
			return m.told[begin:]
		}
	}
}

// quick scrapes a target at once and often.
const quick = `
	global { scrape_interval = "300ms" }
	gateway "default" { url = %q }
	job "app" { targets = [%q] }
`

// TestServiceManagerIsTold lives a life under sd_notify: ready when it works,
// signs of life, reloads good and bad, the stop.
func TestServiceManagerIsTold(t *testing.T) {
	t.Parallel()
	m, env := newManager(t)
	target := startScripted(t, exposition(goodText))
	gw := startScripted(t, status(200, ""))
	file := config(t, quick, gw.URL, target.address())
	ferry := startDaemon(t, append(env, "WATCHDOG_USEC=400000"), "run", "--config.file="+file)
	if told := m.until(t, "READY=1"); len(told) != 1 {
		t.Errorf("told %q before it was ready", told)
	}
	ferry.lives(t)
	m.until(t, "WATCHDOG=1")
	m.until(t, "STATUS=1_of_1_targets_up,_1_of_1_gateways_answering")

	ferry.signal(t, syscall.SIGHUP)
	m.until(t, "RELOADING=1")
	if !slices.ContainsFunc(m.told, func(line string) bool { return monotonicNow(line) }) {
		t.Errorf("no MONOTONIC_USEC of now beside RELOADING=1 in %q", m.told)
	}
	m.until(t, "READY=1")

	rewrite(t, file, "nonsense")
	ferry.signal(t, syscall.SIGHUP)
	failed := func(line string) bool {
		return strings.HasPrefix(line, "STATUS=") && strings.Contains(line, "_gateways_answering;_configuration_not_reloaded")
	}
	if told := m.until(t, "READY=1"); !slices.ContainsFunc(told, failed) {
		t.Errorf("told %q of a reload that failed, and not that it has", told)
	}

	ferry.signal(t, syscall.SIGTERM)
	m.until(t, "STOPPING=1")
	ferry.exitCode(t)
}

// monotonicNow tells whether the line has the time since the boot, which
// Type=notify-reload of systemd wants.
func monotonicNow(line string) bool {
	var usec int64
	if _, err := fmt.Sscanf(line, "MONOTONIC_USEC=%d", &usec); err != nil {
		return false
	}
	text, err := os.ReadFile("/proc/uptime") // of CLOCK_BOOTTIME: the same where no machine sleeps
	var uptime float64
	if err != nil {
		return usec > 0 // not Linux
	}
	if _, err := fmt.Sscan(string(text), &uptime); err != nil {
		return false
	}
	return usec > 0 && float64(usec)/1e6 <= uptime+1
}

// TestServiceManagerThatDoesNotRead holds neither the relay nor its stop up.
func TestServiceManagerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	_, env := newManager(t)
	target := startScripted(t, exposition(goodText))
	gw := startScripted(t, status(200, ""))
	file := config(t, quick, gw.URL, target.address())
	ferry := startDaemon(t, append(env, "WATCHDOG_USEC=2000"), "run", "--config.file="+file, "--shutdown.timeout=5s")
	eventually(t, "push", func() error {
		return ferry.atLeast(`promferry_pushes_total{gateway="default",method="PUT"}`, 1)
	})
	ferry.lives(t)
	ferry.terminate(t)
}
