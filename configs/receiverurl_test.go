package configs

import (
	"strings"
	"testing"
)

// TestReceiverURLShown: the whole text shows where samples go, and no query.
func TestReceiverURLShown(t *testing.T) {
	check := func(expr, want string) {
		t.Helper()
		config := load(t, strings.Replace(minimalStore, `"http://localhost:9090/api/v1/write"`, expr, 1))
		if !strings.Contains(config.Text, "url = "+want+"\n") || strings.Contains(config.Text, "canary") {
			t.Errorf("%s: shown as\n%s\nwant %s", expr, config.Text, want)
		}
		if got := config.RemoteWrites[0].URL.Path; got != "/w" {
			t.Errorf("%s: got path %q, want /w", expr, got)
		}
	}
	check(`"http://store:9090/w"`, `"http://store:9090/w"`)
	check(`"http://store:9090/w?token=canary"`, `"http://store:9090/w?<secret>"`)
	check(`"http://store:9090/w?token=a@canary"`, `"http://<secret>"`) // the @ could be behind a password
	check(`"http://store:9090/w?token=${env("PASSWORD")}&x=canary"`, `<secret>`)
	check(`"http://store:9090/w\u003ftoken=canary"`, `<secret>`)
	check(`format("http://store:9090/w?token=%s", "canary")`, `<secret>`)
	check(`join("?", ["http://store:9090/w", "canary"])`, `<secret>`)
	check(`"http://${env("NOWHERE", "store")}/w"`, `"http://${env("NOWHERE", "store")}/w"`)
}

// TestReceiverURLIsKept: a path is as it is written, with its slash at the end.
func TestReceiverURLIsKept(t *testing.T) {
	const want = "https://[::1]:8428/insert/0/prometheus/?extra_label=a%3Db"
	w := load(t, strings.Replace(minimalStore, "http://localhost:9090/api/v1/write", want, 1)).RemoteWrites[0]
	if w.URL.String() != want || !w.Loopback {
		t.Errorf("got %s, on this machine: %t", w.URL, w.Loopback)
	}
}
