package main

import "testing"

func TestWithoutSecrets(t *testing.T) {
	check := func(value, want string) {
		t.Helper()
		if got := withoutSecrets(value); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
	check("node:9100", "node:9100")
	check("https://node:9100/metrics", "https://node:9100/metrics")
	check("unix:///run/a@1.sock", "unix:///run/a@1.sock")
	check("/etc/targets/a.json", "/etc/targets/a.json")
	check("user:canary@node:9100", "<secret>@…")
	check("http://user:canary@node:9100/x", "http://<secret>@…")
	check("http://user:can?ary@node:9100/x", "http://<secret>@…")
	check("http://user:can%zzary@node/", "http://<secret>@…")
	check("http://node:9100/?token=canary", "http://node:9100/?<secret>")
	check("http://node:80/#canary", "http://node:80/?<secret>")
	check("node:9100?token=canary", "node:9100?<secret>")
	check("see http://u:canary@x/?token=canary", "<secret>")
	check("a?token=http://canary", "<secret>")
}
