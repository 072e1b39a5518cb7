package scrape

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestHTTPRequest(t *testing.T) {
	var got http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		serveText(w, r)
	})
	s := newHTTP(t, server.URL)
	s.Timeout = 62500 * time.Millisecond
	s.UserAgent = "promferry/1.0"
	checkText(t, s, sample)
	want := http.Header{
		"Accept": {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.7," +
			"application/openmetrics-text;version=0.0.1;q=0.6," +
			"text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5," +
			"text/plain;version=0.0.4;q=0.4,*/*;q=0.3"},
		"Accept-Encoding":                     {"identity"},
		"User-Agent":                          {"promferry/1.0"},
		"X-Prometheus-Scrape-Timeout-Seconds": {"62.5"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s.Compress = true
	checkText(t, s, sample)
	if got := got.Get("Accept-Encoding"); got != "gzip" {
		t.Errorf("got Accept-Encoding %q, want gzip", got)
	}
}

func TestHTTPExposition(t *testing.T) {
	_, exposition, err := scrapeAll(t, newHTTP(t, serve(t, serveText).URL))
	if err != nil {
		t.Fatal(err)
	}
	if exposition.MediaType != MediaTypeText || exposition.Unframed || exposition.Where != nil {
		t.Errorf("got %+v, want framed text", exposition)
	}
}

// Faults T13 and T14: nothing but 200 is an exposition, and what comes with
// it is not read.
func TestHTTPStatus(t *testing.T) {
	for _, status := range []string{
		"204 No Content", "206 Partial Content", "304 Not Modified", "401 Unauthorized",
		"403 Forbidden", "404 Not Found", "500 Internal Server Error", "503 Service Unavailable",
	} {
		u := serveRaw(t, answer("HTTP/1.1 "+status+"\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"))
		_, err := newHTTP(t, u).Scrape(t.Context())
		checkFailure(t, err, ReasonStatus, "scrape "+u+": server returned HTTP status "+status)
	}
}

func TestHTTPStatusBodyIsNotRead(t *testing.T) {
	closed := make(chan struct{})
	u := serveRaw(t, func(conn net.Conn) {
		answer("HTTP/1.1 404 Not Found\r\n\r\n")(conn)
		flood(conn, strings.Repeat("x", 64<<10))
		close(closed)
	})
	_, err := newHTTP(t, u).Scrape(t.Context())
	checkFailure(t, err, ReasonStatus, "404")
	<-closed
}

func TestHTTPStatusTextIsSafe(t *testing.T) {
	u := serveRaw(t, answer("HTTP/1.1 500 \x1b[31mred\a\xff"+strings.Repeat("x", 10_000)+"\r\n\r\n"))
	_, err := newHTTP(t, u).Scrape(t.Context())
	checkFailure(t, err, ReasonStatus, "500  [31mred")
	if len(err.Error()) > 700 || strings.ContainsAny(err.Error(), "\x1b\a\n") || !utf8.ValidString(err.Error()) {
		t.Errorf("got %q, want it printable and short", err)
	}
}

// Fault T11: Prometheus takes an empty body for an empty exposition, whatever
// its Content-Type.
func TestHTTPEmptyBody(t *testing.T) {
	for _, head := range []string{
		"Content-Length: 0\r\n",
		"Content-Length: 0\r\nContent-Type: text/html\r\n",
		"Transfer-Encoding: chunked\r\n",
		"Connection: close\r\n",
	} {
		response := "HTTP/1.1 200 OK\r\n" + head + "\r\n"
		if strings.Contains(head, "chunked") {
			response += "0\r\n\r\n"
		}
		body, exposition, err := scrapeAll(t, newHTTP(t, serveRaw(t, answer(response))))
		if err != nil {
			t.Errorf("%q: %v", head, err)
			continue
		}
		if body != "" || exposition.MediaType != "" {
			t.Errorf("%q: got %q of type %q, want nothing", head, body, exposition.MediaType)
		}
	}
}

// Fault T12.
func TestHTTPLoginPage(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<html>Log in</html>")
	})
	s := newHTTP(t, server.URL+"/metrics")
	_, err := s.Scrape(t.Context())
	checkFailure(t, err, ReasonContentType, "scrape "+server.URL+`/metrics: Content-Type "text/html; charset=utf-8" `+
		`is not a metrics format; set fallback_scrape_protocol = "PrometheusText0.0.4" if the body is one`)

	s.FallbackMediaType = MediaTypeText
	_, exposition, err := scrapeAll(t, s)
	if err != nil || exposition.MediaType != MediaTypeText {
		t.Errorf("got %v, %v, want the fallback: the parser refuses it", exposition, err)
	}
}

// The body of protobuf is no text: it arrives as it is.
func TestHTTPProtobuf(t *testing.T) {
	const messages = "\x05\n\x03a\r\n\x00\xff"
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited")
		io.WriteString(w, messages)
	})
	body, exposition, err := scrapeAll(t, newHTTP(t, server.URL))
	if err != nil || body != messages || exposition.MediaType != MediaTypeProtobuf {
		t.Errorf("got %q, %+v, %v, want %q as protobuf", body, exposition, err, messages)
	}
}

// Fault T9.
func TestHTTPUnframed(t *testing.T) {
	check := func(response string, want bool) {
		t.Helper()
		body, exposition, err := scrapeAll(t, newHTTP(t, serveRaw(t, answer(response))))
		if err != nil {
			t.Fatal(err)
		}
		if body != sample || exposition.Unframed != want {
			t.Errorf("got %q, unframed %v, want %q, %v", body, exposition.Unframed, sample, want)
		}
	}
	const text = "Content-Type: text/plain\r\n"
	check("HTTP/1.0 200 OK\r\n"+text+"\r\n"+sample, true)
	check("HTTP/1.1 200 OK\r\nConnection: close\r\n"+text+"\r\n"+sample, true)
	check("HTTP/1.0 200 OK\r\nContent-Length: 17\r\n"+text+"\r\n"+sample, false)
	check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"+text+"\r\n11\r\n"+sample+"\r\n0\r\n\r\n", false)
	check("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n"+text+"\r\n"+compress(t, sample), false)
}

// A body read to its end gives its connection back, unless the machine is so busy
// that net/http gives that up; one that was not read to its end does not.
func TestHTTPKeepsConnections(t *testing.T) {
	var connections atomic.Int32
	large := strings.Repeat(sample, 10_000) // more than is read ahead
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, large)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	s := newHTTP(t, server.URL)
	for range 5 {
		checkText(t, s, large)
	}
	if got := connections.Load(); got == 5 {
		t.Error("got 5 connections for as many bodies, want one for all")
	}
	exposition, err := s.Scrape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := exposition.Body.Close(); err != nil {
		t.Error(err)
	}
	before := connections.Load()
	checkText(t, s, large)
	if got := connections.Load(); got != before+1 {
		t.Errorf("got %d connections more, want a new one", got-before)
	}
}

// Fault T36: a server that closes a kept connection is not down.
func TestHTTPKeptConnectionClosed(t *testing.T) {
	var connections atomic.Int32
	u := serveRaw(t, func(conn net.Conn) {
		connections.Add(1)
		answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n" + sample)(conn)
		readRequest(conn) // the next one has no answer
	})
	s := newHTTP(t, u)
	for range 4 {
		checkText(t, s, sample)
	}
	if got := connections.Load(); got != 4 {
		t.Errorf("got %d connections, want 4", got)
	}
}

// Fault T39: what follows an answer is not the next answer.
func TestHTTPSecondAnswerIsDropped(t *testing.T) {
	log.SetOutput(io.Discard) // net/http says so there, and nowhere else
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	closed := make(chan struct{}, 2)
	var connections atomic.Int32
	u := serveRaw(t, func(conn net.Conn) {
		defer func() { closed <- struct{}{} }()
		const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n"
		response := head + sample
		if connections.Add(1) == 1 {
			response += head + "smuggled_value 1\n"
		}
		answer(response)(conn)
		untilClosed(conn)
	})
	s := newHTTP(t, u)
	checkText(t, s, sample)
	<-closed
	checkText(t, s, sample)
}

// Fault T21.
func TestHTTPHeaderLimit(t *testing.T) {
	large := "HTTP/1.1 200 OK\r\nX-Large: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"
	_, err := newHTTPWith(t, serveRaw(t, answer(large)), credentials()).Scrape(t.Context())
	checkFailure(t, err, ReasonRead, "65536 bytes")

	u := serveRaw(t, func(conn net.Conn) {
		answer("")(conn)
		flood(conn, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
	})
	_, err = newHTTP(t, u).Scrape(t.Context())
	checkFailure(t, err, ReasonRead)

	many := "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Many: 1\r\n", 1000) +
		"Content-Type: text/plain\r\nContent-Length: 17\r\n\r\n" + sample
	checkText(t, newHTTP(t, serveRaw(t, answer(many))), sample)
}

func TestPlainRequestToATLSServerIsExplained(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(serveText))
	t.Cleanup(server.Close)
	_, err := newHTTP(t, strings.Replace(server.URL, "https:", "http:", 1)).Scrape(t.Context())
	var status *StatusError
	if !errors.As(err, &status) || !status.WantsTLS || !strings.Contains(err.Error(), "write https:// in front of the target") {
		t.Errorf("got %v, want one that says what to do", err)
	}
}
