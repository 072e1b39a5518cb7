package configs

import (
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
