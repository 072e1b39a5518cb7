package oracle

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Fault is a way to go wrong.
type Fault string

// What targets and gateways have in common.
const (
	None   Fault = ""
	Refuse Fault = "refuse" // nothing listens
	Hang   Fault = "hang"   // no answer
	Slow   Fault = "slow"   // an answer, late
	Reset  Fault = "reset"  // the connection
	Error  Fault = "500"
)

// A trouble is the fault that something has now, and until when.
type trouble struct {
	mu    sync.Mutex
	fault Fault
	until time.Time
}

// begin replaces what was.
func (t *trouble) begin(f Fault, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fault, t.until = f, until
}

func (t *trouble) now() Fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().After(t.until) {
		return None
	}
	return t.fault
}

// hang reads the request, or net/http would not notice that the client goes.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// delay is false where the client went before.
func delay(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// reset sends bytes of its own and resets the connection.
func reset(w http.ResponseWriter, answer string) {
	takeOver(w, func(conn net.Conn) {
		_, _ = io.WriteString(conn, answer)
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
}

// takeOver gives a handler the connection, which is closed after it.
func takeOver(w http.ResponseWriter, do func(net.Conn)) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return // the server is being shut
	}
	defer conn.Close()
	do(conn)
}
