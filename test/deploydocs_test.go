package test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestCommandsForOtherMachines checks what docs say to type where there are
// systemd, docker or a cluster, none of which is here, beyond what TestBlocks
// does: each path of this repository is there, each unit is one of ours, and each
// variable is a flag's.
func TestCommandsForOtherMachines(t *testing.T) {
	t.Parallel()
	help := promferry(t, nil, "run", "--help").stdout + promferry(t, nil, "--help").stdout
	for doc, want := range map[string]int{"docs/host.md": 4, "docs/sidecar.md": 3} {
		found := blocks(repoText(t, doc), "sh")
		if len(found) < want {
			t.Errorf("%s: found %d blocks of commands, want %d", doc, len(found), want)
		}
		for _, block := range found {
			checkCommands(t, doc, block, help)
		}
	}
}

func checkCommands(t *testing.T, doc, block, help string) {
	t.Helper()
	for _, path := range regexp.MustCompile(`\bdeploy/[\w./-]+`).FindAllString(block, -1) {
		if _, err := os.Stat("../" + path); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
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
}

// isFlags tells whether the variable is the twin of a flag in the help.
func isFlags(variable, help string) bool {
	flag := strings.ToLower(strings.TrimPrefix(variable, "PROMFERRY_"))
	pattern := `--(\[no-\])?` + strings.ReplaceAll(regexp.QuoteMeta(flag), "_", "[.-]") + `[ =]`
	return regexp.MustCompile(pattern).MatchString(help)
}
