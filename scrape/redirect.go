package scrape

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// An originGuard is a transport with two sides: home sends the job's
// credentials, away has none. A redirect to another scheme, host or port goes
// away, and so does all that follows it, as in net/http. Package config alone
// takes another port, a subdomain and plain HTTP for the same server, and
// gives the values of http_header to any.
type originGuard struct {
	home, away http.RoundTripper
}

func (g *originGuard) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.send(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 3 {
		return resp, nil
	}
	// net/http would put a Location that it cannot parse into its error, and
	// that may be the query of our own URL.
	if _, err := resp.Location(); err != nil && !errors.Is(err, http.ErrNoLocation) {
		resp.Body.Close()
		return nil, &refusal{ReasonStatus, fmt.Errorf("redirect %s: Location is not a URL", resp.Status)}
	}
	return resp, nil
}

func (g *originGuard) send(req *http.Request) (*http.Response, error) {
	if !leftOrigin(req) {
		return g.home.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	for _, name := range []string{"Authorization", "Cookie", "Referer"} { // Referer has the query
		req.Header.Del(name)
	}
	return g.away.RoundTrip(req)
}

// CloseIdleConnections is what http.Client.CloseIdleConnections looks for.
func (g *originGuard) CloseIdleConnections() {
	for _, side := range []http.RoundTripper{g.home, g.away} {
		if c, ok := side.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

// leftOrigin reports whether one of the redirects that led to req, req among
// them, had another origin than the one that it came from.
func leftOrigin(req *http.Request) bool {
	for req.Response != nil {
		from := req.Response.Request // set by http.Transport
		if from == nil || origin(from.URL) != origin(req.URL) {
			return true
		}
		req = from
	}
	return false
}

// origin is the scheme, host and port of u (RFC 6454, section 4).
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// maxRedirects is the limit of net/http and thereby of Prometheus.
const maxRedirects = 10

func checkRedirect(req *http.Request, via []*http.Request) error {
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return &refusal{ReasonStatus, fmt.Errorf("redirect to the scheme %.20q is not followed", req.URL.Scheme)}
	}
	if len(via) >= maxRedirects {
		return &refusal{ReasonStatus, fmt.Errorf("stopped after %d redirects", maxRedirects)}
	}
	return nil
}

// stay makes a redirect the answer, which is then refused for its status.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
