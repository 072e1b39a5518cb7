package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// dryRun is a gateway's transport that prints each request as it would be sent,
// and answers that it was stored.
type dryRun struct {
	mu sync.Mutex
	to io.Writer
}

func (d *dryRun) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet { // there is no gateway to learn from
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: req}, nil
	}
	body, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintf(d.to, "%s %s\n# %d series, %d bytes\n%s\n", req.Method, req.URL.Redacted(), countSeries(body), len(body), body)
	// 202 has series that stand twice left out before.
	return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: req}, nil
}

func bodyOf(req *http.Request) ([]byte, error) {
	defer req.Body.Close()
	return io.ReadAll(req.Body)
}

// countSeries counts the lines that are not comments.
func countSeries(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if line[0] != '#' {
			n++
		}
	}
	return n
}
