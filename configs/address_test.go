package configs

import (
	"fmt"
	"testing"
)

// TestInstance is the rule for the default instance label, and what each form of
// an address is scraped at.
func TestInstance(t *testing.T) {
	check := func(address, instance, url, discovered string) {
		t.Helper()
		target := load(t, minimal+fmt.Sprintf("job \"node\" {\n targets = [%q]\n metrics_path = \"/m\"\n}", address)).Jobs[1].Targets[0]
		if got := target.Labels.Get("instance"); got != instance {
			t.Errorf("%s: got instance %q, want %q", address, got, instance)
		}
		if got := target.UnixSocket + target.URL.String(); got != url {
			t.Errorf("%s: got URL %q, want %q", address, got, url)
		}
		if got := target.Discovered.Get("__address__"); got != discovered {
			t.Errorf("%s: got __address__ %q, want %q", address, got, discovered)
		}
	}
	check("node:9100", "node:9100", "http://node:9100/m", "node:9100")
	check("node", "node", "http://node/m", "node")
	check("10.0.0.1:9100", "10.0.0.1:9100", "http://10.0.0.1:9100/m", "10.0.0.1:9100")
	check("[2001:db8::1]:9100", "[2001:db8::1]:9100", "http://[2001:db8::1]:9100/m", "[2001:db8::1]:9100")
	check("https://node/x%2Fy", "node", "https://node/x%2Fy", "https://node/x%2Fy")
	check("http://node:9100", "node:9100", "http://node:9100/m", "http://node:9100")
	check("http://node:9100/", "node:9100", "http://node:9100/", "http://node:9100/")
	check("http://node/a@b", "node", "http://node/a@b", "http://node/a@b")

	check("localhost:9100", "myhost:9100", "http://localhost:9100/m", "localhost:9100")
	check("localhost", "myhost", "http://localhost/m", "localhost")
	check("LocalHost.:9100", "myhost:9100", "http://LocalHost.:9100/m", "LocalHost.:9100")
	check("app.localhost:9100", "myhost:9100", "http://app.localhost:9100/m", "app.localhost:9100")
	check("127.1.2.3:9100", "myhost:9100", "http://127.1.2.3:9100/m", "127.1.2.3:9100")
	check("[::1]:9100", "myhost:9100", "http://[::1]:9100/m", "[::1]:9100")
	check("[::1]", "myhost", "http://[::1]/m", "[::1]")
	check("[::ffff:127.0.0.1]:1", "myhost:1", "http://[::ffff:127.0.0.1]:1/m", "[::ffff:127.0.0.1]:1")
	check("https://localhost:9100/x", "myhost:9100", "https://localhost:9100/x", "https://localhost:9100/x")
	check("notlocalhost:9100", "notlocalhost:9100", "http://notlocalhost:9100/m", "notlocalhost:9100")

	check("unix:///run/app.sock", "myhost", "/run/app.sockhttp://localhost/m", "unix:///run/app.sock")
	check("unix:///run/a@1.sock:/x", "myhost", "/run/a@1.sockhttp://localhost/x", "unix:///run/a@1.sock:/x")
}
