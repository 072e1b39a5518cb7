package transport

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	promconfig "github.com/prometheus/common/config"
)

func basic(file string) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{BasicAuth: &promconfig.BasicAuth{Username: "u", PasswordFile: file}}
}

func bearerFile(file string) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Bearer", CredentialsFile: file}}
}

func headerFile(file string) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{HTTPHeaders: &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Key": {Files: []string{file}}}}}
}

func TestSecretFileIsReadAgain(t *testing.T) {
	check := func(name string, cfg func(file string) promconfig.HTTPClientConfig, header, first, second string) {
		t.Run(name, func(t *testing.T) {
			server := serve(t, echo(header))
			file := tempFile(t, "one\n")
			transport := newTransport(t, cfg(file))
			checkAnswer(t, transport, server.URL, first)
			write(t, file, "  two \r\n")
			checkAnswer(t, transport, server.URL, second)
		})
	}
	check("password", basic, "Authorization", "Basic dTpvbmU=", "Basic dTp0d28=")
	check("credentials", bearerFile, "Authorization", "Bearer one", "Bearer two")
	check("header", headerFile, "X-Key", "one", "two")
}

// Fault C3: without its secret a request is not sent, and its body is closed.
func TestSecretFileWithoutSecret(t *testing.T) {
	var requests atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	check := func(name, file, says string) {
		for kind, cfg := range map[string]func(string) promconfig.HTTPClientConfig{
			"password_file: ": basic, "credentials_file: ": bearerFile, "http_header X-Key: ": headerFile,
		} {
			body := &closing{Reader: strings.NewReader("body")}
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, server.URL, body)
			_, err := newTransport(t, cfg(file)).RoundTrip(req)
			checkFailure(t, err, ReasonCredentials, kind, file, says)
			if !body.closed {
				t.Errorf("%s: the body of the request was not closed", name)
			}
		}
	}
	check("missing", filepath.Join(t.TempDir(), "missing"), "no such file")
	check("empty", tempFile(t, ""), "the file is empty")
	check("blank", tempFile(t, " \n"), "the file is empty")
	check("large", tempFile(t, strings.Repeat("canary", 20_000)), "more than 65536 bytes")
	check("two lines", tempFile(t, "canary\ncanary\n"), "more than one line")
	check("directory", t.TempDir(), "is a directory")
	if n := requests.Load(); n != 0 {
		t.Errorf("got %d requests, want none", n)
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestHeaders(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Join(r.Header.Values("X-Key"), " ")+" "+r.UserAgent())
	})
	cfg := promconfig.HTTPClientConfig{HTTPHeaders: &promconfig.Headers{Headers: map[string]promconfig.Header{
		"X-Key": {Values: []string{"a"}, Secrets: []promconfig.Secret{"b"}, Files: []string{tempFile(t, "c")}},
	}}}
	transport := New(cfg, Options{UserAgent: "promferry/1"})
	t.Cleanup(func() { closeIdle(transport) })
	checkAnswer(t, transport, server.URL, "a b c promferry/1")
}

// A socket is on this host: no proxy, and a gateway's credentials as always.
func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(echo("Authorization"))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	cfg := basic(tempFile(t, "one"))
	cfg.ProxyURL = promconfig.URL{URL: parse(t, "http://127.0.0.1:1")}
	transport := New(cfg, Options{UnixSocket: path})
	t.Cleanup(func() { closeIdle(transport) })
	checkAnswer(t, transport, "http://localhost/", "Basic dTpvbmU=")
}
