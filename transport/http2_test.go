package transport

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	promconfig "github.com/prometheus/common/config"
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
