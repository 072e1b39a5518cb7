package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	promconfig "github.com/prometheus/common/config"
)

// A proxy is how a transport finds and asks proxies.
type proxy struct {
	find   func(*http.Request) (*url.URL, error) // nil: there is none
	header http.Header                           // of CONNECT
}

// newProxy takes a proxy from the settings, and from the environment only where
// they say so; that one is never for this host itself.
func newProxy(cfg promconfig.ProxyConfig) *proxy {
	p := &proxy{find: cfg.Proxy(), header: cfg.GetProxyConnectHeader()}
	if find := p.find; find != nil && cfg.ProxyFromEnvironment {
		p.find = func(req *http.Request) (*url.URL, error) {
			if IsLoopback(req.URL.Hostname()) {
				return nil, nil
			}
			return find(req)
		}
	}
	return p
}

// use lets t ask the proxy.
func (p *proxy) use(t *http.Transport) {
	if p.find != nil {
		t.Proxy = p.of
	}
	t.GetProxyConnectHeader = func(ctx context.Context, _ *url.URL, _ string) (http.Header, error) {
		attemptOf(ctx).atProxy.Store(true)
		return p.header.Clone(), nil
	}
	t.OnProxyConnectResponse = func(ctx context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		attemptOf(ctx).atProxy.Store(false)
		if resp.StatusCode != http.StatusOK {
			return &Error{ReasonProxy, fmt.Errorf("proxy refused CONNECT: status %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))}
		}
		return nil
	}
}

// of finds the proxy of a request, and notes it there.
func (p *proxy) of(req *http.Request) (*url.URL, error) {
	found, err := p.find(req)
	attemptOf(req.Context()).proxy.Store(found)
	return found, err
}

// ProxyOf returns the proxy that a request of New's transport went to, nil without
// one. Its userinfo is what net/http adds to a plain request, and keeps out of the
// headers that are seen.
func ProxyOf(sent *http.Request) *url.URL { return attemptOf(sent.Context()).proxy.Load() }
