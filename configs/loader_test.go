package configs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDirectory: the *.hcl of a directory are one configuration, in the order of
// their names.
func TestDirectory(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"b.hcl":     `job "b" { targets = ["b"] }`,
		"a.hcl":     `job "a" { targets = ["a"] }`,
		"g.hcl":     `gateway "default" { url = "http://gw:9091" }`,
		"notes.txt": `this is not HCL`,
	})
	config, diags := testLoader().Load(dir)
	if config == nil {
		t.Fatal(diags)
	}
	if got := config.Jobs[0].Name + config.Jobs[1].Name; got != "ab" {
		t.Errorf("got jobs %s, want ab", got)
	}
}

// TestNotText: of a file that is no text, or in UTF-16, there is one error, not one
// for each byte that HCL does not know.
func TestNotText(t *testing.T) {
	l := testLoader()
	_, diags := l.LoadBytes("moved.hcl", []byte("\xff\xfeg\x00a\x00t\x00e\x00\n\x00"))
	if len(diags) != 1 || !strings.Contains(diags[0].Detail, "read moved.hcl: it has NUL bytes") {
		t.Errorf("got %v", diags)
	}
}

// TestEmptyFile: the place of what is missing in a file without text has no
// snippet, and nothing in place of one.
func TestEmptyFile(t *testing.T) {
	l := testLoader()
	_, diags := l.LoadBytes("empty.hcl", nil)
	if text := written(t, l, diags); strings.Contains(text, "not available") {
		t.Error(text)
	}
}

// TestNameTwiceInTwoFiles: the error names both places, in the order of the paths.
func TestNameTwiceInTwoFiles(t *testing.T) {
	dir := writeFiles(t, map[string]string{"z.hcl": minimal, "a.hcl": "\n" + minimal})
	z, a := filepath.Join(dir, "z.hcl"), filepath.Join(dir, "a.hcl")
	_, diags := testLoader().Load(z, a)
	var got []string
	for _, diag := range diags {
		got = append(got, place(*diag.Subject)+" "+diag.Summary)
		if !strings.Contains(diag.Detail, z) {
			t.Errorf("detail %q: want %s in it", diag.Detail, z)
		}
	}
	want := []string{a + ":3 Name used twice", a + ":6 Name used twice"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// TestBrokenFileAmongOthers: the others are checked all the same, but nothing is
// said to be missing that the broken one may have.
func TestBrokenFileAmongOthers(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"a.hcl": `gateway "default" {`,
		"b.hcl": "job \"b\" {\n targets = [\"b:x\"]\n gateways = [\"default\"]\n}",
	})
	_, diags := testLoader().Load(dir)
	if len(diags) != 2 || diags[1].Summary != "Bad target address" {
		t.Errorf("got %v, want a syntax error and a bad address", diags)
	}
}

func TestUnreadable(t *testing.T) {
	empty := t.TempDir()
	for _, paths := range [][]string{nil, {empty}, {filepath.Join(empty, "missing.hcl")}} {
		l := testLoader()
		config, diags := l.Load(paths...)
		if config != nil || len(diags) != 1 || diags[0].Summary != "Cannot read configuration" {
			t.Errorf("%v: got %v", paths, diags)
		}
		if got := written(t, l, diags); !strings.HasPrefix(got, "Error: Cannot read configuration") {
			t.Errorf("%v: got %s", paths, got)
		}
	}
}

func TestFileTooLarge(t *testing.T) {
	name := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(name, bytes.Repeat([]byte("a"), 11), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readFile(name, 10); err == nil {
		t.Error("got no error for 11 bytes of at most 10")
	}
	if b, err := readFile(name, 11); err != nil || len(b) != 11 {
		t.Errorf("got %d bytes, %v", len(b), err)
	}
}

// writeFiles makes a directory with these files.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
