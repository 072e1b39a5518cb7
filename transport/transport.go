// Package transport turns the HTTP client settings of a gateway or a job into
// what its requests go over: TLS, authentication, proxies and headers, as in
// all Prometheus programs.
//
// The settings and most of the steps are those of common/config. The
// connections and the tokens are not: there a proxy's refusal has no name, a
// token endpoint may redirect the client's secret to anyone and is waited for
// without end, an empty secret file makes an anonymous request, and a file that
// is missing at the start ends the program.
package transport

import (
	"context"
	"net"
	"net/http"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// Options are what the settings do not say.
type Options struct {
	UserAgent  string // "" leaves that of the request
	UnixSocket string // path that each connection goes to, none through a proxy; "" means the network
}

// New returns a transport with the settings of cfg, which must have been
// validated; that redirects are followed is for the [http.Client] to say. Its
// files are read again for each request, so one may be missing until then, and
// a new one needs no restart. A request whose credentials cannot be had is not
// sent.
//
// Its errors, where this package knows more than net/http, are of type *Error;
// none has a secret in it, but the URL that [http.Client] adds. The transport
// needs no close; who drops one calls its CloseIdleConnections.
func New(cfg promconfig.HTTPClientConfig, options Options) http.RoundTripper {
	if options.UnixSocket != "" {
		cfg.ProxyConfig = promconfig.ProxyConfig{}
	}
	var next http.RoundTripper = &network{
		tls:   cfg.TLSConfig,
		http2: cfg.EnableHTTP2,
		proxy: newProxy(cfg.ProxyConfig),
		dial:  dialer(options.UnixSocket),
	}
	if a := cfg.Authorization; a != nil {
		credentials := secret("credentials_file", a.CredentialsFile, a.Credentials)
		next = promconfig.NewAuthorizationCredentialsRoundTripper(a.Type, credentials, next)
	}
	if b := cfg.BasicAuth; b != nil {
		username := secret("username_file", b.UsernameFile, promconfig.Secret(b.Username))
		password := secret("password_file", b.PasswordFile, b.Password)
		next = promconfig.NewBasicAuthRoundTripper(username, password, next)
	}
	if cfg.OAuth2 != nil {
		next = newBearer(cfg.OAuth2, options.UserAgent, next)
	}
	if cfg.HTTPHeaders != nil {
		next = &headers{cfg.HTTPHeaders, next}
	}
	if options.UserAgent != "" {
		next = promconfig.NewUserAgentRoundTripper(options.UserAgent, next)
	}
	return &observer{next}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func dialer(unixSocket string) dialFunc {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second} // those of net/http
	if unixSocket == "" {
		return dialer.DialContext
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "unix", unixSocket)
	}
}

// closeIdle is CloseIdleConnections of what has one.
func closeIdle(transport http.RoundTripper) {
	if c, ok := transport.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
