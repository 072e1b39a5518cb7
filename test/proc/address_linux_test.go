package proc

import (
	"errors"
	"net"
	"syscall"
	"testing"
)

// TestReserve: at a reserved address connections are refused, but while somebody
// listens there, twice in a row.
func TestReserve(t *testing.T) {
	address, release, err := Reserve()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
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
