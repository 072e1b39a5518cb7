package configs

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestDigestFollowsTheFiles changes what a configuration is read from, one thing
// after the other.
func TestDigestFollowsTheFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to string) {
		t.Helper()
		if err := errors.Join(os.Symlink(to, "next"), os.Rename("next", "..data")); err != nil {
			t.Fatal(err)
		}
	}
	link("..1")
	write("..1/a.hcl", minimal)
	write("conf/b.hcl", `job "b" {
		targets  = ["b"]
		labels   = { site = file("secrets/site"), rack = try(file("secrets/rack"), "none") }
	}`)
	write("secrets/site", "fra1\n")
	loader := testLoader()
	loader.ReadFile = os.ReadFile
	for _, step := range []struct {
		name   string
		change func()
		want   bool // it is another configuration
	}{
		{"nothing", func() {}, false},
		{"a touch", func() { _ = os.Chtimes("..1/a.hcl", time.Now(), time.Now().Add(time.Hour)) }, false},
		{"a file", func() { write("..1/a.hcl", minimal+"\n") }, true},
		{"a symbolic link", func() { write("..2/a.hcl", minimal); link("..2") }, true},
		{"a symbolic link to the same text", func() { write("..3/a.hcl", minimal); link("..3") }, false},
		{"a file more in a directory", func() { write("conf/c.hcl", `job "c" { targets = ["c"] }`) }, true},
		{"a file that is not read", func() { write("conf/c.txt", "") }, false},
		{"another name", func() { _ = os.Rename("conf/c.hcl", "conf/d.hcl") }, true},
		{"a file less", func() { _ = os.Remove("conf/d.hcl") }, true},
		{"what file() reads", func() { write("secrets/site", "fra2\n") }, true},
		{"what file() did not find", func() { write("secrets/rack", "r1") }, true},
		{"a text that is wrong", func() { write("conf/b.hcl", `job`) }, true},
		{"a text that is missing", func() { _ = os.Remove("..3/a.hcl") }, true},
	} {
		loader.Load("..data/a.hcl", "conf")
		step.change()
		if got := loader.DigestNow() != loader.Digest(); got != step.want {
			t.Errorf("%s: changed is %v, want %v", step.name, got, step.want)
		}
	}
}

// The texts of two files must not pass for those of two others.
func TestDigestTellsFilesApart(t *testing.T) {
	digest := func(files map[string]string) Digest {
		l := testLoader()
		t.Chdir(writeFiles(t, files))
		l.Load(".")
		return l.Digest()
	}
	if digest(map[string]string{"a.hcl": "# 1\n", "b.hcl": "# 2\n"}) == digest(map[string]string{"a.hcl": "# 1\n# 2\n", "b.hcl": ""}) {
		t.Error("a line that moves to another file is no change")
	}
}

func TestDigestWithoutFiles(t *testing.T) {
	l := testLoader()
	l.LoadBytes("flags", []byte(minimal))
	if l.Digest() != l.DigestNow() {
		t.Error("a text without a file has changed")
	}
}
