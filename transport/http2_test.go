package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/test/certs"
)

// Fault G25: a server that sends GOAWAY in the midst of requests, and one that
// takes one request at a time, lose none.
func TestHTTP2GoAway(t *testing.T) {
	for name, streams := range map[string]int{"many streams": 0, "one stream": 1} {
		t.Run(name, func(t *testing.T) {
			var requests, stored atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor != 2 {
					t.Errorf("got %s, want HTTP/2", r.Proto)
				}
				if requests.Add(1)%5 == 0 {
					w.Header().Set("Connection", "close") // over HTTP/2, net/http makes GOAWAY of it
				}
				if body, err := io.ReadAll(r.Body); err == nil && string(body) == "body" {
					stored.Add(1)
				}
			}))
			server.EnableHTTP2 = true
			server.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: streams}
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			t.Cleanup(server.Close)
			transport := newTransport(t, promconfig.HTTPClientConfig{EnableHTTP2: true, TLSConfig: promconfig.TLSConfig{InsecureSkipVerify: true}})

			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					for range 25 {
						put(t, transport, server.URL)
					}
				})
			}
			group.Wait()
			if got := stored.Load(); got < 8*25 {
				t.Errorf("%d bodies arrived, want %d", got, 8*25)
			}
		})
	}
}

func put(t *testing.T, over http.RoundTripper, u string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, u, bytes.NewReader([]byte("body"))) // with GetBody
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := over.RoundTrip(req)
	if err != nil {
		t.Errorf("got %v, want every request answered", err)
		return
	}
	resp.Body.Close()
}

func TestHTTP2CanBeOff(t *testing.T) {
	server := serveTLS(t, &tls.Config{}, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) })
	check := func(enable bool, want string) {
		t.Helper()
		cfg := promconfig.HTTPClientConfig{EnableHTTP2: enable, TLSConfig: promconfig.TLSConfig{InsecureSkipVerify: true}}
		checkAnswer(t, newTransport(t, cfg), server.URL, want)
	}
	check(true, "HTTP/2.0")
	check(false, "HTTP/1.1")
}

// pipeListener has connections in memory, from all addresses.
type pipeListener struct {
	accepted chan net.Conn
	closed   chan struct{}

	mu    sync.Mutex
	dials map[string]int // by address
}

// servePipes starts a server of HTTP/2 that lives as long as t.
func servePipes(t *testing.T, handler http.HandlerFunc) *pipeListener {
	l := &pipeListener{accepted: make(chan net.Conn), closed: make(chan struct{}), dials: make(map[string]int)}
	server := &http.Server{Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certs.New().Server()}}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.ServeTLS(l, "", ""); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("got %v, want a server until the end", err)
		}
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return l
}

func (l *pipeListener) dial(_ context.Context, _, address string) (net.Conn, error) {
	l.mu.Lock()
	l.dials[address]++
	l.mu.Unlock()
	client, server := net.Pipe()
	l.accepted <- server
	return client, nil
}

func (l *pipeListener) dialled(address string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dials[address]
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

// A server that is slow for as long as anyone waits does not cost the others
// their connections, nor its own; where nobody else is heard, it does.
func TestHTTP2SlowServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Bool
		server := servePipes(t, func(w http.ResponseWriter, r *http.Request) {
			if slow.Load() && r.Host == "slow" {
				<-r.Context().Done()
			}
		})
		n := &network{http2: true, proxy: newProxy(promconfig.ProxyConfig{}), dial: server.dial}
		n.tls.InsecureSkipVerify = true
		transport := &observer{n}
		defer transport.CloseIdleConnections()
		timeOut := func() {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://slow/", nil)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := transport.RoundTrip(req); !isTimeout(err) {
				t.Errorf("got %v, want a timeout", err)
			}
		}
		check := func(name string, want int) {
			t.Helper()
			checkAnswer(t, transport, "https://"+name+"/", "")
			if got := server.dialled(name + ":443"); got != want {
				t.Errorf("%s: got %d connections, want %d", name, got, want)
			}
		}
		check("slow", 1)
		check("fast", 1)
		slow.Store(true)
		for range 4 {
			var group sync.WaitGroup
			group.Go(timeOut)
			<-time.After(5 * time.Second)
			check("fast", 1)
			group.Wait()
		}
		slow.Store(false)
		check("slow", 1)
		slow.Store(true)
		timeOut()
		check("fast", 2)
	})
}
