package main

import (
	"io"
	"net/http"
	"sync"

	"github.com/klauspost/compress/snappy"
	"github.com/rogpeppe/go-internal/testscript"
)

// A receiver takes remote_write, and keeps the samples as text.
type receiver struct {
	mu      sync.Mutex
	samples sampleText
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err == nil {
		body, err = snappy.Decode(nil, body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		err = r.samples.addRequest(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// take returns the samples since the last call.
func (r *receiver) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() { r.samples = sampleText{} }()
	return r.samples.lines.String()
}

// samples has what the script's receiver got since the last call as standard
// output, for the command stdout to look at.
func samples(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: samples")
	}
	_, err := io.WriteString(ts.Stdout(), ts.Value(receiverKey{}).(*receiver).take())
	ts.Check(err)
}

// A receiverKey is that of a script's receiver.
type receiverKey struct{}
