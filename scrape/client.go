package scrape

import (
	"context"
	"fmt"
	"net"
	"net/http"

	promconfig "github.com/prometheus/common/config"
)

// NewClient returns the HTTP client of a job, for all of its targets: with the
// authentication, TLS, proxy, headers and redirects of cfg, which must have
// been validated. Without a proxy in cfg there is none, whatever the
// environment says. Credentials stay at the origin of the first request.
//
// With a unixSocket every connection goes to that path, none through a proxy.
//
// Connections are kept for the next scrape and closed after five minutes
// without one (package config's default). The client needs no close; who
// drops one calls CloseIdleConnections.
func NewClient(cfg promconfig.HTTPClientConfig, unixSocket string) (*http.Client, error) {
	var options []promconfig.HTTPClientOption
	if unixSocket != "" {
		options = append(options, promconfig.WithDialContextFunc(dialUnix(unixSocket)))
		cfg.ProxyConfig = promconfig.ProxyConfig{}
	}
	home, err := newTransport(cfg, options)
	if err != nil {
		return nil, err
	}
	away, err := newTransport(withoutCredentials(cfg), options)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &originGuard{home, away}, CheckRedirect: checkRedirect}
	if !cfg.FollowRedirects {
		client.CheckRedirect = stay
	}
	return client, nil
}

func dialUnix(path string) promconfig.DialContextFunc {
	var dialer net.Dialer
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "unix", path)
	}
}

// maxHeaderBytes bounds the head of an answer; net/http would take 10 MiB.
const maxHeaderBytes = 64 << 10

// newTransport sets maxHeaderBytes where package config hands out the bare
// transport. It wraps it for credentials, for headers and for TLS files; there
// the limit stays that of net/http.
func newTransport(cfg promconfig.HTTPClientConfig, options []promconfig.HTTPClientOption) (http.RoundTripper, error) {
	transport, err := promconfig.NewRoundTripperFromConfig(cfg, "scrape", options...)
	if err != nil {
		return nil, fmt.Errorf("http client: %w", err)
	}
	if bare, ok := transport.(*http.Transport); ok {
		bare.MaxResponseHeaderBytes = maxHeaderBytes
	}
	return transport, nil
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
