package configs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"
)

// clientOf is the HTTP client of a gateway with a text in it; a job's is read
// in the same way.
func clientOf(t *testing.T, text string) promconfig.HTTPClientConfig {
	t.Helper()
	gateway := load(t, strings.Replace(minimal, `9091"`, "9091\"\n"+text, 1)).Gateways[0].HTTP
	job := load(t, strings.Replace(minimal, `8000"]`, "8000\"]\n"+text, 1)).Jobs[0].HTTP
	job.FollowRedirects = false
	if diff := cmp.Diff(gateway, job, plain); diff != "" {
		t.Errorf("%s: a job reads it differently (-gateway +job):\n%s", text, diff)
	}
	for _, c := range []promconfig.HTTPClientConfig{gateway, job} {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: package config would refuse it: %v", text, err)
		}
	}
	return gateway
}

func TestClientValues(t *testing.T) {
	check := func(text string, want promconfig.HTTPClientConfig) {
		t.Helper()
		if diff := cmp.Diff(want, clientOf(t, text), plain); diff != "" {
			t.Errorf("%s: client (-want +got):\n%s", text, diff)
		}
	}
	check(`authorization {
		credentials = env("PASSWORD")
	}`, promconfig.HTTPClientConfig{
		EnableHTTP2:   true,
		Authorization: &promconfig.Authorization{Type: "Bearer", Credentials: "s3cr3t-of-env"},
	})
	check(`authorization {
		type             = "Token"
		credentials_file = "/run/token"
	}`, promconfig.HTTPClientConfig{
		EnableHTTP2:   true,
		Authorization: &promconfig.Authorization{Type: "Token", CredentialsFile: "/run/token"},
	})
	check(`oauth2 {
		client_id       = "relay"
		client_secret   = env("PASSWORD")
		token_url       = "https://id.example.net/token"
		scopes          = ["push", "read"]
		endpoint_params = { audience = "push" }
		proxy_url       = "http://proxy:3128"
		no_proxy        = "10.0.0.0/8"
		tls_config {
			ca_file = "/ca.pem"
		}
	}`, promconfig.HTTPClientConfig{
		EnableHTTP2: true,
		OAuth2: &promconfig.OAuth2{
			ClientID:       "relay",
			ClientSecret:   "s3cr3t-of-env",
			TokenURL:       "https://id.example.net/token",
			Scopes:         []string{"push", "read"},
			EndpointParams: map[string]string{"audience": "push"},
			ProxyConfig:    promconfig.ProxyConfig{ProxyURL: proxyURL(t, "http://proxy:3128"), NoProxy: "10.0.0.0/8"},
			TLSConfig:      promconfig.TLSConfig{CAFile: "/ca.pem", MinVersion: 0x303},
		},
	})
	check(`enable_http2 = false`, promconfig.HTTPClientConfig{})
}
