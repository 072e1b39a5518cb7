package test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// A recorder hands all to a real gateway, and keeps what was asked of it.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests []recorded
}

type recorded struct {
	method, uri string // the URI as it was sent: a path, escaped, and a query
	header      http.Header
	length      int64 // -1: not told
	code        int
}

func startRecorder(t testing.TB, to gateway) *recorder {
	t.Helper()
	where, err := url.Parse(to.url)
	if err != nil {
		t.Fatal(err)
	}
	rec := new(recorder)
	rec.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = where.Scheme, where.Host },
		ModifyResponse: rec.keep,
	})
	t.Cleanup(rec.Close)
	return rec
}

func (rec *recorder) keep(resp *http.Response) error {
	r := resp.Request
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.requests = append(rec.requests, recorded{r.Method, r.URL.RequestURI(), r.Header.Clone(), r.ContentLength, resp.StatusCode})
	return nil
}

// all returns the requests so far, in the order of the answers.
func (rec *recorder) all() []recorded {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.Clone(rec.requests)
}

// changes returns the requests that were no questions.
func (rec *recorder) changes() []recorded {
	return slices.DeleteFunc(rec.all(), func(r recorded) bool { return r.method == http.MethodGet })
}

// answers returns the method and the code of each change.
func (rec *recorder) answers() (all []string) {
	for _, r := range rec.changes() {
		all = append(all, fmt.Sprint(r.method, " ", r.code))
	}
	return all
}

// of returns the methods of a group of instance i.
func (rec *recorder) of(job string) (methods []string) {
	for _, r := range rec.all() {
		if r.uri == "/metrics/job/"+job+"/instance/i" {
			methods = append(methods, r.method)
		}
	}
	return methods
}

// deleted returns the paths of the groups that were deleted.
func (rec *recorder) deleted() (paths []string) {
	for _, r := range rec.all() {
		if r.method == http.MethodDelete {
			paths = append(paths, r.uri)
		}
	}
	return paths
}
