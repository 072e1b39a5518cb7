package configs

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/test/certs"
)

// A pair is PEM text of a certificate and its key.
type pair struct{ cert, key string }

var testPair = sync.OnceValue(func() pair {
	var of pair
	of.cert, of.key = certs.PEM(certs.New().Client("relay"))
	return of
})

func TestTLSValues(t *testing.T) {
	check := func(attributes string, want promconfig.TLSConfig) {
		t.Helper()
		src := strings.Replace(minimal, `9091"`, "9091\"\ntls_config {\n"+attributes+"\n}", 1)
		if diff := cmp.Diff(want, load(t, src).Gateways[0].HTTP.TLSConfig); diff != "" {
			t.Errorf("%s: tls_config (-want +got):\n%s", attributes, diff)
		}
	}
	const tls12, tls13 = 0x303, 0x304
	check("", promconfig.TLSConfig{MinVersion: tls12})
	check(`ca_file = "/ca.pem"
		cert_file   = "/cert.pem"
		key_file    = "/key.pem"
		server_name = "push"`, promconfig.TLSConfig{
		CAFile: "/ca.pem", CertFile: "/cert.pem", KeyFile: "/key.pem", ServerName: "push", MinVersion: tls12,
	})
	check(`ca = env("CERT")
		cert = env("CERT")
		key  = env("KEY")`, promconfig.TLSConfig{
		CA: testPair().cert, Cert: testPair().cert, Key: promconfig.Secret(testPair().key), MinVersion: tls12,
	})
	check(`insecure_skip_verify = true
		min_version = "TLS10"
		max_version = "TLS13"`, promconfig.TLSConfig{InsecureSkipVerify: true, MinVersion: 0x301, MaxVersion: tls13})
}
