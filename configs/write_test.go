package configs

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestWriteDiagnostics compares what people see to testdata/many.txt.
func TestWriteDiagnostics(t *testing.T) {
	want, err := os.ReadFile("testdata/many.txt")
	if err != nil {
		t.Fatal(err)
	}
	l := testLoader()
	_, diags := l.Load("testdata/errors/many.hcl")
	if diff := cmp.Diff(string(want), written(t, l, diags)); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

// TestWriteMany: one mistake in a long list gives no more than a screen or two,
// in which each snippet has what is wrong.
func TestWriteMany(t *testing.T) {
	var list []string
	for i := range 298 {
		list = append(list, fmt.Sprintf(`"host%d.example.net:9100"`, i))
	}
	check := func(text string, want ...string) {
		t.Helper()
		l := testLoader()
		_, diags := l.LoadBytes("test.hcl", []byte(minimal+text))
		got := written(t, l, diags)
		if len(got) > 20_000 {
			t.Errorf("%d bytes for one mistake", len(got))
		}
		for line := range strings.Lines(got) {
			if strings.Contains(line, "targets = ") && len(line) > 200 {
				t.Errorf("a snippet of %d bytes: %s", len(line), line)
			}
		}
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("got:\n%s\nwant in it: %s", got, w)
			}
		}
	}
	all := strings.Join(list, ", ")
	check("job \"one\" {\n  instance = \"x\"\n  targets = ["+all+"]\n}\n",
		`The target "host0.example.net:9100" at test.hcl:10 has the grouping key {instance="x",job="one"} on the gateway "default", and so have "host1.example.net:9100" at test.hcl:10,`,
		"and 294 more: one would overwrite the other.")
	check("job \"two\" {\n  targets = ["+all+", "+all+"]\n}\n",
		`"host297.example.net:9100", "host0.example.net:9100", "host1.`,
		"… and 278 more: Two targets with one key\n")
}

// TestCutLines cuts between characters, and leaves what fits.
func TestCutLines(t *testing.T) {
	long := strings.Repeat("ä", 200)
	text := "short\n" + long + "X" + long + "\n" + long + "\n"
	c := cutLines([]byte(text), len("short\n"+long))
	got := strings.Split(string(c.text), "\n")
	if len(got) != 4 || got[0] != "short" || !strings.HasPrefix(got[1], "…ä") || !strings.Contains(got[1], "äXä") || got[2] != strings.Repeat("ä", 80)+"…" || !utf8.Valid(c.text) {
		t.Errorf("got %q", got)
	}
}

// TestMasks: whatever is wrong with a text, and wherever, no snippet shows a
// secret. The caller's text is after a line with a mistake, so that its place in
// the masked text has moved.
func TestMasks(t *testing.T) {
	check := func(text string) {
		t.Helper()
		src := "global {\n  workers = \"http://u:canary@h\"\n}\n" + text
		l := testLoader()
		_, diags := l.LoadBytes("test.hcl", []byte(src))
		if !diags.HasErrors() {
			t.Errorf("%s\ngot no error", src)
		}
		checkSecrets(t, l, diags)
	}
	auth := func(attribute string) string {
		return "gateway \"g\" {\n  url = \"https://h\"\n  basic_auth {\n    username = \"u\"\n    " + attribute + "\n  }\n}\n"
	}
	check(auth(`password = "canary"`))
	check(auth(`password = "canary`)) // no second quote
	check(auth(`password = canary`))
	check(auth(`password = 'canary'`))
	check(auth(`password "canary"`))
	check(auth(`password: "canary"`))
	check(auth("password = <<EOT\ncanary\nEOT"))
	check(auth("password = <<EOT\ncanary\n"))
	check(auth("password = [\n\"canary\",\n\"canary\""))
	check(auth(`password = env("PASSWORD", "canary")`))
	check(auth(`password = "${env("PASSWORD")}"`))
	check(auth(`password = env("NOT_SET") + "canary"`))
	check(auth(`passwd = "canary"`))
	check(auth(`secret = "canary"`))
	check(auth(`user_pass = "canary"`))
	check(`gateway "g" { basic_auth { password = "canary" } }`)
	check(`gateway "g" { basic_auth = { "password" = "canary", password : "canary" } }`)
	check(`gateway "g" { http_header "A" { values = ["canary", 3] } }`)
	check(`gateway "g" { http_header "A" { values = "canary" ] } }`)
	check(`gateway "g" { authorization { credentials = "canary" } }`)
	check(`gateway "g" { oauth2 { client_secret = "canary", endpoint_params = { a = "canary" } } }`)
	check(`gateway "g" { oauth2 { token_url = "http://u:canary@h" x } }`)
	check("gateway \"g\" {\n tls_config {\n key = <<EOT\ncanary\nEOT\n x } }")
	check(`gateway "g" { proxy_connect_header "A" { values = ["canary"] x } }`)
	check(`gateway "g" { proxy_url = "socks5://u:canary@h" x }`)
	check(`gateway "g" { url = "http://u:${env("NOT_SET")}canary@h" }`)
	check(`gateway "g" { url = "http://u:canary@h`)
	check(`gateway "g" { url = "http://h?canary" x }`)
	check(`gateway "g" { url = "u:canary@h" }`)
	check(`gateway "g" { url = env("NOT_SET", "http://u:canary@h") }`)
	check(`job "j" { params = { a = "canary", b = 3` + "\n}")
	check("job \"j\" {\n  params = {\n    a = [\"canary\"]\n    b = \"canary\"\n  }\n  params = {}\n}")
	check(`job "j" { targets = [for x in [env("PASSWORD")] : x.foo] }`)
}

// TestMaskKeepsTheRest: around a mask the snippet is as it was, line for line.
func TestMaskKeepsTheRest(t *testing.T) {
	l := testLoader()
	_, diags := l.LoadBytes("test.hcl", []byte(minimal+`
gateway "g" {
  url = "https://h"
  basic_auth {
    username = "u"
    password = <<EOT
canary
EOT
  }
  tiemout = "5s"
}
`))
	got := written(t, l, diags)
	for _, want := range []string{
		"line 13, in gateway \"g\":\n  13:     password = <secret>\n",
		"line 17, in gateway \"g\":\n  17:   tiemout = \"5s\"\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got:\n%s\nwant in it:\n%s", got, want)
		}
	}
}
