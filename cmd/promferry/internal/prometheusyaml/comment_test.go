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
	check("# proxy_url: u:p@proxy:3128", "# proxy_url: <secret>@proxy:3128")
	check("# targets: ['u:p@host']", "# targets: ['<secret>@host']")
	check("# labels: {__param_token: x}", "# labels: {__param_token: <secret>")
	check("# - target_label: __param_key\n#   replacement: x", "# - target_label: __param_key\n#   replacement: <secret>")
	check("# - target_label: team\n#   replacement: x", "# - target_label: team\n#   replacement: x")
	check("# mail ops@example.net", "# mail ops@example.net")
}
