package configs

import (
	"strings"

	promconfig "github.com/prometheus/common/config"
)

func (s *section) basicAuth() *promconfig.BasicAuth {
	s.exclusive("username", "username_file")
	s.exclusive("password", "password_file")
	username, _ := s.text("username")
	auth := &promconfig.BasicAuth{
		Username:     username.value,
		UsernameFile: s.fileName("username_file"),
		Password:     s.secret("password"),
		PasswordFile: s.secretFile("password_file"),
	}
	if auth.Username == "" && auth.UsernameFile == "" {
		s.needOne("username", "username_file")
	}
	return auth
}

func (s *section) authorization() *promconfig.Authorization {
	s.exclusive("credentials", "credentials_file")
	auth := &promconfig.Authorization{
		Type:            s.authorizationType(),
		Credentials:     s.secret("credentials"),
		CredentialsFile: s.secretFile("credentials_file"),
	}
	if auth.Credentials == "" && auth.CredentialsFile == "" {
		s.needOne("credentials", "credentials_file")
	}
	return auth
}

// authorizationType is the first word of an Authorization header.
func (s *section) authorizationType() string {
	t, ok := s.text("type")
	switch {
	case !ok:
		return defaultAuthorizationType
	case strings.EqualFold(t.value, "basic"):
		s.refuse("type", t.at, "Not for basic authentication", "Write basic_auth { username = … } instead, which encodes the password.")
	case t.value == "" || strings.Trim(t.value, tokenCharacters) != "":
		s.refuse("type", t.at, "Not an authentication scheme", `type is %s; write one word, such as "Bearer".`, quote(t.value))
	}
	return t.value
}

func (s *section) oauth2() *promconfig.OAuth2 {
	s.exclusive("client_secret", "client_secret_file")
	id, _ := s.text("client_id")
	grant := &promconfig.OAuth2{
		ClientID:         id.value,
		ClientSecret:     s.secret("client_secret"),
		ClientSecretFile: s.secretFile("client_secret_file"),
		TokenURL:         s.tokenURL(),
		EndpointParams:   s.endpointParams(),
		TLSConfig:        s.tlsConfig(),
		ProxyConfig:      s.proxyConfig(),
	}
	for _, scope := range s.texts("scopes") {
		grant.Scopes = append(grant.Scopes, scope.value)
	}
	return grant
}

// tokenURL warns of one that takes the client's secret in the open.
func (s *section) tokenURL() string {
	u := s.url("token_url", "http", "https")
	if u == nil {
		return ""
	}
	if isPlain(u) {
		s.warnPlain(s.at("token_url"))
	}
	return u.String()
}

func (s *section) endpointParams() map[string]string {
	var params map[string]string
	for _, p := range s.textMap("endpoint_params") {
		if p.key.value == "scope" && s.has("scopes") {
			s.refuse("endpoint_params", p.key.at, "Two attributes for one", "The parameter scope is made of scopes. Leave one out.")
			continue
		}
		if params == nil {
			params = map[string]string{}
		}
		params[p.key.value] = p.value.value
	}
	return params
}
