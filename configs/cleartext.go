package configs

import (
	"net/url"

	"github.com/hashicorp/hcl/v2"
	promconfig "github.com/prometheus/common/config"
)

// hasCredentials tells whether requests carry what must stay between two.
func hasCredentials(c promconfig.HTTPClientConfig) bool {
	return c.BasicAuth != nil || c.Authorization != nil || c.OAuth2 != nil
}

// warnPlain warns of credentials that anyone on the way can read.
func (d *decoder) warnPlain(at hcl.Range) {
	d.warnf(at, "Credentials without TLS", "The credentials cross the network in the open. Use https.")
}

// isPlain tells whether a target's password would cross a network in the open.
func (t placed) isPlain() bool {
	return t.UnixSocket == "" && isPlain(t.URL)
}

// isPlain tells whether a password would cross a network in the open.
func isPlain(u *url.URL) bool {
	return u != nil && u.Scheme == "http" && !isLoopback(u.Hostname())
}
