package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// A queryError is a refusal by the server.
type queryError struct {
	code int
	kind string // of the server's own kinds of errors; "" where it says none
	text string // one line
}

// isBadQuery tells whether the query cannot be good another time.
func (e *queryError) isBadQuery() bool { return e.kind == "bad_data" }

func (e *queryError) Error() string {
	text := fmt.Sprintf("status %d", e.code)
	if e.kind != "" {
		text = e.kind
	}
	if e.text != "" {
		text += ": " + e.text
	}
	if hint := queryHints[e.code]; hint != "" && e.kind == "" {
		text += "; " + hint
	}
	return text
}

// queryHints say what to try.
var queryHints = map[int]string{
	http.StatusUnauthorized:     "give credentials with --http.config.file",
	http.StatusForbidden:        "give credentials with --http.config.file",
	http.StatusNotFound:         "want the URL of a Prometheus, with its prefix, if it has one, and without /api",
	http.StatusMethodNotAllowed: "is it a Prometheus?",
}

// errorLimit is in bytes.
const errorLimit = 64 << 10

func newQueryError(resp *http.Response, body io.Reader) *queryError {
	e := &queryError{code: resp.StatusCode}
	text, _ := io.ReadAll(io.LimitReader(body, errorLimit)) // what came of it is enough
	var said struct {
		Kind string `json:"errorType"`
		Text string `json:"error"`
	}
	if json.Unmarshal(text, &said) == nil && said.Kind != "" {
		e.kind, e.text = oneLine(said.Kind), oneLine(said.Text)
	} else if to, err := resp.Location(); err == nil {
		e.text = "redirected to " + to.Scheme + "://" + to.Host + to.EscapedPath() + ", which is not followed"
	}
	return e
}
