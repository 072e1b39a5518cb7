package gateway

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// contractCase is one file of test/gateway-cases: requests, and by version
// what a Pushgateway did with them.
type contractCase struct {
	ID       string               `json:"id"`
	About    string               `json:"about"`
	Flags    []string             `json:"flags"`
	Isolated bool                 `json:"isolated"` // needs a gateway of its own, as every case has here
	Steps    []step               `json:"steps"`
	Settle   float64              `json:"settle"` // seconds; above 0 the gateway applies its queue after the answer
	Prefix   string               `json:"prefix"` // before /metrics
	Own      bool                 `json:"own"`    // the gateway's own families are part of the exposition
	Unstable bool                 `json:"exposition_unstable"`
	Expect   map[string]*recorded `json:"expect"`
}

// step is one request; its path is sent byte for byte.
type step struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    *string           `json:"body"`
	BodyB64 *[]byte           `json:"body_b64"`
	Chunked bool              `json:"chunked"`
	Cut     bool              `json:"cut"`     // half-close without the last chunk
	Declare *int              `json:"declare"` // Content-Length to promise, then half-close
	Repeat  int               `json:"repeat"`  // the body times n; 0 means once
}

// recorded is what a gateway was seen to do. The bodies of its answers are not
// compared: protobuf text in them is unstable on purpose.
type recorded struct {
	Steps []struct {
		Status   int    `json:"status"`
		Body     string `json:"body"`
		Location string `json:"location"`
	} `json:"steps"`
	Exposition []string `json:"exposition"`
}

func (r *recorded) statuses() []int {
	statuses := make([]int, len(r.Steps))
	for i, s := range r.Steps {
		statuses[i] = s.Status
	}
	return statuses
}

// readCases returns every A case (methods and traces of a push) and every F
// case (conflicts). None of them is out of scope.
func readCases(t *testing.T) []contractCase {
	t.Helper()
	files, err := filepath.Glob("../../../../test/gateway-cases/[AF]*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("find A and F cases: got %d files, error %v", len(files), err)
	}
	cases := make([]contractCase, len(files))
	for i, file := range files {
		cases[i] = readCase(t, file)
	}
	return cases
}

func readCase(t *testing.T, file string) contractCase {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte(`\udc`)) {
		t.Fatalf("%s: a lone surrogate stands for a raw byte, which encoding/json cannot read; use body_b64", file)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields() // a key this replayer does not honour
	var c contractCase
	if err := decoder.Decode(&c); err != nil {
		t.Fatalf("decode %s: %v", file, err)
	}
	if want := strings.TrimSuffix(filepath.Base(file), ".json"); c.ID != want {
		t.Fatalf("%s: got id %q, want %q", file, c.ID, want)
	}
	return c
}
