package push

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestSlowReadersKeepTheirBodies: a server answers before it has read, so the
// push is over and its successors take memory, while net/http still sends. Each
// body has one letter; a server that sees two has got another's chunk.
func TestSlowReadersKeepTheirBodies(t *testing.T) {
	var bodies, mixed atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		_ = control.Flush()
		<-time.After(5 * time.Millisecond) // until others have taken what is free by then
		bodies.Add(1)
		if _, uniform := slowly(r.Body); !uniform {
			mixed.Add(1)
		}
	}))
	server.Listener = narrow{server.Listener}
	server.Start()
	t.Cleanup(server.Close)
	var buffers Buffers
	var gateways Gateways
	for range 3 {
		b := newBench(t, narrowTransport())
		b.URL, b.Buffers = gatewayAt(t, server.URL).URL, &buffers
		b.Budget = NewBudget(16 << 20)
		b.reception.learn(facts{checks: checked}, nil)
		b.run(t)
		gateways = append(gateways, Shards{b.Gateway})
	}
	for round := range 30 {
		pushLetters(gateways, round)
		(&bench{Gateway: gateways.All()[round%3]}).drain(t)
	}
	for _, g := range gateways.All() {
		(&bench{Gateway: g}).drain(t)
		g.Transport.(*http.Transport).CloseIdleConnections()
	}
	wantAllBackSoon(t, &buffers)
	server.Close()
	if bodies.Load() < 100 || mixed.Load() > 0 {
		t.Errorf("got %d of %d bodies with bytes of others", mixed.Load(), bodies.Load())
	}
}

// pushLetters pushes four groups with a letter each.
func pushLetters(gateways Gateways, round int) {
	batch := gateways.Begin(Replace, Origin{})
	for group := range 4 {
		letter := string(rune('a' + (round+group)%26))
		for _, out := range batch.Outputs(groupOf(fmt.Sprint(group))) {
			out.Append([]byte(strings.Repeat(letter, 5*chunkSize+round)), 1)
		}
	}
	batch.Commit()
}

// narrow connections hold little of a body that nobody reads.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	return conn, err
}

func narrowTransport() *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			_ = conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
		}
		return conn, err
	}}
}

// slowly reads in small pieces. It returns how much it got, and whether all
// bytes were the same.
func slowly(r io.Reader) (n int, uniform bool) {
	piece := make([]byte, 8<<10)
	first, uniform := byte(0), true
	for {
		got, err := r.Read(piece)
		if n == 0 && got > 0 {
			first = piece[0]
		}
		uniform = uniform && len(bytes.Trim(piece[:got], string(first))) == 0
		n += got
		if err != nil {
			return n, uniform
		}
	}
}

// TestReaderIsClosedWhileItReads, as HTTP/2 does.
func TestReaderIsClosedWhileItReads(t *testing.T) {
	var buffers Buffers
	for range 50 {
		b := newBody(&buffers, plainText)
		b.Append([]byte(strings.Repeat("x", 3*chunkSize)), 1)
		b.seal()
		r, err := b.reader()
		if err != nil {
			t.Fatal(err)
		}
		b.release()
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, uniform := slowly(r); !uniform {
				t.Error("got bytes of another body")
			}
		})
		r.Close()
		other := newBody(&buffers, plainText)
		other.Append([]byte(strings.Repeat("y", 3*chunkSize)), 1)
		other.release()
		wait.Wait()
	}
	wantAllBack(t, &buffers)
}
