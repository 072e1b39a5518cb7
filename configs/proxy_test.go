package configs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"
)

func proxyURL(t *testing.T, text string) promconfig.URL {
	t.Helper()
	u, err := parseURL(text, "http", "socks5")
	if err != nil {
		t.Fatal(err)
	}
	return promconfig.URL{URL: u}
}

func TestProxyValues(t *testing.T) {
	check := func(text string, want promconfig.ProxyConfig) {
		t.Helper()
		if diff := cmp.Diff(want, clientOf(t, text).ProxyConfig, plain); diff != "" {
			t.Errorf("%s: proxy (-want +got):\n%s", text, diff)
		}
	}
	check("", promconfig.ProxyConfig{})
	check(`proxy_url = "socks5://proxy:1080"`, promconfig.ProxyConfig{ProxyURL: proxyURL(t, "socks5://proxy:1080")})
	check(`proxy_url = "http://proxy:3128"
	no_proxy = "a.example.net,10.0.0.0/8"
	proxy_from_environment = false
	proxy_connect_header "proxy-authorization" {
		values = [env("PASSWORD")]
	}
	proxy_connect_header "X-Tenant" {
		values = ["a", "b"]
	}`, promconfig.ProxyConfig{
		ProxyURL: proxyURL(t, "http://proxy:3128"),
		NoProxy:  "a.example.net,10.0.0.0/8",
		ProxyConnectHeader: promconfig.ProxyHeader{
			"Proxy-Authorization": {"s3cr3t-of-env"},
			"X-Tenant":            {"a", "b"},
		},
	})
	check(`proxy_from_environment = true`, promconfig.ProxyConfig{ProxyFromEnvironment: true})
}
