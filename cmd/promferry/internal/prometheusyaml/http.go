package prometheusyaml

import (
	"net/url"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	promconfig "github.com/prometheus/common/config"
)

// httpFields are those of an HTTP client: of a job and of http_sd_configs.
var httpFields = map[string]handler{
	"basic_auth":             nested(basicAuthFields),
	"authorization":          nested(authorizationFields),
	"oauth2":                 nested(oauth2Fields),
	"bearer_token":           bearerToken,
	"bearer_token_file":      bearerTokenFile,
	"tls_config":             nested(tlsFields),
	"follow_redirects":       boolean,
	"enable_http2":           boolean,
	"proxy_url":              proxyURL,
	"no_proxy":               text,
	"proxy_from_environment": boolean,
	"proxy_connect_header":   proxyConnectHeader,
	"http_headers":           httpHeaders,
}

var basicAuthFields = map[string]handler{
	"username":      text,
	"username_file": file,
	"username_ref":  fromManager,
	"password":      secret,
	"password_file": file,
	"password_ref":  fromManager,
}

var authorizationFields = map[string]handler{
	"type":             text,
	"credentials":      secret,
	"credentials_file": file,
	"credentials_ref":  fromManager,
}

var tlsFields = map[string]handler{
	"ca":                   text,
	"ca_file":              file,
	"ca_ref":               fromManager,
	"cert":                 text,
	"cert_file":            file,
	"cert_ref":             fromManager,
	"key":                  secret,
	"key_file":             file,
	"key_ref":              fromManager,
	"server_name":          text,
	"insecure_skip_verify": boolean,
	"min_version":          text,
	"max_version":          text,
}

var oauth2Fields = map[string]handler{
	"client_id":                   text,
	"client_secret":               secret,
	"client_secret_file":          file,
	"client_secret_ref":           fromManager,
	"token_url":                   tokenURL,
	"scopes":                      texts,
	"endpoint_params":             textMap,
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

func fromManager(s *scope, _ *block, f field) {
	s.dropped(f.place, "%s was left out: promferry has no secret manager; let the secret be written to a file, and name that", f.key)
}

// otherGrant leaves out what is not the grant by client credentials.
func otherGrant(s *scope, _ *block, f field) {
	if f.value.node.Value != "client_credentials" {
		s.dropped(f.place, "%s was left out: promferry knows only the client credentials grant of OAuth 2", f.key)
	}
}

// bearerToken writes the old spelling of authorization.
func bearerToken(s *scope, b *block, f field) {
	f.key = "credentials"
	secret(s, b.add("authorization", nil), f)
}

func bearerTokenFile(s *scope, b *block, f field) {
	f.key = "credentials_file"
	file(s, b.add("authorization", nil), f)
}

// proxyURL writes the credentials of a proxy's URL as the header that they
// become.
func proxyURL(s *scope, b *block, f field) {
	t, ok := s.text(f.key, f.value)
	if !ok || t == "" {
		return
	}
	u, found := withoutUserinfo(t)
	b.set(f.key, quoted(u), f.comments()...)
	if found {
		variable := s.variable("proxy_authorization", f.value)
		s.choice(f.place, "%s has credentials in it: set %s to \"Basic \" and the base64 of user:password", f.key, variable)
		b.add("proxy_connect_header", nil, "Proxy-Authorization").set("values", list([]element{{value: environment(variable)}}))
	}
}

// tokenURL writes a URL without the credentials that do not belong there.
func tokenURL(s *scope, b *block, f field) {
	t, ok := s.text(f.key, f.value)
	if !ok || t == "" {
		return
	}
	u, found := withoutUserinfo(t)
	if found {
		s.dropped(f.place, "%s has credentials in it, which were left out: client_id and client_secret are what a token is asked with", f.key)
	}
	if before, _, query := strings.Cut(u, "?"); query {
		s.dropped(f.place, "%s has a query, which was left out: write its parameters into endpoint_params", f.key)
		u = before
	}
	b.set(f.key, quoted(u), f.comments()...)
}

// withoutUserinfo cuts user:password@ out of a URL. It may be a bad one, which
// has nothing left but its end then.
func withoutUserinfo(t string) (rest string, found bool) {
	if !hasPassword(t) {
		return t, false
	}
	scheme, _, _ := strings.Cut(t, "://")
	if u, err := url.Parse(t); err == nil && u.User != nil {
		u.User = nil
		return u.String(), true
	}
	return scheme + "://" + t[strings.LastIndex(t, "@")+1:], true
}

// proxyConnectHeader writes a block for each header. All values are secrets in
// Prometheus too.
func proxyConnectHeader(s *scope, b *block, f field) {
	for _, h := range s.fields(f.value) {
		values := s.elements(h, func(name string, v value, _ string) hclwrite.Tokens { return s.hide(name, v, "") })
		b.add(f.key, h.comments(), h.key).set("values", list(values))
	}
}

// httpHeaders writes a block for each header; its secrets are values from the
// environment.
func httpHeaders(s *scope, b *block, f field) {
	for _, h := range s.fields(f.value) {
		header := b.add("http_header", h.comments(), h.key)
		var values, paths []element
		for _, of := range s.fields(h.value) {
			switch of.key {
			case "values":
				values = append(values, s.elements(of, func(_ string, v value, t string) hclwrite.Tokens { return s.named(h.key, v, t) })...)
			case "secrets":
				values = append(values, s.elements(of, func(_ string, v value, _ string) hclwrite.Tokens { return s.hide(h.key, v, "") })...)
			case "files":
				paths = append(paths, s.elements(of, func(_ string, v value, t string) hclwrite.Tokens { return quoted(s.path(v.place, t)) })...)
			default:
				s.unknown(of)
			}
		}
		if values != nil {
			header.set("values", list(values))
		}
		if paths != nil {
			header.set("files", list(paths))
		}
	}
}

// checkHTTP says what Prometheus would refuse of an HTTP client: two ways to
// authenticate, for example.
func (s *scope) checkHTTP(v value) {
	type plain promconfig.HTTPClientConfig // its UnmarshalYAML would return errors that quote values
	var c plain
	if err := v.node.Decode(&c); err != nil {
		return // a value of a wrong type was found where it was read
	}
	if err := (*promconfig.HTTPClientConfig)(&c).Validate(); err != nil {
		s.refused(v.place, "%s", err)
	}
}
