package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/promferry/promferry/test/bodies"
	"github.com/promferry/promferry/test/proc"
)

// A world is the targets and the gateways.
type world struct {
	options
	body    []byte // of each target
	targets *httptest.Server
	healthy *httptest.Server

	mu     sync.Mutex
	served map[string]time.Time // by target: the begin of its last answer
	delays []time.Duration      // of the pushes to the healthy gateway
}

func newWorld(o options) *world {
	w := &world{options: o, body: bodies.Big(o.series), served: make(map[string]time.Time)}
	w.targets = httptest.NewServer(http.HandlerFunc(w.serveTarget))
	w.healthy = httptest.NewServer(http.HandlerFunc(w.serveHealthy))
	return w
}

func (w *world) close() {
	w.targets.Close()
	w.healthy.Close()
}

func (w *world) serveTarget(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	rw.Header().Set("Content-Length", strconv.Itoa(len(w.body)))
	w.mu.Lock()
	w.served[strings.TrimPrefix(r.URL.Path, "/")] = time.Now()
	w.mu.Unlock()
	_, _ = rw.Write(w.body)
}

func (w *world) serveHealthy(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		http.NotFound(rw, r)
		return
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	_, target, _ := strings.Cut(r.URL.Path, "/instance/")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.delays = append(w.delays, time.Since(w.served[target]))
}

// restart forgets the delays so far.
func (w *world) restart() (delays []time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delays, w.delays = w.delays, nil
	return delays
}

// A gateway is one of the bad ones. It returns its URL.
type gateway func() (url string, end func(), err error)

// dead refuses: nobody listens there.
func dead() (string, func(), error) {
	address, release, err := proc.Reserve()
	return "http://" + address, release, err
}

// hanging reads the requests and never answers.
func hanging() (string, func(), error) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	return s.URL, s.Close, nil
}

// config has the defaults, but for the interval, and for groups that stay as
// they are, as the stop is not measured.
func (w *world) config(gateways []string) []byte {
	var text strings.Builder
	fmt.Fprintf(&text, "global {\n\tscrape_interval = %q\n\ton_shutdown = \"keep\"\n}\n", w.interval)
	for i, url := range gateways {
		fmt.Fprintf(&text, "gateway \"g%d\" {\n\turl = %q\n}\n", i, url)
	}
	text.WriteString("job \"app\" {\n")
	for i := range w.options.targets {
		fmt.Fprintf(&text, "\tstatic_config {\n\t\ttargets = [\"%s/t%d\"]\n\t\tlabels = { instance = \"t%d\" }\n\t}\n", w.targets.URL, i, i)
	}
	text.WriteString("}\n")
	return []byte(text.String())
}
