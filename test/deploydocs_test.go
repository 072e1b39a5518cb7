package test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestCommandsForOtherMachines checks what docs say to type where there are
// systemd, docker or a cluster, none of which is here: the shell can read it, each
// path of this repository is there, each unit is one of ours, each variable is a
// flag's, and each promferry has that command and those flags.
func TestCommandsForOtherMachines(t *testing.T) {
	t.Parallel()
	help := promferry(t, nil, "run", "--help").stdout + promferry(t, nil, "--help").stdout
	for doc, want := range map[string]int{"host.md": 4, "sidecar.md": 3} {
		text, err := os.ReadFile("../docs/" + doc)
		if err != nil {
			t.Fatal(err)
		}
		blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
		if len(blocks) < want {
			t.Errorf("%s: found %d blocks of commands, want %d", doc, len(blocks), want)
		}
		for _, block := range blocks {
			checkCommands(t, doc, block[1], help)
		}
		for _, link := range regexp.MustCompile(`\]\(\.\./([^)#]+)\)`).FindAllStringSubmatch(string(text), -1) {
			mustExist(t, doc, link[1])
		}
	}
}

func checkCommands(t *testing.T, doc, block, help string) {
	t.Helper()
	shell := exec.Command("bash", "-n")
	shell.Stdin = strings.NewReader(block)
	if out, err := shell.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s%s", doc, err, out, block)
	}
	for _, path := range regexp.MustCompile(`\bdeploy/[\w./-]+`).FindAllString(block, -1) {
		mustExist(t, doc, path)
	}
	for _, found := range regexp.MustCompile(`(?m)^systemctl .* (promferry\S*)$`).FindAllStringSubmatch(block, -1) {
		unit := found[1]
		if !strings.Contains(unit, ".") {
			unit += ".service"
		}
		if _, ours := units(t)[unit]; !ours {
			t.Errorf("%s: there is no unit %s", doc, unit)
		}
	}
	for _, name := range regexp.MustCompile(`PROMFERRY_[A-Z_]+`).FindAllString(block, -1) {
		if !isFlags(name, help) {
			t.Errorf("%s: %s is no flag's", doc, name)
		}
	}
	for _, found := range regexp.MustCompile(`(?m)^promferry ([a-z ]+)`).FindAllStringSubmatch(block, -1) {
		if r := promferry(t, nil, append(strings.Fields(found[1]), "--help")...); r.code != 0 {
			t.Errorf("%s: promferry %s: %s", doc, found[1], r.stderr)
		}
	}
}

// isFlags tells whether the variable is the twin of a flag in the help.
func isFlags(variable, help string) bool {
	flag := strings.ToLower(strings.TrimPrefix(variable, "PROMFERRY_"))
	pattern := `--(\[no-\])?` + strings.ReplaceAll(regexp.QuoteMeta(flag), "_", "[.-]") + `[ =]`
	return regexp.MustCompile(pattern).MatchString(help)
}

func mustExist(t *testing.T, doc, path string) {
	t.Helper()
	if _, err := os.Stat("../" + path); err != nil {
		t.Errorf("%s: %v", doc, err)
	}
}
