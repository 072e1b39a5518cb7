package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestArchitectureNamesWhatIsThere: each file that docs/architecture.md names
// is there, and declares each name that follows it.
func TestArchitectureNamesWhatIsThere(t *testing.T) {
	page := repoText(t, "docs/architecture.md")
	spans := regexp.MustCompile("`([a-z/]+[a-z0-9_]*\\.go)`(:(?:[,\\s]+`[A-Za-z]+`)+)?").FindAllStringSubmatch(page, -1)
	if len(spans) < 40 {
		t.Errorf("found %d files on the page, want all of them", len(spans))
	}
	for _, span := range spans {
		source, err := os.ReadFile("../" + span[1])
		if err != nil {
			t.Errorf("%s: %v", span[1], err)
			continue
		}
		for _, name := range regexp.MustCompile("[A-Za-z]+").FindAllString(strings.TrimPrefix(span[2], ":"), -1) {
			if !regexp.MustCompile(`(?m)^(func|type|var) (\([^)]*\) )?` + name + `\b`).Match(source) {
				t.Errorf("%s declares no %s", span[1], name)
			}
		}
	}
}

// TestPushgatewayPageHasEachRule: what comments call contract C8 is a row of
// docs/pushgateway.md.
func TestPushgatewayPageHasEachRule(t *testing.T) {
	page := repoText(t, "docs/pushgateway.md")
	cited := 0
	for _, pkg := range []string{"convert", "push", "relay", "scrape", "configs", "transport", "cmd/promferry"} {
		files, err := filepath.Glob("../" + pkg + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, citation := range regexp.MustCompile(`contract((?:,? (?://\s*)?(?:and |to )?[CV][0-9]+)+)`).FindAllSubmatch(source, -1) {
				for _, rule := range regexp.MustCompile(`[CV][0-9]+`).FindAll(citation[1], -1) {
					cited++
					if !strings.Contains(page, "\n| "+string(rule)+" |") {
						t.Errorf("%s: docs/pushgateway.md has no rule %s", file, rule)
					}
				}
			}
		}
	}
	if cited < 50 {
		t.Errorf("found %d citations of rules, want all of them", cited)
	}
}
