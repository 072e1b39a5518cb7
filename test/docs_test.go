package test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestConfigurationsInDocsLoad runs check config over each one in docs. A file
// that one names is not there, which is a warning.
func TestConfigurationsInDocsLoad(t *testing.T) {
	t.Parallel()
	docs, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, doc := range docs {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile("(?s)```hcl\n(.*?)```").FindAllSubmatch(text, -1) {
			found++
			file := config(t, "%s", block[1])
			if r := promferry(t, nil, "check", "config", file); r.code != 0 {
				t.Errorf("%s: exit code %d, want 0\n%s", doc, r.code, r.stderr)
			}
			if r := promferry(t, nil, "fmt", "--check", file); r.code != 0 {
				t.Errorf("%s: a configuration is not formatted:\n%s", doc, block[1])
			}
		}
	}
	if found < 3 {
		t.Errorf("found %d configurations in docs, want those of security.md", found)
	}
}
