package prometheusyaml

import (
	"net/url"
	"slices"
	"strings"
)

// url reads a URL with one of the schemes, and parts it from its credentials; ""
// where there is none. Without a scheme it is none, and may be credentials all the
// same: it is not repeated.
func (s *scope) url(f field, schemes ...string) (text string, user *url.Userinfo) {
	text, ok := s.text(f.key, f.value)
	if !ok || text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" {
		s.secrets.remember(text)
		s.refused(f.place, "%s was left out: write a URL such as %s://host:port", f.key, schemes[0])
		return "", nil
	}
	if u.User == nil {
		return text, nil
	}
	user, u.User = u.User, nil
	s.secrets.rememberUser(user)
	return u.String(), user
}

// rememberUser has comments be searched for the credentials of a URL. A name
// without a password may be a token.
func (s *secrets) rememberUser(user *url.Userinfo) {
	if password, has := user.Password(); has {
		s.remember(password)
	} else {
		s.remember(user.Username())
	}
}

// proxyURL writes the credentials of a proxy's URL as the header that they
// become.
func proxyURL(s *scope, b *block, f field) {
	t, user := s.url(f, "http", "https", "socks5", "socks5h")
	if i := strings.IndexAny(t, "?#"); i >= 0 {
		s.dropped(f.place, "%s has a query, which was left out: no proxy gets it", f.key)
		t = t[:i]
	}
	if t == "" {
		return
	}
	b.set(f.key, quoted(t), f.comments()...)
	if user != nil {
		variable := s.variable("proxy_authorization", secretPart{f.value.node, credentials})
		s.ask(variable, f.place, "%s has credentials in it: set %s in promferry's environment to \"Basic \" and what printf %%s user:password | base64 prints", f.key, variable)
		b.add("proxy_connect_header", nil, "Proxy-Authorization").set("values", list([]element{{value: environment(variable)}}))
	}
}

// discoveryURL writes the URL of http_sd_configs; credentials in it become what
// they are in a request.
func discoveryURL(s *scope, b *block, f field) {
	t, user := s.url(f, "http", "https")
	switch {
	case t == "":
		return
	case hasSecretQuery(t):
		instead := ", as a whole: it has a token in its query"
		if user != nil {
			instead += "; but leave user:password@ out"
		}
		b.set(f.key, s.hide(f.key, f.value, instead), f.comments()...)
	default:
		b.set(f.key, quoted(t), f.comments()...)
	}
	if user != nil {
		s.hideUser(b, f, user)
	}
}

// hideUser writes the credentials of a URL as basic_auth. A name without a
// password may be a token.
func (s *scope) hideUser(b *block, f field, user *url.Userinfo) {
	auth, part := b.add("basic_auth", nil), secretPart{f.value.node, credentials}
	if _, has := user.Password(); !has {
		variable := s.variable("username", part)
		auth.set("username", environment(variable))
		s.ask(variable, f.place, "%s has a user in it, which may be a token: set %s in promferry's environment to it", f.key, variable)
		return
	}
	variable := s.variable("password", part)
	auth.set("username", quoted(user.Username()))
	auth.set("password", environment(variable))
	s.ask(variable, f.place, "%s has a password in it: set %s in promferry's environment to it, or write password_file", f.key, variable)
}
