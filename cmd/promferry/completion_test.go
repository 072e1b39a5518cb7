package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestComplete: what a line may become. Shells show it in package test.
func TestComplete(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"a.hcl":        `gateway "eu" { url = "http://localhost:1" }` + "\n" + `gateway "us" { url = "http://localhost:2" }`,
		"b.yml":        "",
		".hidden.hcl":  "",
		"dir/in.hcl":   "",
		"dir/text.txt": "",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(line, want string) {
		t.Helper()
		var out strings.Builder
		complete(&out, newTestParser(), strings.Split(line, " "))
		var got []string
		for line := range strings.Lines(out.String()) {
			word, _, _ := strings.Cut(line, "\t")
			got = append(got, word)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
	check("ch", "check")
	check("check ", "config metrics healthy ready")
	check("help imp", "import")
	check("help check h", "healthy")
	check("nonsense x", "")
	check("--log.level ", "debug info warn error")
	check("--log.level=e", "--log.level=error")
	check("--log.level error onc", "once")
	check("once --no-such=", "")
	check("once --d", "--dry-run")
	check("once --lock", "--lock.file=")
	check("--config.auto", "--config.auto-reload --config.auto-reload-interval=")
	check("push --method ", "PUT POST")
	check("push --job=x ", "a.hcl b.yml dir/")
	check("push --job ", "")
	check("check config ", "a.hcl dir/")
	check("check config dir/", "dir/in.hcl")
	check("check config .h", ".hidden.hcl")
	check("check config b", "b.yml")
	check("check metrics ", "")
	check("import prometheus ", "b.yml dir/")
	check("--config.file=", "--config.file=a.hcl --config.file=dir/")
	check("delete --config.file=a.hcl --gateway=", "--gateway=eu --gateway=us")
	check("delete --config.file a.hcl --gateway u", "us")
	check("delete --gateway=", "")
	check("run --gateway=", "")
	check("exec --job=x -- tar --", "")
	check("exec tar --j", "")
	check("exec --j", "--job=")
	check("doctor --format=", "--format=text --format=json")
	check("doctor -o j", "json")
	check("push --job=x - ", "a.hcl b.yml dir/")
}
