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

// units are those of deploy/systemd, by name.
func units(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../deploy/systemd/promferry*")
	if err != nil || len(files) != 3 {
		t.Fatalf("units %q, %v, want two services and a timer", files, err)
	}
	all := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = string(text)
	}
	return all
}

// values are those of a key in a unit.
func values(unit, key string) (all []string) {
	for _, found := range regexp.MustCompile(`(?m)^`+key+`=(.*)$`).FindAllStringSubmatch(unit, -1) {
		all = append(all, found[1])
	}
	return all
}

// TestUnits has systemd verify the units, where the program is the one that was
// built, and say how much of the system they expose: 1.1 of 10, of which the
// networks and sockets that they need are most.
func TestUnits(t *testing.T) {
	t.Parallel()
	analyze := part(t, "systemd-analyze")
	dir := t.TempDir()
	for name, text := range units(t) {
		text = strings.ReplaceAll(text, "=/usr/bin/promferry ", "="+binary+" ")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name := range units(t) {
		path := filepath.Join(dir, name)
		if out, err := exec.Command(analyze, "verify", "--man=no", "--recursive-errors=no", path).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("verify %s: %v\n%s", name, err, out)
		}
		if filepath.Ext(name) != ".service" {
			continue
		}
		if out, err := exec.Command(analyze, "security", "--no-pager", "--offline=true", "--threshold=11", path).CombinedOutput(); err != nil {
			t.Errorf("security %s: %v\n%s", name, err, out)
		}
	}
}

// TestUnitsCallTheProgramAsItIs: each flag that they give is one, and so is each
// variable of the flags that the file for them names.
func TestUnitsCallTheProgramAsItIs(t *testing.T) {
	t.Parallel()
	known := promferry(t, nil, "--help").stdout
	for name, unit := range units(t) {
		for _, command := range values(unit, "ExecStart") {
			words := strings.Fields(command)
			help := promferry(t, nil, words[1], "--help").stdout
			known += help
			for _, word := range words[2:] {
				flag, _, _ := strings.Cut(word, "=")
				if !regexp.MustCompile(regexp.QuoteMeta(flag) + `[ =]`).MatchString(help) {
					t.Errorf("%s: promferry %s has no %s", name, words[1], flag)
				}
			}
		}
	}
	text := repoText(t, "deploy/packaging/etc/default")
	named := regexp.MustCompile(`PROMFERRY_[A-Z_]+`).FindAllString(text, -1)
	for _, name := range named {
		if !isFlags(name, known) {
			t.Errorf("/etc/default/promferry names %s, which is no flag's", name)
		}
	}
	if len(named) == 0 {
		t.Error("/etc/default/promferry names no flag")
	}
}

// TestUnitsAreHardenedAlike: what one may not, the other may not.
func TestUnitsAreHardenedAlike(t *testing.T) {
	t.Parallel()
	begin := "# What it may do:"
	hardening := func(name string) []string {
		_, text, found := strings.Cut(units(t)[name], begin)
		if !found {
			t.Fatalf("%s has no hardening", name)
		}
		text, _, _ = strings.Cut(text, "\n[")
		return strings.Fields(text)
	}
	if run, once := hardening("promferry.service"), hardening("promferry-once.service"); !slices.Equal(run, once) {
		t.Errorf("promferry.service has\n%s\nand promferry-once.service\n%s", run, once)
	}
}

// TestUnitWaitsLongEnough: systemd kills nothing that promferry still ends in
// order, and waits for a sign of life longer than two looks at the schedule take.
func TestUnitWaitsLongEnough(t *testing.T) {
	t.Parallel()
	service, once := units(t)["promferry.service"], units(t)["promferry-once.service"]
	for _, test := range []struct{ unit, key, want string }{
		{service, "TimeoutStopSec", "20s"}, // --shutdown.timeout is 10s
		{service, "WatchdogSec", "60s"},
		{once, "TimeoutStartSec", "90s"}, // --timeout is 60s
	} {
		if got := values(test.unit, test.key); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s is %q, want %s", test.key, got, test.want)
		}
	}
	if help := promferry(t, nil, "run", "--help").stdout; !strings.Contains(help, "--shutdown.timeout=10s") {
		t.Error("--shutdown.timeout is not 10s any more; think of TimeoutStopSec")
	}
}
