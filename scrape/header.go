package scrape

import (
	"net/http"
	"strconv"
)

func (s *HTTP) header() http.Header {
	header := http.Header{
		"Accept":          {s.offer()},
		"Accept-Encoding": {encodingIdentity},
	}
	if s.Compress {
		header.Set("Accept-Encoding", encodingGzip)
	}
	if s.Timeout > 0 {
		seconds := strconv.FormatFloat(s.Timeout.Seconds(), 'f', -1, 64)
		header.Set("X-Prometheus-Scrape-Timeout-Seconds", seconds)
	}
	if s.UserAgent != "" {
		header.Set("User-Agent", s.UserAgent)
	}
	return header
}

// offer returns the Accept header, which is the same for all requests.
func (s *HTTP) offer() string {
	if s.offered == "" {
		s.offered = acceptHeader(s.Protocols)
	}
	return s.offered
}
