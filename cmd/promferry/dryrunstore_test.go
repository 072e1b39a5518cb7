package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
)

func TestDryRunOfAStore(t *testing.T) {
	request := prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Labels:  []prompb.Label{{Name: "__name__", Value: "a"}},
		Samples: []prompb.Sample{{Value: 1, Timestamp: 1000}},
	}}}
	body, err := request.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	store := (&dryRun{to: &out}).store("prod")
	send := func(body []byte) (*http.Response, error) {
		req, err := http.NewRequest(http.MethodPost, "http://user:pass@h/api/v1/write?token=secret", io.NopCloser(bytes.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		return store.RoundTrip(req)
	}
	resp, err := send(snappy.Encode(nil, body))
	if err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatalf("got %v, %v, want 204", resp, err)
	}
	if got, want := out.String(), "POST http://h/api/v1/write (remote_write \"prod\"), 1 sample\na 1 1000\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := send([]byte("no snappy")); err == nil || !strings.Contains(err.Error(), `remote_write "prod"`) {
		t.Errorf("got error %v, want one that names the store", err)
	}
}
