package scrape

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _, _ Source = (*HTTP)(nil), (*Files)(nil)

const (
	sample = "up_and_running 1\n"
	// long is for what must not time out, short for what must.
	long, short = time.Minute, 80 * time.Millisecond
)

// newHTTP scrapes u with the client of a job that sets nothing.
func newHTTP(t testing.TB, u string) *HTTP {
	t.Helper()
	return newHTTPWith(t, u, promconfig.DefaultHTTPClientConfig)
}

func newHTTPWith(t testing.TB, u string, cfg promconfig.HTTPClientConfig) *HTTP {
	t.Helper()
	client := NewClient(cfg, "")
	t.Cleanup(client.CloseIdleConnections)
	return &HTTP{URL: parseURL(t, u), Client: client, Timeout: long}
}

func parseURL(t testing.TB, u string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// serve is an HTTP server that lives as long as t.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// serveText answers with sample as a metrics format.
func serveText(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	io.WriteString(w, sample)
}

// serveRaw gives each connection to handle, in a goroutine of its own, and
// closes it afterwards or when t ends. It returns the server's URL.
func serveRaw(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		open    []net.Conn
	)
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			running.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, conn := range open {
			conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return "http://" + listener.Addr().String() + "/metrics"
}

// answer writes response to a connection's first request.
func answer(response string) func(net.Conn) {
	return func(conn net.Conn) {
		if readRequest(conn) {
			io.WriteString(conn, response)
		}
	}
}

func readRequest(conn net.Conn) bool {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	return err == nil && req.Method == http.MethodGet
}

// untilClosed waits for the other end.
func untilClosed(conn net.Conn) { io.Copy(io.Discard, conn) }

// flood writes chunk until the other end closes.
func flood(conn net.Conn, chunk string) {
	for {
		if _, err := io.WriteString(conn, chunk); err != nil {
			return
		}
	}
}

// scrapeAll is what a caller does with a source.
func scrapeAll(t testing.TB, s Source) (string, *Exposition, error) {
	t.Helper()
	exposition, err := s.Scrape(t.Context())
	if err != nil {
		return "", nil, err
	}
	body, err := io.ReadAll(exposition.Body)
	if closeErr := exposition.Body.Close(); closeErr != nil {
		t.Errorf("close: %v", closeErr)
	}
	return string(body), exposition, err
}

// checkText expects a whole scrape of want.
func checkText(t testing.TB, s Source, want string) {
	t.Helper()
	got, _, err := scrapeAll(t, s)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// checkFailure expects an *Error with reason and each of texts.
func checkFailure(t testing.TB, err error, reason Reason, texts ...string) {
	t.Helper()
	if _, ok := err.(*Error); !ok {
		t.Fatalf("got %T %v, want *Error with reason %q", err, err, reason)
	}
	if got := ReasonOf(err); got != reason {
		t.Errorf("got reason %q, want %q: %v", got, reason, err)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got error %q, want %q in it", err, text)
		}
	}
	if got := strings.Count(err.Error(), "scrape "); got != 1 {
		t.Errorf("got %d times %q in %q, want once", got, "scrape ", err)
	}
}
