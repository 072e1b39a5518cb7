package test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestBlocks checks, in each document, what needs no table of expectations; type
// document says how.
func TestBlocks(t *testing.T) {
	t.Parallel()
	checked := map[string]int{}
	for path, text := range documents(t) {
		for language, check := range map[string]func(*testing.T, string) error{
			"hcl": loads, "yaml": isYAML, "json": isJSON, "sh": isShell,
		} {
			for _, block := range blocks(text, language) {
				checked[language]++
				if err := check(t, block); err != nil {
					t.Errorf("%s: %v\n%s", path, err, block)
				}
			}
		}
		for _, row := range commandRow.FindAllStringSubmatch(text, -1) {
			checked["row"]++
			if err := parses(t, row[1]); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		if len(blocks(text, "console")) > 0 {
			if err := isFollowed(path); err != nil {
				t.Error(err)
			}
		}
	}
	for _, kind := range []string{"hcl", "yaml", "row"} {
		if checked[kind] < 2 {
			t.Errorf("found %d of %s, want two at least", checked[kind], kind)
		}
	}
}

// documents are README.md and those of docs, by their paths from the top.
func documents(t testing.TB) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, path := range append(paths, "../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(path, "../")] = string(text)
	}
	return all
}

// blocks returns the fenced blocks of a language.
func blocks(text, language string) (all []string) {
	for _, m := range regexp.MustCompile("(?ms)^[ ]*```"+language+"\n(.*?)^[ ]*```").FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// loads has a configuration checked and its format, too. A file that one names
// is not there, which is a warning. A part of one gets what it lacks.
func loads(t *testing.T, block string) error {
	file := config(t, "%s", block)
	if r := promferry(t, nil, "fmt", "--check", file); r.code != 0 {
		return fmt.Errorf("a configuration is not formatted")
	}
	for kind, least := range map[string]string{
		"gateway":     "gateway \"default\" {\n  url = \"http://localhost:9091\"\n}\n",
		"job|builtin": "builtin \"self\" {}\n",
	} {
		if !regexp.MustCompile(`(?m)^(` + kind + `) `).MatchString(block) {
			block += least
		}
	}
	if r := promferry(t, nil, "check", "config", config(t, "%s", block)); r.code != 0 {
		return fmt.Errorf("exit code %d, want 0\n%s", r.code, r.stderr)
	}
	return nil
}

// isYAML gives Prometheus's files to Prometheus's own checker.
func isYAML(t *testing.T, block string) error {
	first, _, _ := strings.Cut(block, "\n")
	switch first {
	case "scrape_configs:", "global:", "rule_files:":
		promtoolTakes(t, "config", block)
	case "groups:":
		promtoolTakes(t, "rules", block)
	}
	return yaml.Unmarshal([]byte(block), new(any))
}

func isJSON(_ *testing.T, block string) error {
	if !json.Valid([]byte(block)) {
		return fmt.Errorf("no JSON")
	}
	return nil
}

// isShell looks at what cannot run here: its syntax, and the flags of promferry.
func isShell(t *testing.T, block string) error {
	cmd := exec.Command("bash", "-n")
	cmd.Stdin = strings.NewReader(block)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("bash -n: %w\n%s", err, out)
	}
	for _, call := range ferryCall.FindAllStringSubmatch(strings.ReplaceAll(block, "\\\n", " "), -1) {
		if err := parses(t, call[1]); err != nil {
			return err
		}
	}
	return nil
}

var (
	commandRow = regexp.MustCompile("(?m)^\\| `promferry ([a-z ]+)")
	ferryCall  = regexp.MustCompile(`promferry\S* ((?:run|once|exec|push|delete|prune|import|verify|check|doctor|targets|fmt|version|demo|--)[^|;&>#\n]*)`)
)

// parses tells whether promferry knows the command and its flags. With --help in
// front it does nothing else.
func parses(t *testing.T, arguments string) error {
	cmd := exec.Command("sh", "-c", `"$0" --help `+arguments, binary)
	cmd.Dir, cmd.Env = t.TempDir(), environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("promferry %s: %w\n%s", arguments, err, out)
	}
	return nil
}

// isFollowed tells whether a test does what the console blocks say.
func isFollowed(path string) error {
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(path), ".md"))
	file := "doc_" + strings.ReplaceAll(name, "-", "") + "_test.go"
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s has console blocks: %w", path, err)
	}
	if !regexp.MustCompile(`follow\(t, document\{\s*path:\s*"` + regexp.QuoteMeta(path) + `"`).Match(text) {
		return fmt.Errorf("%s has console blocks, and %s does not follow it", path, file)
	}
	return nil
}
