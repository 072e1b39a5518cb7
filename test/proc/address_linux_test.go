package proc

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestReserve: at a reserved address connections are refused, but while somebody
// listens there, twice in a row.
func TestReserve(t *testing.T) {
	address := reserve(t)
	mustRefuse(t, address)
	for range 2 {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		client, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		server.Close() // first, so that its port has to wait
		client.Close()
		l.Close()
		mustRefuse(t, address)
	}
}

// TestReservedIsNobodyElses: who asks for any free port, of a range that is the
// reserved one alone, gets none, until it is released.
func TestReservedIsNobodyElses(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0") // somebody to connect to
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	address, release, err := Reserve()
	if err != nil {
		t.Fatal(err)
	}
	listens, connects := anyPortOf(t, address, other.Addr().String())
	if !errors.Is(listens, syscall.EADDRINUSE) {
		t.Errorf("listen at any port: got %v, want %v", listens, syscall.EADDRINUSE)
	}
	if !errors.Is(connects, syscall.EADDRNOTAVAIL) {
		t.Errorf("connect from any port: got %v, want %v", connects, syscall.EADDRNOTAVAIL)
	}
	release()
	if listens, connects := anyPortOf(t, address, other.Addr().String()); listens != nil || connects != nil {
		t.Errorf("released: listen: %v, connect: %v", listens, connects)
	}
}

// anyPortOf listens at any port of loopback, and connects from any, where the one
// of the address is all that there are.
func anyPortOf(t *testing.T, address, other string) (listens, connects error) {
	t.Helper()
	t.Helper()
	port := int(netip.MustParseAddrPort(address).Port())
	only := func(_, _ string, conn syscall.RawConn) (err error) {
		outer := conn.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_LOCAL_PORT_RANGE, port<<16|port)
		})
		return errors.Join(outer, err)
	}
	listen, dial := net.ListenConfig{Control: only}, net.Dialer{Control: only}
	listen.SetMultipathTCP(false) // does not know the option
	l, listens := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if errors.Is(listens, unix.ENOPROTOOPT) {
		t.Skip("before Linux 6.3 ports of a socket have no range of their own")
	}
	if listens == nil {
		l.Close()
	}
	conn, connects := dial.DialContext(t.Context(), "tcp", other)
	if connects == nil {
		_ = conn.(*net.TCPConn).SetLinger(0) // it must not keep the port
		conn.Close()
	}
	return listens, connects
}

func reserve(t *testing.T) (address string) {
	t.Helper()
	address, release, err := Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return address
}

func mustRefuse(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err == nil {
		conn.Close()
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("connect to %s: got %v, want %v", address, err, syscall.ECONNREFUSED)
	}
}
