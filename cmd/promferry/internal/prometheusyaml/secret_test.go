package prometheusyaml

import "testing"

func TestPasswordsInAddresses(t *testing.T) {
	check := func(text string, url, bare bool) {
		t.Helper()
		if got := hasPassword(text); got != url {
			t.Errorf("%s: as a URL got %t, want %t", text, got, url)
		}
		if got := hasBareUserinfo(text); got != bare {
			t.Errorf("%s: without a scheme got %t, want %t", text, got, bare)
		}
	}
	check("http://u:p@host/x", true, false)
	check("http://token@host/x", true, false)
	check("http://u:p/w@host/x", true, false)
	check("http://host/x@y", false, false)
	check("http://host/x?y=a@b", false, false)
	check("u:p@host:9100", false, true)
	check("host:9100", false, false)
	check("ops@example.net", false, false)
}

func TestHoldsSecret(t *testing.T) {
	check := func(text string, want bool) {
		t.Helper()
		if got := holdsSecret(text); got != want {
			t.Errorf("%s: got %t, want %t", text, got, want)
		}
	}
	check("http://host/x?team=infra", false)
	check("http://host/x?team=infra&token=x", true)
	check("/x?a=%zz&token=x;y", true) // no good query
	check("http://host:port:/x?tok%65n=x", true)
	check("/x?token=$1", false)
	check("/x?token=${1}&key=(.*)", false)
	check("/x#access_token=x", true)
	check("-----BEGIN RSA PRIVATE KEY-----\nx", true)
	check("-----BEGIN CERTIFICATE-----\nx", false)
}
