package scrape

import (
	"net/http"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/transport"
)

// NewClient returns the HTTP client of a job, for all of its targets: with the
// authentication, TLS, proxy, headers and redirects of cfg, which must have
// been validated. Without a proxy in cfg there is none, whatever the
// environment says. Credentials stay at the origin of the first request.
//
// With a unixSocket every connection goes to that path, none through a proxy.
//
// Connections are kept for the next scrape, for five minutes at most. The
// client needs no close; who drops one calls CloseIdleConnections.
func NewClient(cfg promconfig.HTTPClientConfig, unixSocket string) *http.Client {
	options := transport.Options{UnixSocket: unixSocket}
	client := &http.Client{
		Transport: &originGuard{
			home: transport.New(cfg, options),
			away: transport.New(withoutCredentials(cfg), options),
		},
		CheckRedirect: checkRedirect,
	}
	if !cfg.FollowRedirects {
		client.CheckRedirect = stay
	}
	return client
}

// withoutCredentials keeps of cfg what any server may see. A client
// certificate is a credential too. What package config may add one day is
// left out until it is listed here.
func withoutCredentials(cfg promconfig.HTTPClientConfig) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{
		TLSConfig: promconfig.TLSConfig{
			CA:                 cfg.TLSConfig.CA,
			CAFile:             cfg.TLSConfig.CAFile,
			CARef:              cfg.TLSConfig.CARef,
			ServerName:         cfg.TLSConfig.ServerName,
			InsecureSkipVerify: cfg.TLSConfig.InsecureSkipVerify,
			MinVersion:         cfg.TLSConfig.MinVersion,
			MaxVersion:         cfg.TLSConfig.MaxVersion,
		},
		FollowRedirects: cfg.FollowRedirects,
		EnableHTTP2:     cfg.EnableHTTP2,
		ProxyConfig:     cfg.ProxyConfig,
	}
}
