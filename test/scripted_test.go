package test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/promferry/promferry/test/proc"
)

// A scripted server answers as the test last said.
type scripted struct {
	*httptest.Server
	requests atomic.Int64
	answer   atomic.Value // http.HandlerFunc
}

// startScripted serves until the test ends. Start it before the processes that
// are its clients: then they end first, and with them what hangs here.
func startScripted(t testing.TB, answer http.HandlerFunc) *scripted {
	t.Helper()
	s := newScripted(t, answer)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// newScripted is one that is still to be started, and closed.
func newScripted(t testing.TB, answer http.HandlerFunc) *scripted {
	t.Helper()
	s := new(scripted)
	s.answer.Store(answer)
	s.Server = serverAt(t, proc.Address(t), func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.answer.Load().(http.HandlerFunc)(w, r)
	})
	return s
}

// serverAt is httptest.NewUnstartedServer with an address of the test's own, where
// connections are refused after Close.
func serverAt(t testing.TB, address string, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
}

func (s *scripted) address() string { return s.Listener.Addr().String() }

// exposition answers with a text as exporters do.
func exposition(text string) http.HandlerFunc { return typed("text/plain; version=0.0.4", text) }

func typed(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text)
	}
}

func status(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Error(w, text, code)
	}
}

// hang never answers.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then net/http notices that the client goes
	<-r.Context().Done()
}

// stall sends a part and then nothing.
func stall(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		exposition(text)(w, r)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
}

// raw sends bytes of its own and closes the connection.
func raw(answer string) http.HandlerFunc {
	return onConnection(func(conn net.Conn) { _, _ = io.WriteString(conn, answer) })
}

// rawReset sends bytes of its own and resets the connection.
func rawReset(answer string) http.HandlerFunc {
	return onConnection(func(conn net.Conn) {
		_, _ = io.WriteString(conn, answer)
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
}

func onConnection(do func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		do(conn)
	}
}
