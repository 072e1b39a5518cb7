package transport

import (
	"net/http"

	promconfig "github.com/prometheus/common/config"
)

// headers adds the http_header blocks.
type headers struct {
	cfg  *promconfig.Headers
	next http.RoundTripper
}

func (h *headers) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	for name, header := range h.cfg.Headers {
		for _, value := range header.Values {
			req.Header.Add(name, value)
		}
		for _, value := range header.Secrets {
			req.Header.Add(name, string(value))
		}
		for _, path := range header.Files {
			value, err := secretFile{"http_header " + name, path}.Fetch(req.Context())
			if err != nil {
				return nil, err
			}
			req.Header.Add(name, value)
		}
	}
	return h.next.RoundTrip(req)
}

func (h *headers) CloseIdleConnections() { closeIdle(h.next) }
