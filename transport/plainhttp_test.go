package transport

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWantsTLSOfGo asks a real TLS server of Go without TLS.
func TestWantsTLSOfGo(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	plain := new(http.Transport)
	defer plain.CloseIdleConnections()
	resp, err := (&http.Client{Transport: plain}).Get(strings.Replace(server.URL, "https:", "http:", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !WantsTLS(resp, body) {
		t.Errorf("%s: %s: not known", resp.Status, body)
	}
}

func TestWantsTLS(t *testing.T) {
	const nginx = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head>"
	for _, c := range []struct {
		code int
		body string
		want bool
	}{
		{400, nginx, true},
		{400, "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />", true},
		{400, "Bad Request\nThis combination of host and port requires TLS.\n", true},
		{400, "text format parsing error in line 1", false},
		{400, "", false},
		{200, nginx, false},
	} {
		if got := WantsTLS(&http.Response{StatusCode: c.code}, []byte(c.body)); got != c.want {
			t.Errorf("%d %.60q: got %v, want %v", c.code, c.body, got, c.want)
		}
	}
}
