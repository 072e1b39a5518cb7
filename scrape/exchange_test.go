package scrape

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/test/proc"
	"github.com/promferry/promferry/transport"
)

// Fault T1.
func TestConnectionRefused(t *testing.T) {
	u := "http://" + proc.Address(t) + "/metrics"
	_, err := newHTTP(t, u).Scrape(t.Context())
	checkFailure(t, err, ReasonConnect, "scrape "+u+": dial tcp", "connection refused")
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want ECONNREFUSED in its chain", err)
	}
}

func TestTimeout(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
	for name, handle := range map[string]func(net.Conn){
		"no answer (T2)":      untilClosed,
		"half a head":         func(conn net.Conn) { answer("HTTP/1.1 200 OK\r\n")(conn); untilClosed(conn) },
		"no body (T4)":        func(conn net.Conn) { answer(head)(conn); untilClosed(conn) },
		"stalled body (T4)":   func(conn net.Conn) { answer(head + sample)(conn); untilClosed(conn) },
		"stalled gzip":        func(conn net.Conn) { answer(respond("gzip", compress(t, sample))[:100])(conn); untilClosed(conn) },
		"never-ending (T5)":   func(conn net.Conn) { answer(head)(conn); flood(conn, sample) },
		"never-ending 1xx":    func(conn net.Conn) { answer("HTTP/1.1 100 Continue\r\n\r\n")(conn); untilClosed(conn) },
		"redirect to silence": redirectTo(serveRaw(t, untilClosed)),
	} {
		t.Run(name, func(t *testing.T) {
			s := newHTTP(t, serveRaw(t, handle))
			s.Timeout = short
			start := time.Now()
			_, _, err := scrapeAll(t, s)
			checkFailure(t, err, ReasonTimeout, "no whole answer within the scrape_timeout of 80ms")
			if took := time.Since(start); took < short { // were it not to end, neither would the test
				t.Errorf("took %v, want %v", took, short)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want DeadlineExceeded in its chain", err)
			}
		})
	}
}

func redirectTo(location string) func(net.Conn) {
	return answer("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n")
}

func TestCallersDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), short)
	defer cancel()
	_, err := newHTTP(t, serveRaw(t, untilClosed)).Scrape(ctx)
	checkFailure(t, err, ReasonTimeout, "context deadline exceeded")
}

// A shutdown is no fault of the target, also where the caller's context has a
// cause of its own.
func TestCancelled(t *testing.T) {
	asked := make(chan struct{}, 1)
	u := serveRaw(t, func(conn net.Conn) {
		readRequest(conn)
		asked <- struct{}{}
		untilClosed(conn)
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	go func() {
		<-asked
		cancel(errors.New("another job failed"))
	}()
	_, err := newHTTP(t, u).Scrape(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled in its chain", err)
	}
}

func TestTransportReasons(t *testing.T) {
	for want, cause := range map[Reason]error{
		ReasonDNS:     &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "host.invalid"}},
		ReasonConnect: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")},
		ReasonTimeout: &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded},
		ReasonProxy:   &transport.Error{Reason: transport.ReasonProxy, Err: errors.New("refused")},
		ReasonRead:    io.ErrUnexpectedEOF,
	} {
		dial := func(context.Context, string, string) (net.Conn, error) { return nil, cause }
		s := &HTTP{
			URL:    parseURL(t, "http://host.invalid/"),
			Client: &http.Client{Transport: &http.Transport{DialContext: dial}},
		}
		_, err := s.Scrape(t.Context())
		checkFailure(t, err, want, "scrape http://host.invalid/: ")
		if !errors.Is(err, cause) {
			t.Errorf("got %v, want %v in its chain", err, cause)
		}
	}
}

// Fault T37, in so far as it needs no certificates of its own.
func TestTLSReasons(t *testing.T) {
	check := func(name string, server *tls.Config, client promconfig.TLSConfig) {
		t.Run(name, func(t *testing.T) {
			target := httptest.NewUnstartedServer(http.HandlerFunc(serveText))
			target.TLS = server
			target.Config.ErrorLog = log.New(io.Discard, "", 0)
			target.StartTLS()
			defer target.Close()
			_, err := newHTTPWith(t, target.URL, promconfig.HTTPClientConfig{TLSConfig: client}).Scrape(t.Context())
			checkFailure(t, err, ReasonTLS, "scrape "+target.URL+": ")
		})
	}
	insecure := promconfig.TLSConfig{InsecureSkipVerify: true}
	check("unknown CA", nil, promconfig.TLSConfig{})
	check("no common version", &tls.Config{MaxVersion: tls.VersionTLS11}, insecure)
	check("client certificate wanted", &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, insecure)

	plain := serve(t, serveText)
	_, err := newHTTP(t, strings.Replace(plain.URL, "http:", "https:", 1)).Scrape(t.Context())
	checkFailure(t, err, ReasonTLS, "HTTP response to HTTPS client")
}

// Promise P8: the secrets of a job are in none of its errors.
func TestErrorsHaveNoSecrets(t *testing.T) {
	const canary = "canary-f9"
	echo := func(format string) func(net.Conn) {
		return answer(strings.ReplaceAll(format, "SECRET", "/?token="+canary))
	}
	for name, handle := range map[string]func(net.Conn){
		"status":       answer("HTTP/1.1 403 Forbidden\r\n\r\n"),
		"type":         answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
		"limit":        answer(respond("", strings.Repeat(sample, 10))),
		"cut":          answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n\r\n"),
		"gzip":         answer(respond("gzip", "x")),
		"hang up":      answer(""),
		"garbage":      answer("garbage\r\n\r\n"),
		"silence":      untilClosed,
		"bad Location": echo("HTTP/1.1 302 Found\r\nLocation: http://[SECRET\r\n\r\n"),
		"file":         echo("HTTP/1.1 302 Found\r\nLocation: file://SECRET\r\n\r\n"),
		"loop":         echo("HTTP/1.1 302 Found\r\nLocation: SECRET\r\nContent-Length: 0\r\n\r\n"),
		"refused":      echo("HTTP/1.1 302 Found\r\nLocation: http://" + proc.Address(t) + "SECRET\r\nContent-Length: 0\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			u := strings.Replace(serveRaw(t, handle), "http://", "http://user:"+canary+"@", 1)
			cfg := promconfig.DefaultHTTPClientConfig
			cfg.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{
				"X-Api-Key": {Secrets: []promconfig.Secret{canary}},
			}}
			s := newHTTPWith(t, u+"?module=if_mib&token="+canary, cfg)
			s.Timeout, s.MaxBytes = short, 20
			if name == "loop" || name == "refused" {
				s.Timeout = long
			}
			_, _, err := scrapeAll(t, s)
			if err == nil || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "user") {
				t.Errorf("got %v, want an error without secrets", err)
			}
			if !strings.Contains(err.Error(), "/metrics?…: ") {
				t.Errorf("got %v, want the path and no query", err)
			}
		})
	}
}
