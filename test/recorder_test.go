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
	method, uri string
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

// all returns the requests that were no questions.
func (rec *recorder) all() []recorded {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(rec.requests), func(r recorded) bool { return r.method == http.MethodGet })
}

func (rec *recorder) pushes() (all []string) {
	for _, r := range rec.all() {
		all = append(all, fmt.Sprint(r.method, " ", r.code))
	}
	return all
}
