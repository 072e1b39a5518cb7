package test

import (
	"regexp"
	"strings"
	"testing"
)

// TestGoVersion: the documents for who builds it, the image and the workflow name
// the Go that go.mod asks for.
func TestGoVersion(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(repoText(t, "go.mod"))
	if found == nil {
		t.Fatal("go.mod has no version of Go")
	}
	for path, want := range map[string]string{
		"README.md":                "Go " + found[1] + " or newer",
		"docs/start.md":            "Go " + found[1] + " or newer",
		"Dockerfile":               "golang:" + found[1] + "-",
		".github/workflows/ci.yml": "golang:" + found[1] + "-",
	} {
		if !strings.Contains(repoText(t, path), want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}
