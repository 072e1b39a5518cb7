package builtin

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The veth pair of the tests in this file: one end in the namespace of the
// collector, the other in that of an echo server.
const (
	collectorDevice, echoDevice = "pf0", "pf1"
	collectorIPv4               = "192.0.2.1"
	collectorIPv6               = "2001:db8::1"
	echoAddress                 = "192.0.2.2:7777"
	datagrams, datagramBytes    = 200, 1000
	// wireBytes is what a datagram makes on Ethernet: with the headers of UDP
	// (8), IPv4 (20) and Ethernet (14).
	wireBytes = datagramBytes + 8 + 20 + 14
	// otherBytes is more than ARP and neighbour discovery send meanwhile.
	otherBytes = 20_000
)

// insideVariable names the part that this test binary plays in a namespace.
const (
	insideVariable = "PROMFERRY_TEST_INSIDE_NAMESPACE"
	asCollector    = "collector"
	asEcho         = "echo"
)

// TestNetworkSeesTrafficOfVethPair runs itself twice more, each time in a
// network namespace: as the collector, and as the echo server.
func TestNetworkSeesTrafficOfVethPair(t *testing.T) {
	switch os.Getenv(insideVariable) {
	case asCollector:
		collectInside(t)
		return
	case asEcho:
		echoInside(t)
		return
	}
	needNamespaces(t)
	collector, echo := addNamespace(t, "collect"), addNamespace(t, "echo")
	if out, err := ip("link", "add", collectorDevice, "netns", collector, "type", "veth",
		"peer", "name", echoDevice, "netns", echo); err != nil {
		unavailable(t, "ip link add type veth: %v: %s", err, out)
	}
	mustIP(t, "-n", collector, "address", "add", collectorIPv4+"/24", "dev", collectorDevice)
	mustIP(t, "-n", collector, "address", "add", collectorIPv6+"/64", "dev", collectorDevice, "nodad")
	mustIP(t, "-n", echo, "address", "add", "192.0.2.2/24", "dev", echoDevice)
	mustIP(t, "-n", collector, "link", "set", collectorDevice, "up")
	mustIP(t, "-n", echo, "link", "set", echoDevice, "up")

	startEcho(t, echo)
	out, err := inside(t.Context(), collector, asCollector).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("inside %s: %v:\n%s", collector, err, out)
	}
}

// needNamespaces skips t where namespaces cannot be made; see unavailable.
func needNamespaces(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		unavailable(t, "network namespaces need root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		unavailable(t, "%v (Debian: iproute2)", err)
	}
}

// unavailable skips t loudly, except with CI=true, where a missing part fails.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED: the veth test cannot run: "+format, args...)
}

// addNamespace makes a network namespace that lives as long as t.
func addNamespace(t *testing.T, role string) string {
	t.Helper()
	name := fmt.Sprintf("promferry-%s-%d", role, os.Getpid())
	if out, err := ip("netns", "add", name); err != nil {
		unavailable(t, "ip netns add: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := ip("netns", "delete", name); err != nil {
			t.Errorf("ip netns delete %s: %v: %s", name, err, out)
		}
	})
	return name
}

func ip(args ...string) ([]byte, error) {
	return exec.Command("ip", args...).CombinedOutput()
}

func mustIP(t *testing.T, args ...string) {
	t.Helper()
	if out, err := ip(args...); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// inside runs one test of this binary in a namespace. /proc/net and Go's
// sockets are then the namespace's, without a thread being moved.
func inside(ctx context.Context, namespace, role string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "ip", "netns", "exec", namespace,
		os.Args[0], "-test.v", "-test.timeout=60s", "-test.run=^TestNetworkSeesTrafficOfVethPair$")
	cmd.Env = append(os.Environ(), insideVariable+"="+role)
	return cmd
}

// startEcho runs the echo server until t ends, and returns when it listens.
func startEcho(t *testing.T, namespace string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := inside(ctx, namespace, asEcho)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		cmd.Wait() // killed: its error says nothing
	})
	var said []string
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if said = append(said, lines.Text()); lines.Text() == "listening" {
			return
		}
	}
	t.Fatalf("echo server inside %s: got %q, want it to listen", namespace, said)
}

// echoInside is the process of startEcho.
func echoInside(t *testing.T) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", echoAddress)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Println("\nlistening")
	buf := make([]byte, datagramBytes)
	for {
		size, from, err := conn.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.WriteTo(buf[:size], from); err != nil {
			t.Fatal(err)
		}
	}
}

// collectInside collects while datagrams go to the echo server and back.
func collectInside(t *testing.T) {
	t.Helper()
	n := &Network{Exclude: regexp.MustCompile(defaultExclude), firstWindow: 20 * time.Millisecond}

	began := time.Now()
	before := scrapeSamples(t.Context(), t, n)
	quietFrom := time.Now()
	exchange(t)
	quietTo := time.Now()
	text := scrapeText(t.Context(), t, n)
	ended := time.Now()
	// The readings lie within the scrapes, so this is the time between them.
	shortest, longest := quietTo.Sub(quietFrom), ended.Sub(began)

	after := values(t, text)
	checkDevices(t, after, "network_up", []string{collectorDevice})
	checkSamples(t, after, samples{"network_up/" + collectorDevice: 1, "network_mtu_bytes/" + collectorDevice: 1500})
	for _, want := range []string{
		`network_traffic_input{adapter_name="pf0",ip="` + collectorIPv4 + `",unit="Byte"} `,
		`network_address_info{address="` + collectorIPv4 + `",device="pf0",family="ipv4"} 1`,
		`network_address_info{address="` + collectorIPv6 + `",device="pf0",family="ipv6"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %s in:\n%s", want, text)
		}
	}
	checkDirection(t, "receive", before, after, after["network_traffic_input/"+collectorDevice], shortest, longest)
	checkDirection(t, "transmit", before, after, after["network_traffic_output/"+collectorDevice], shortest, longest)
}

// checkDirection expects the counters of one direction to have moved by the
// datagrams between two scrapes, and rate to be that over a plausible time.
func checkDirection(t *testing.T, direction string, before, after samples, rate float64, shortest, longest time.Duration) {
	t.Helper()
	moved := func(unit string) float64 {
		series := "network_" + direction + "_" + unit + "_total/" + collectorDevice
		return after[series] - before[series]
	}
	bytes := moved("bytes")
	if least := float64(datagrams * wireBytes); bytes < least || bytes > least+otherBytes {
		t.Errorf("%s: got %v bytes, want %v and at most %v more", direction, bytes, least, otherBytes)
	}
	if packets := moved("packets"); packets < datagrams {
		t.Errorf("%s: got %v packets, want %v or more", direction, packets, datagrams)
	}
	if low, high := bytes/longest.Seconds(), bytes/shortest.Seconds(); rate < low || rate > high {
		t.Errorf("%s: got %v bytes a second, want %v to %v", direction, rate, low, high)
	}
}

// exchange sends the datagrams one after another, each when the echo of the
// last has come.
func exchange(t *testing.T) {
	t.Helper()
	conn, err := net.Dial("udp4", echoAddress)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, datagramBytes)
	for i := range datagrams {
		if _, err := conn.Write(buf); err != nil {
			t.Fatalf("datagram %d: %v", i, err)
		}
		if size, err := conn.Read(buf); err != nil || size != datagramBytes {
			t.Fatalf("echo %d: got %d bytes, %v, want %d", i, size, err, datagramBytes)
		}
	}
}
