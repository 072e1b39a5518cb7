package prometheusyaml

import (
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
	"type":             authorizationType,
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

func fromManager(s *scope, _ *block, f field) {
	s.dropped(f.place, "%s was left out: promferry has no secret manager; let the secret be written to a file, and name that", f.key)
}

// authorizationType writes one word. With more of them the credentials are in it.
func authorizationType(s *scope, b *block, f field) {
	if t, _ := s.text(f.key, f.value); strings.ContainsAny(t, " \t") {
		s.secrets.remember(t)
		s.refused(f.place, "type was left out: it is one word, such as Bearer; what follows it belongs into credentials")
		return
	}
	text(s, b, f)
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
				paths = append(paths, s.elements(of, s.fileName)...)
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

// checkHTTP leaves out of an HTTP client what keeps it from loading, two ways to
// authenticate, for example, and says what else Prometheus would refuse.
func (s *scope) checkHTTP(b *block, v value) {
	c := client{scope: s, block: b, place: v.place}
	if c.settle(); c.left {
		return
	}
	type plain promconfig.HTTPClientConfig // its UnmarshalYAML would return errors that quote values
	var read plain
	if err := v.node.Decode(&read); err != nil {
		return // a value of a wrong type was found where it was read
	}
	if err := (*promconfig.HTTPClientConfig)(&read).Validate(); err != nil {
		s.refused(v.place, "%s", err)
	}
}
