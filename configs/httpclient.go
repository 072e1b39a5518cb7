package configs

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	promconfig "github.com/prometheus/common/config"
)

// httpClient reads what all that makes requests has in common. Redirects are
// not followed unless the caller says so.
func (s *section) httpClient() promconfig.HTTPClientConfig {
	s.checkOneAuthentication()
	c := promconfig.HTTPClientConfig{
		TLSConfig:   s.tlsConfig(),
		EnableHTTP2: s.boolean("enable_http2", true),
		ProxyConfig: s.proxyConfig(),
		HTTPHeaders: s.headers(),
	}
	if auth := s.sections(&basicAuthSchema); len(auth) > 0 {
		c.BasicAuth = auth[0].basicAuth()
	}
	if auth := s.sections(&authorizationSchema); len(auth) > 0 {
		c.Authorization = auth[0].authorization()
	}
	if auth := s.sections(&oauth2Schema); len(auth) > 0 {
		c.OAuth2 = auth[0].oauth2()
	}
	return c
}

// checkOneAuthentication refuses a second kind of authentication: a request has
// one Authorization header.
func (s *section) checkOneAuthentication() {
	var first *hclsyntax.Block
	for _, block := range s.block.Body.Blocks {
		switch block.Type {
		case basicAuthSchema.kind, authorizationSchema.kind, oauth2Schema.kind:
			if first != nil && first.Type != block.Type {
				s.errorf(block.DefRange(), "Two kinds of authentication", "There is a %s block at %s already, and a request has one Authorization header. Leave one out.", first.Type, place(first.DefRange()))
				return
			}
			first = block
		}
	}
}

// hasCredentials tells whether requests carry what must stay between two.
func hasCredentials(c promconfig.HTTPClientConfig) bool {
	return c.BasicAuth != nil || c.Authorization != nil || c.OAuth2 != nil
}

// warnPlain warns of credentials that anyone on the way can read.
func (d *decoder) warnPlain(at hcl.Range) {
	d.warnf(at, "Credentials without TLS", "The credentials cross the network in the open. Use https.")
}

// exclusive refuses two attributes that say the same.
func (s *section) exclusive(a, b string) {
	if s.has(a) && s.has(b) {
		s.errorf(s.block.Body.Attributes[b].NameRange, "Two attributes for one", "%s and %s exclude each other. Leave one out.", a, b)
	}
}
