package main

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/snappy"
)

// store is the same for requests to a store.
func (d *dryRun) store(name string) http.RoundTripper { return &dryStore{d, name} }

// A dryStore prints the samples of each request in lines of the text format, and
// answers that they were stored.
type dryStore struct {
	*dryRun
	name string
}

func (d *dryStore) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	plain, err := snappy.Decode(nil, body)
	if err != nil {
		return nil, fmt.Errorf("unpack the request for remote_write %q: %w", d.name, err)
	}
	var text sampleText
	if err := text.addRequest(plain); err != nil {
		return nil, fmt.Errorf("read the request for remote_write %q: %w", d.name, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintf(d.to, "%s %s (remote_write %q), %s\n%s\n", req.Method, shownURL(req.URL), d.name, count(text.samples, "sample", "samples"), text.lines.String())
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: req}, nil
}
