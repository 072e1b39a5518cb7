package configs

import (
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	promconfig "github.com/prometheus/common/config"
	"github.com/zclconf/go-cty/cty"
)

// httpClient reads what a gateway and a job have in common. Redirects are not
// followed unless the caller says so.
func (s *section) httpClient() promconfig.HTTPClientConfig {
	c := promconfig.HTTPClientConfig{EnableHTTP2: true, HTTPHeaders: s.headers()}
	if auth := s.sections(&basicAuthSchema); len(auth) > 0 {
		c.BasicAuth = auth[0].basicAuth()
	}
	return c
}

func (s *section) basicAuth() *promconfig.BasicAuth {
	s.exclusive("username", "username_file")
	s.exclusive("password", "password_file")
	if !s.has("username") && !s.has("username_file") {
		s.errorf(s.block.DefRange(), "Missing required attribute", "The basic_auth block needs username or username_file.")
	}
	username, _ := s.text("username")
	return &promconfig.BasicAuth{
		Username:     username.value,
		UsernameFile: s.fileName("username_file"),
		Password:     promconfig.Secret(s.secret("password")),
		PasswordFile: s.fileName("password_file"),
	}
}

// exclusive refuses two attributes that say the same.
func (s *section) exclusive(a, b string) {
	if s.has(a) && s.has(b) {
		s.errorf(s.block.Body.Attributes[b].NameRange, "Two attributes for one", "%s and %s exclude each other. Leave one out.", a, b)
	}
}

// fileName reads the name of a file that is needed later.
func (s *section) fileName(name string) string {
	t, ok := s.text(name)
	if !ok {
		return ""
	}
	if t.value == "" {
		s.refuse(name, t.at, "Empty file name", "Write the path of a file, or leave %s out.", name)
		return ""
	}
	s.warnMissing(name, t)
	return t.value
}

// secret reads an attribute that takes nothing but a call of env, so that no
// secret stands in a text.
func (s *section) secret(name string) string {
	attr := s.block.Body.Attributes[name]
	if attr == nil {
		return ""
	}
	if !isEnvCall(attr.Expr) {
		s.mask(attr.Expr.Range())
		s.refuse(name, attr.Expr.Range(), "Secret in the configuration", `%s takes only env("NAME"), without a default, so that no secret stands in a file that is shared. Or write %s_file.`, name, name)
		return ""
	}
	v, ok := s.evaluate(name, attr.Expr, cty.String)
	if !ok {
		return ""
	}
	return v.AsString()
}

func isEnvCall(expr hcl.Expression) bool {
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	return ok && call.Name == "env" && len(call.Args) == 1 && !call.ExpandFinal
}

// headers reads the http_header blocks; nil without one.
func (s *section) headers() *promconfig.Headers {
	all := map[string]promconfig.Header{}
	first := map[string]text{} // by canonical name
	for _, h := range s.sections(&httpHeaderSchema) {
		if name, ok := h.headerName(first); ok {
			all[name] = h.header()
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &promconfig.Headers{Headers: all}
}

func (s *section) headerName(first map[string]text) (string, bool) {
	label := s.label()
	name := http.CanonicalHeaderKey(label.value)
	_, reserved := promconfig.ReservedHeaders[name]
	other, twice := first[name]
	switch {
	case len(s.block.Labels) == 0: // reported by section
		return "", false
	case strings.Trim(label.value, tokenCharacters) != "" || label.value == "":
		s.errorf(label.at, "Not a header name", "%s is no name of an HTTP header.", quote(label.value))
	case reserved:
		s.errorf(label.at, "Reserved header name", "The header %s is set by promferry or belongs to the connection.", name)
	case twice:
		s.errorf(label.at, "Header given twice", "The header %s is at %s already; join the values.", name, place(other.at))
	default:
		first[name] = label
		return name, true
	}
	return "", false
}

func (s *section) header() promconfig.Header {
	var h promconfig.Header
	for _, t := range s.texts("values") {
		if i := strings.IndexFunc(t.value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); i >= 0 {
			s.refuse("values", t.at, "Not a header value", "A header takes no control characters, such as a newline.")
		}
		h.Values = append(h.Values, t.value)
	}
	for _, t := range s.texts("files") {
		s.warnMissing("files", t)
		h.Files = append(h.Files, t.value)
	}
	if !s.bad["values"] && !s.bad["files"] && len(slices.Concat(h.Values, h.Files)) == 0 {
		s.errorf(s.block.DefRange(), "Header without a value", "Write values = [\"…\"] or files = [\"…\"].")
	}
	return h
}

// warnPlain warns of credentials that anyone on the way can read.
func (d *decoder) warnPlain(at hcl.Range) {
	d.warnf(at, "Credentials without TLS", "The password crosses the network in the open. Use https.")
}

// tokenCharacters may stand in the name of a header (RFC 9110, 5.6.2).
const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
