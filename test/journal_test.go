package test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A journal hands all to a real gateway, and keeps what it answered in that
// order.
type journal struct {
	*httptest.Server
	mu    sync.Mutex
	lines []string // method and path
}

func startJournal(t testing.TB, to gateway) *journal {
	t.Helper()
	target, err := url.Parse(to.url)
	if err != nil {
		t.Fatal(err)
	}
	j := new(journal)
	j.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(resp *http.Response) error {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.lines = append(j.lines, resp.Request.Method+" "+resp.Request.URL.Path)
			return nil
		},
	})
	t.Cleanup(j.Close)
	return j
}

// of returns the methods of a group of instance i.
func (j *journal) of(job string) (methods []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range j.lines {
		if method, found := strings.CutSuffix(line, " /metrics/job/"+job+"/instance/i"); found {
			methods = append(methods, method)
		}
	}
	return methods
}

// requests returns the paths of those with a method.
func (j *journal) requests(method string) (paths []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range j.lines {
		if path, found := strings.CutPrefix(line, method+" "); found {
			paths = append(paths, path)
		}
	}
	return paths
}

// counting notes when each scrape comes, and how many connections are opened.
func counting(t testing.TB, text string) (s *scripted, times func() []time.Time, connections *atomic.Int64) {
	t.Helper()
	var mu sync.Mutex
	var at []time.Time
	connections = new(atomic.Int64)
	s = new(scripted)
	s.answer.Store(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		at = append(at, time.Now())
		mu.Unlock()
		exposition(text)(w, r)
	}))
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.answer.Load().(http.HandlerFunc)(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s, func() []time.Time {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(at)
	}, connections
}
