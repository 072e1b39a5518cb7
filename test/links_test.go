package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLinks: what a document of the repository links to in it is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", "..", "ls-files", "-co", "--exclude-standard", "*.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for path := range strings.Lines(string(out)) {
		path = filepath.Join("..", strings.TrimSpace(path))
		for _, link := range linksOf(t, path) {
			found++
			file, anchor, _ := strings.Cut(link, "#")
			to := path
			if file != "" {
				to = filepath.Join(filepath.Dir(path), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: link %s: %v", path, link, err)
			} else if anchor != "" && !slices.Contains(anchorsOf(t, to), anchor) {
				t.Errorf("%s: link %s: no such heading", path, link)
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d links, want those of README.md", found)
	}
}

// linksOf returns the links of a document that lead to no other host.
func linksOf(t testing.TB, path string) (links []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(prose(t, path), -1) {
		if !strings.Contains(m[1], "://") {
			links = append(links, m[1])
		}
	}
	return links
}

// anchorsOf returns those that GitHub makes of the headings of a document.
func anchorsOf(t testing.TB, path string) (anchors []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(prose(t, path), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		anchors = append(anchors, strings.ReplaceAll(anchor, " ", "-"))
	}
	return anchors
}

// prose is a document without its fenced blocks.
func prose(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?ms)^[ ]*```.*?^[ ]*```").ReplaceAllString(string(text), "")
}
