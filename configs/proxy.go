package configs

import (
	promconfig "github.com/prometheus/common/config"
)

// proxyConfig reads which proxy requests go through: none, unless one is named
// or the environment is asked for.
func (s *section) proxyConfig() promconfig.ProxyConfig {
	noProxy, _ := s.text("no_proxy")
	p := promconfig.ProxyConfig{
		ProxyURL:             promconfig.URL{URL: s.url("proxy_url", "http", "https", "socks5", "socks5h")},
		NoProxy:              noProxy.value,
		ProxyFromEnvironment: s.boolean("proxy_from_environment", false),
		ProxyConnectHeader:   s.proxyConnectHeader(),
	}
	if p.ProxyFromEnvironment {
		s.exclusive("proxy_from_environment", "proxy_url")
		s.exclusive("proxy_from_environment", "no_proxy")
		return p
	}
	if !s.has("proxy_url") {
		s.refuseWithoutProxy(p)
	}
	return p
}

// refuseWithoutProxy refuses what would have no effect.
func (s *section) refuseWithoutProxy(p promconfig.ProxyConfig) {
	if p.NoProxy != "" {
		s.errorf(s.at("no_proxy"), "no_proxy without proxy_url", "Without proxy_url there is no proxy. Leave no_proxy out, or add proxy_url.")
	}
	for _, block := range s.block.Body.Blocks {
		if block.Type == proxyConnectHeaderSchema.kind {
			s.errorf(block.DefRange(), "Proxy header without a proxy", "Write proxy_url or proxy_from_environment = true beside it.")
		}
	}
}

// proxyConnectHeader reads the headers of CONNECT; nil without one.
func (s *section) proxyConnectHeader() promconfig.ProxyHeader {
	var all promconfig.ProxyHeader
	first := map[string]text{} // by canonical name
	for _, h := range s.sections(&proxyConnectHeaderSchema) {
		name, ok := h.headerName(first)
		if !ok {
			continue
		}
		if all == nil {
			all = promconfig.ProxyHeader{}
		}
		for _, value := range h.header().Values {
			all[name] = append(all[name], promconfig.Secret(value))
		}
	}
	return all
}
