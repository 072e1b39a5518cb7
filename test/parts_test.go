package test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/promferry/promferry/test/proc"
)

// part returns the path of a real part. Without it the test is skipped, or
// fails where CI says that nothing may be missing.
func part(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name)
	}
	return path
}

func missing(t testing.TB, name string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("REAL PART MISSING: %s; run test/parts", name)
	}
	t.Skipf("REAL PART MISSING: %s; run test/parts", name)
}

// startPart starts a server on a free port of loopback, waits until it answers
// on the path ready, and returns its address.
func startPart(t testing.TB, ready string, command func(host, port string) *exec.Cmd) (address string) {
	t.Helper()
	host, port := freePort(t)
	address = net.JoinHostPort(host, port)
	p := start(t, command(host, port))
	if err := p.answers("http://" + address + ready); err != nil {
		t.Fatalf("%s: %v\n%s%s", p.cmd, err, &p.stdout, &p.stderr)
	}
	return address
}

// freePort is proc.Address for commands that want it in two.
func freePort(t testing.TB) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(proc.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// startPushgateway returns a real gateway with an empty store.
func startPushgateway(t testing.TB, flags ...string) gateway {
	t.Helper()
	return gateway{"http://" + startPart(t, "/-/ready", gatewayCommand(t, flags...))}
}

// gatewayCommand starts a real gateway that keeps nothing in a file: all
// instances would share Debian's default one.
func gatewayCommand(t testing.TB, flags ...string) func(host, port string) *exec.Cmd {
	t.Helper()
	program := part(t, "prometheus-pushgateway")
	return func(host, port string) *exec.Cmd {
		return exec.Command(program, append([]string{"--persistence.file=", "--web.listen-address=" + net.JoinHostPort(host, port)}, flags...)...)
	}
}

// startNodeExporter returns its address.
func startNodeExporter(t testing.TB) string {
	t.Helper()
	program := part(t, "prometheus-node-exporter")
	return startPart(t, "/", func(host, port string) *exec.Cmd {
		return exec.Command(program, "--web.listen-address="+net.JoinHostPort(host, port))
	})
}

// startFlask returns the address of testdata/flask_app.py.
func startFlask(t testing.TB) string {
	t.Helper()
	const python = "/usr/bin/python3" // the one that Debian's modules belong to
	if err := exec.Command(python, "-c", "import flask, prometheus_client").Run(); err != nil {
		missing(t, "python3-flask and python3-prometheus-client")
	}
	return startPart(t, "/metrics", func(host, port string) *exec.Cmd {
		return exec.Command(python, "testdata/flask_app.py", host, port)
	})
}

// startPrometheus returns a Prometheus that runs the configuration.
func startPrometheus(t testing.TB, config string, flags ...string) prometheus {
	t.Helper()
	program := part(t, "prometheus")
	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return prometheus{file: file, url: "http://" + startPart(t, "/-/ready", func(host, port string) *exec.Cmd {
		return exec.Command(program, append([]string{"--web.enable-lifecycle", "--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data-"+port),
			"--web.listen-address=" + net.JoinHostPort(host, port)}, flags...)...)
	})}
}
