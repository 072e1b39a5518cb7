package prometheusyaml

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

var oauth2Fields = map[string]handler{
	"client_id":                   text,
	"client_secret":               secret,
	"client_secret_file":          file,
	"client_secret_ref":           fromManager,
	"token_url":                   tokenURL,
	"scopes":                      texts,
	"endpoint_params":             endpointParams,
	"tls_config":                  nested(tlsFields),
	"proxy_url":                   proxyURL,
	"no_proxy":                    text,
	"proxy_from_environment":      boolean,
	"proxy_connect_header":        proxyConnectHeader,
	"grant_type":                  otherGrant,
	"client_certificate_key":      otherGrant,
	"client_certificate_key_file": otherGrant,
	"client_certificate_key_id":   otherGrant,
	"client_certificate_key_ref":  otherGrant,
	"signature_algorithm":         otherGrant,
	"iss":                         otherGrant,
	"audience":                    otherGrant,
	"claims":                      otherGrant,
}

// otherGrant leaves out what is not the grant by client credentials.
func otherGrant(s *scope, _ *block, f field) {
	if f.value.node.Value != "client_credentials" {
		s.dropped(f.place, "%s was left out: promferry knows only the client credentials grant of OAuth 2", f.key)
	}
}

// tokenURL writes a URL without the credentials that do not belong there.
func tokenURL(s *scope, b *block, f field) {
	t, user := s.url(f, "https", "http")
	if user != nil {
		s.dropped(f.place, "%s has credentials in it, which were left out: client_id and client_secret are what a token is asked with", f.key)
	}
	if i := strings.IndexAny(t, "?#"); i >= 0 {
		s.dropped(f.place, "%s has a query, which was left out: write its parameters into endpoint_params", f.key)
		t = t[:i]
	}
	if t != "" {
		b.set(f.key, quoted(t), f.comments()...)
	}
}

// endpointParams writes the parameters of a request for a token.
func endpointParams(s *scope, b *block, f field) {
	var elements []element
	for _, p := range s.fields(f.value) {
		t, ok := s.text(p.key, p.value)
		if !ok {
			continue
		}
		write := s.named
		if t != "" && !isPublicParam(p.key) {
			write = func(name string, v value, _ string) hclwrite.Tokens { return s.hide(name, v, "") }
		}
		elements = append(elements, element{comments: p.comments(), key: p.key, value: write(p.key, p.value, t)})
	}
	if elements != nil {
		b.set(f.key, object(elements), f.comments()...)
	}
}
