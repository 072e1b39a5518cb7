package prometheusyaml

import "testing"

// TestMasked: credentials that were commented out are credentials too.
func TestMasked(t *testing.T) {
	r := &reader{secrets: secrets{values: []string{"s3cr3t"}}}
	check := func(comment, want string) {
		t.Helper()
		if got := r.masked(comment); got != want {
			t.Errorf("%q: got %q, want %q", comment, got, want)
		}
	}
	check("# as before", "# as before")
	check("# it was s3cr3t before", "# it was <secret> before")
	check("# password: a b # c", "# password: <secret>")
	check("#   bearer_token = 'x'", "#   bearer_token = <secret>")
	check("# \"client_secret\": x", "# \"client_secret\": <secret>")
	check("# secrets:\n#   - x\n# more", "# secrets:\n#   - <secret>\n# more")
	check("# password_file: /x", "# password_file: /x")
	check("# Bearer abcdefghijklmnop", "# Bearer <secret>")
	check("# basic auth is better", "# basic auth is better")
	check("# see http://u:p@host/x", "# see http://<secret>@host/x")
	check("# mail ops@example.net", "# mail ops@example.net")
}

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
