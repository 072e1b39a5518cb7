package push

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push/internal/answers"
	"github.com/promferry/promferry/test/proc"
	"github.com/promferry/promferry/transport"
)

const testPath = "/metrics/job/j/instance/i"

// gatewayAt returns a Gateway for a server of the test.
func gatewayAt(t testing.TB, rawURL string) *Gateway {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	over := &http.Transport{}
	t.Cleanup(over.CloseIdleConnections)
	return &Gateway{Name: "gw", URL: u, Transport: over, Budget: NewBudget(1 << 20), Timeout: time.Minute}
}

// serve starts a server with that handler.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// serveRaw starts a server that gives each connection to handle, and closes it
// then.
func serveRaw(t testing.TB, handle func(*net.TCPConn)) string {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.AcceptTCP()
			if err != nil {
				return
			}
			handle(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

// wantError checks an error's text for parts; "!" before one: not in it. The
// text is always one line with the request in front.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", parts)
	}
	text := err.Error()
	for _, part := range parts {
		unwanted, not := strings.CutPrefix(part, "!")
		if strings.Contains(text, unwanted) == not {
			t.Errorf("got %q, want %q", text, part)
		}
	}
	if strings.ContainsAny(text, "\n\r\x1b\x00") || !strings.HasPrefix(text, "put http://") || !strings.Contains(text, testPath) {
		t.Errorf("got %q, want one line with method and URL", text)
	}
}

func TestOnly200And202AreSuccess(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var code int
		fmt.Sscan(r.Header.Get("X-Code"), &code)
		w.WriteHeader(code)
	})
	for _, code := range []int{200, 201, 202, 203, 204, 206, 300, 304, 400, 401, 403, 404, 405, 413, 429, 431, 500, 502, 503} {
		g := gatewayAt(t, server.URL)
		g.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			r.Header.Set("X-Code", fmt.Sprint(code))
			return server.Client().Transport.RoundTrip(r)
		})
		err := g.do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 0))
		if code == 200 || code == 202 {
			if err != nil {
				t.Errorf("%d: got %v, want success", code, err)
			}
			continue
		}
		wantError(t, err, fmt.Sprintf("status %d, want 200 or 202", code))
		var status *StatusError
		if !errors.As(err, &status) || status.Code != code || status.inconsistent {
			t.Errorf("%d: got %#v, want a StatusError with the code", code, status)
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	hits := make(chan string, 100)
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { hits <- r.Method })
	host := strings.TrimPrefix(other.URL, "http://")
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://user:password@"+host+"/new%2Fplace?token=secret#part")
			w.WriteHeader(code)
		})
		g := gatewayAt(t, server.URL)
		for _, method := range []string{http.MethodPut, http.MethodPost, http.MethodDelete} {
			if err := g.do(t.Context(), method, testPath, nil); err == nil {
				t.Errorf("%s, %d: got no error, want one", method, code)
			}
		}
		err := g.do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 0))
		wantError(t, err, fmt.Sprint("status ", code), host+"/new%2Fplace", "!user", "!password", "!secret", "!part")
	}
	if len(hits) != 0 {
		t.Errorf("got %d requests behind the redirect, want none", len(hits))
	}
}

func TestRedirectWithHostileLocation(t *testing.T) {
	for _, location := range []string{"", "%zz", "http://user:secret@host/%zz", "mailto:user:secret@host", "/\x1b[31m", "/" + strings.Repeat("a", 1<<16)} {
		var g Gateway
		g.URL = &url.URL{Scheme: "http", Host: "gateway.example"}
		g.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			resp := answer(http.StatusTemporaryRedirect, "")
			resp.Request = r
			resp.Header.Set("Location", location)
			return resp, nil
		})
		err := g.do(t.Context(), http.MethodPut, testPath, nil)
		wantError(t, err, "status 307", "!secret")
		if len(err.Error()) > 2*answers.BodyLimit {
			t.Errorf("got an error of %d bytes, want a short one", len(err.Error()))
		}
	}
}

func TestConnectionFailures(t *testing.T) {
	check := func(name, rawURL, reasonWant string, parts ...string) {
		t.Helper()
		g := gatewayAt(t, rawURL)
		g.Timeout = 100 * time.Millisecond
		if name != "hang" {
			g.Timeout = time.Minute
		}
		err := g.do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 0))
		wantError(t, err, append(parts, "!Put")...)
		if got := reason(err); got != reasonWant {
			t.Errorf("%s: got reason %q of %v, want %q", name, got, err, reasonWant)
		}
	}
	check("refused", "http://"+proc.Address(t), "connect", "connection refused")
	check("no such host", "http://gateway.invalid:9091", "dns", "gateway.invalid")
	check("hang", serveRaw(t, func(conn *net.TCPConn) { _, _ = io.Copy(io.Discard, conn) }), "timeout", "no answer within ")
	check("closed", serveRaw(t, readHead), "connection")
	check("reset", serveRaw(t, func(conn *net.TCPConn) {
		readHead(conn)
		_ = conn.SetLinger(0)
	}), "connection")
	check("no HTTP", serveRaw(t, func(conn *net.TCPConn) {
		readHead(conn)
		_, _ = conn.Write([]byte("SSH-2.0-OpenSSH\r\n\r\n"))
	}), "connection", "malformed HTTP response")
}

// readHead reads something of a request.
func readHead(conn *net.TCPConn) { _, _ = conn.Read(make([]byte, 4096)) }

func TestGatewayThatReadsNothingTimesOut(t *testing.T) {
	release := make(chan struct{})
	g := gatewayAt(t, serveRaw(t, func(*net.TCPConn) { <-release }))
	defer close(release)
	g.Timeout = 100 * time.Millisecond
	err := g.do(t.Context(), http.MethodPut, testPath, bodyOf(strings.Repeat("x", 32<<20), 0))
	if wantError(t, err); reason(err) != "timeout" {
		t.Errorf("got %v, want a timeout", err)
	}
}

func TestGatewayTriesDeadConnectionAgain(t *testing.T) {
	var connections atomic.Int32
	g := gatewayAt(t, serveRaw(t, func(conn *net.TCPConn) {
		connections.Add(1)
		readHead(conn)
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
		readHead(conn) // and no answer to the second request
	}))
	for range 2 {
		if err := g.do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 0)); err != nil {
			t.Errorf("got %v, want success", err)
		}
	}
	if got := connections.Load(); got != 2 {
		t.Errorf("got %d connections, want 2", got)
	}
}

func TestStatusCountsWhereAnswerIsCut(t *testing.T) {
	check := func(head string) error {
		t.Helper()
		g := gatewayAt(t, serveRaw(t, func(conn *net.TCPConn) {
			readHead(conn)
			_, _ = conn.Write([]byte(head))
			_ = conn.CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		}))
		return g.do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 0))
	}
	if err := check("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"); err != nil {
		t.Errorf("got %v, want success: the gateway has stored it", err)
	}
	wantError(t, check("HTTP/1.1 500 Oh\r\nContent-Length: 10\r\n\r\nab"), `status 500, want 200 or 202: "ab"`)
	wantError(t, check("HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\nzz"), "status 500, want 200 or 202")
}

func TestEndlessAnswerEnds(t *testing.T) {
	for _, code := range []int{http.StatusOK, http.StatusBadRequest} {
		ended := make(chan int, 1)
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			n := 0
			for {
				written, err := w.Write([]byte(strings.Repeat("x", 1<<10)))
				if n += written; err != nil {
					ended <- n
					return
				}
			}
		})
		err := gatewayAt(t, server.URL).do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 0))
		<-ended // by the close of the connection
		if code == http.StatusOK {
			if err != nil {
				t.Errorf("got %v, want success", err)
			}
			continue
		}
		wantError(t, err, "status 400", strings.Repeat("x", answers.BodyLimit), "!"+strings.Repeat("x", answers.BodyLimit+1))
	}
}

func TestErrorBodyIsShownInOneLine(t *testing.T) {
	check := func(body, want string) {
		t.Helper()
		g := gatewayAt(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, body)
		}).URL)
		err := g.do(t.Context(), http.MethodPut, testPath, nil)
		wantError(t, err, "want 200 or 202"+want)
		if !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %q, want it to end in %q", err, want)
		}
	}
	check("", "")
	check(" \n\n ", "")
	check("\x1b[31mred\x1b[0m\r\nsecond\n\tthird\n", `: "[31mred [0m second third"`)
	check("\x00\x01\xff\xfe\u202eabc\u2028d", `: "? abc d"`)
	check(`<html lang="en">`, `: "<html lang=\"en\">"`)
	check(strings.Repeat("a", answers.BodyLimit-1)+"é", `: "`+strings.Repeat("a", answers.BodyLimit-1)+`?"`) // cut in a rune
}

func TestRequestAsSent(t *testing.T) {
	type request struct {
		method, uri, contentType, encoding, body string
		length                                   int64
		chunked                                  bool
	}
	var got request
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h := r.Header
		got = request{r.Method, r.RequestURI, h.Get("Content-Type"), h.Get("Content-Encoding"), string(body), r.ContentLength, r.TransferEncoding != nil}
	})
	check := func(prefix, method, body string, want request) {
		t.Helper()
		if err := gatewayAt(t, server.URL+prefix).do(t.Context(), method, testPath, bodyOf(body, 0)); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	const text = "text/plain; version=0.0.4; charset=utf-8"
	check("", "PUT", "a 1\n", request{"PUT", testPath, text, "", "a 1\n", 4, false})
	check("/", "POST", "a 1\n", request{"POST", testPath, text, "", "a 1\n", 4, false})
	check("", "PUT", "", request{"PUT", testPath, text, "", "", 0, false})
	check("", "DELETE", "", request{"DELETE", testPath, "", "", "", 0, false})
	check("/prefix", "PUT", "", request{"PUT", "/prefix" + testPath, text, "", "", 0, false})
	check("/a/b%2Fc//", "PUT", "", request{"PUT", "/a/b%2Fc" + testPath, text, "", "", 0, false})
	check("?q=1#f", "PUT", "", request{"PUT", testPath, text, "", "", 0, false})
}

func TestEncodedPathIsSentAsItIs(t *testing.T) {
	var got string
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI })
	path, err := GroupPath(convert.LabelsOf(map[string]string{"job": "a/b c", "instance": "[::1]:9100"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := gatewayAt(t, server.URL).do(t.Context(), http.MethodPut, path, nil); err != nil {
		t.Fatal(err)
	}
	if got != path {
		t.Errorf("got %q, want %q", got, path)
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	transport, err := promconfig.NewRoundTripperFromConfig(promconfig.HTTPClientConfig{
		BasicAuth: &promconfig.BasicAuth{Username: "alice", Password: "wonderland"},
	}, "gw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup((&http.Client{Transport: transport}).CloseIdleConnections)
	var user, password string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	})
	put := func(address string) error {
		g := gatewayAt(t, "http://bob:builder@"+address+"?key=hunter2")
		g.Transport = transport
		return g.do(t.Context(), http.MethodPut, testPath, nil)
	}
	err = put(server.Listener.Addr().String())
	secrets := []string{"!alice", "!wonderland", "!bob", "!builder", "!hunter2"}
	wantError(t, err, append(secrets, "status 401", "Unauthorized")...)
	if user != "alice" || password != "wonderland" {
		t.Errorf("got credentials %q, %q, want alice and wonderland", user, password)
	}
	wantError(t, put(proc.Address(t)), append(secrets, "connection refused")...)
}

// A gateway that repeats what it got does not make its credentials known, and is
// understood as ever.
func TestEchoedCredentials(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "pushed metrics are invalid or inconsistent with existing metrics: %v", r.Header)
	})
	config := promconfig.DefaultHTTPClientConfig
	config.BasicAuth = &promconfig.BasicAuth{Username: "relay", Password: "hunter2"}
	config.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Metrics": {Values: []string{"metrics"}}}}
	g := gatewayAt(t, server.URL)
	g.Transport = transport.New(config, transport.Options{UserAgent: "promferry/test"})
	t.Cleanup(g.Transport.(interface{ CloseIdleConnections() }).CloseIdleConnections)
	err := g.do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 0))
	wantError(t, err, "Authorization:[<secret>]", "X-Metrics:[<secret>]", "User-Agent:[promferry/test]", "!"+base64.StdEncoding.EncodeToString([]byte("relay:hunter2")))
	if !isInconsistent(err) {
		t.Errorf("got %v, want that it is inconsistent", err)
	}
}

// Nor does a proxy that does so: it gets its own credentials with a request that
// is not encrypted.
func TestEchoedProxyCredentials(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
		fmt.Fprint(w, r.Header)
	})
	through, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://relay:hunter2@", 1))
	if err != nil {
		t.Fatal(err)
	}
	config := promconfig.DefaultHTTPClientConfig
	config.ProxyURL = promconfig.URL{URL: through}
	g := gatewayAt(t, "http://push.example.net:9091")
	g.Transport = transport.New(config, transport.Options{})
	t.Cleanup(g.Transport.(interface{ CloseIdleConnections() }).CloseIdleConnections)
	wantError(t, g.do(t.Context(), http.MethodPut, testPath, nil), "status 407", "Proxy-Authorization:[<secret>]")
}

func TestInconsistentIsToldByPrefix(t *testing.T) {
	check := func(code int, body string, want bool) {
		t.Helper()
		if got := saysInconsistent(code, []byte(body)); got != want {
			t.Errorf("%d %q: got %v, want %v", code, body, got, want)
		}
	}
	check(400, "pushed metrics are invalid or inconsistent with existing metrics: 3 error(s)\n* x", true)
	check(500, "pushed metrics are invalid or inconsistent with existing metrics: x", false)
	check(400, "text format parsing error in line 1", false)
	check(400, "", false)
}

func TestCanceledRequestSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := gatewayAt(t, "http://"+proc.Address(t)).do(ctx, http.MethodPut, testPath, nil)
	wantError(t, err, "context canceled")
	if got := reason(err); got != "canceled" {
		t.Errorf("got reason %q, want canceled", got)
	}
}
