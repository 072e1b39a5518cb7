package transport

import (
	"bytes"
	"net/http"
)

// WantsTLS tells the answer of a port that speaks TLS to a request without it:
// as servers in Go, nginx, Apache and Tomcat word it. body is the start of the
// answer's.
func WantsTLS(resp *http.Response, body []byte) bool {
	if resp.StatusCode != http.StatusBadRequest || resp.TLS != nil {
		return false
	}
	for _, words := range [][]byte{
		[]byte("Client sent an HTTP request to an HTTPS server"),
		[]byte("plain HTTP request was sent to HTTPS port"),
		[]byte("speaking plain HTTP to an SSL-enabled server port"),
		[]byte("combination of host and port requires TLS"),
	} {
		if bytes.Contains(body, words) {
			return true
		}
	}
	return false
}
