package oracle

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// A door is a server that can go and come back at the same address.
type door struct {
	handler http.Handler
	address string

	mu     sync.Mutex
	server *http.Server // nil while it is shut
	ended  chan struct{}
}

// host is a loopback address that no client has as its own: a port that was
// given up for a while is not taken by a connection meanwhile.
const host = "127.77.0.1"

func newDoor(handler http.Handler) (*door, error) {
	d := &door{handler: handler, address: host + ":0"}
	return d, d.open()
}

// open listens and serves. Open again is nothing.
func (d *door) open() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server != nil {
		return nil
	}
	l, err := net.Listen("tcp", d.address)
	if err != nil {
		return err
	}
	d.address = l.Addr().String()
	server, ended := &http.Server{Handler: d.handler, ReadHeaderTimeout: time.Minute}, make(chan struct{})
	d.server, d.ended = server, ended
	go func() {
		defer close(ended)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // an accept that fails: nothing that the oracle says would be true
		}
	}()
	return nil
}

// shut refuses connections and ends those there are. Handlers under way find
// their contexts cancelled.
func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server == nil {
		return
	}
	_ = d.server.Close() // of the listener
	<-d.ended
	d.server = nil
}
