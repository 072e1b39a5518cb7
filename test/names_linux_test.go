package test

import (
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// A zone is a name server: names that it does not know do not exist; broken.
// it cannot tell, and for silent. it has no answer at all.
type zone struct {
	mu    sync.Mutex
	names map[string][2]string // A and AAAA
}

// serveNames answers at port 53 until the test ends.
func (n *netns) serveNames(t *testing.T) *zone {
	t.Helper()
	z := &zone{names: make(map[string][2]string)}
	var conn net.PacketConn
	err := n.on(func() (err error) {
		conn, err = net.ListenPacket("udp", "127.0.0.1:53")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		z.serve(conn)
	}()
	t.Cleanup(func() {
		conn.Close()
		<-ended
	})
	return z
}

// set says a name's addresses; "" is none.
func (z *zone) set(name, a, aaaa string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.names[name] = [2]string{a, aaaa}
}

func (z *zone) serve(conn net.PacketConn) {
	query := make([]byte, 512)
	for {
		size, from, err := conn.ReadFrom(query)
		if err != nil {
			return
		}
		if answer := z.answer(query[:size]); answer != nil {
			_, _ = conn.WriteTo(answer, from)
		}
	}
}

// answer makes a message (RFC 1035, 4) of a query with one question.
func (z *zone) answer(query []byte) []byte {
	const headerLength = 12
	name, end := "", headerLength
	for query[end] != 0 {
		name += string(query[end+1:end+1+int(query[end])]) + "."
		end += 1 + int(query[end])
	}
	kind := query[end+2]
	code, address := z.lookup(name, kind)
	if strings.HasPrefix(name, "silent.") {
		return nil
	}
	answer := append(append([]byte{}, query[:2]...), 0x84, code, 0, 1, 0, 0, 0, 0, 0, 0) // of authority, one question
	answer = append(answer, query[headerLength:end+5]...)
	if address != "" {
		answer[7] = 1
		data := netip.MustParseAddr(address).AsSlice()
		answer = append(answer, 0xc0, headerLength, 0, kind) // the name of the question
		answer = append(answer, 0, 1, 0, 0, 0, 1, 0, byte(len(data)))
		answer = append(answer, data...)
	}
	return answer
}

// lookup returns the response code: 0 with or without an address, 2 for a
// failure, 3 for no such name.
func (z *zone) lookup(name string, kind byte) (code byte, address string) {
	const a, aaaa = 1, 28
	z.mu.Lock()
	defer z.mu.Unlock()
	known, found := z.names[name]
	switch {
	case strings.HasPrefix(name, "broken."):
		return 2, ""
	case !found:
		return 3, ""
	case kind == a:
		return 0, known[0]
	case kind == aaaa:
		return 0, known[1]
	}
	return 0, ""
}
