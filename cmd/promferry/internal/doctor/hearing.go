package doctor

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// A hearing is a way to a receiver that remembers what it said: the error of a
// request tells people, and not what its status was nor what time it is there.
type hearing struct {
	next http.RoundTripper

	mu   sync.Mutex
	last heard
}

// What was heard of the last answer. The zero value is no answer.
type heard struct {
	code     int
	text     string        // its first line, as it came
	location string        // of a redirect, without userinfo and query
	ahead    time.Duration // of its clock; 0 where it gives no date
}

// maxHeard bounds what is kept of an answer, in bytes.
const maxHeard = 1 << 10

func (h *hearing) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := h.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	now := heard{code: resp.StatusCode, location: redirectOf(resp)}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now.ahead = time.Until(date)
	}
	begin, _ := io.ReadAll(io.LimitReader(resp.Body, maxHeard)) // its error comes again to who reads the body
	now.text = string(begin)
	resp.Body = replayed{io.MultiReader(bytes.NewReader(begin), resp.Body), resp.Body}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = now
	return resp, nil
}

// answer returns what was heard last.
func (h *hearing) answer() heard {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// replayed is a body of which the begin was read before.
type replayed struct {
	io.Reader
	io.Closer
}

// redirectOf is where an answer leads, "" for one that leads nowhere.
func redirectOf(resp *http.Response) string {
	to, err := resp.Location()
	if err != nil || resp.StatusCode < 300 || resp.StatusCode > 399 {
		return ""
	}
	shown := url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path, RawPath: to.RawPath}
	return shown.String()
}
