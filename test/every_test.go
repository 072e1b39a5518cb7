package test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRarelyPushed: each example of a group that is not pushed all the time says
// how often, by a label that CronStale knows. Without it PushStale would fire.
func TestRarelyPushed(t *testing.T) {
	t.Parallel()
	known := knownPeriods(t)
	texts := map[string]string{} // in docs/troubleshooting.md, push stands in for an app
	for _, name := range []string{"README.md", "docs/cron.md"} {
		texts[name] = documents(t)[name]
	}
	texts["exec --help"] = promferry(t, nil, "exec", "--help").stdout
	texts["push --help"] = promferry(t, nil, "push", "--help").stdout
	texts["backup.yaml"] = strings.NewReplacer("[/promferry, exec", "promferry exec", ", ", " ").Replace(repoText(t, "deploy/kubernetes/job/backup.yaml"))
	found := map[string]int{}
	for name, text := range texts {
		for _, line := range regexp.MustCompile(`promferry (?:exec|push) .*--(?:gateway|config.file)=.*`).FindAllString(text, -1) {
			found[name]++
			if period := regexp.MustCompile(`--label=every=(\w+) `).FindStringSubmatch(line + " "); period == nil || !slices.Contains(known, period[1]) {
				t.Errorf("%s: no label every of %q in %s", name, known, line)
			}
		}
	}
	for name := range texts {
		if found[name] == 0 {
			t.Errorf("%s: found no example", name)
		}
	}
	for _, file := range []string{"configs/examples/cron.hcl", "deploy/kubernetes/job/once.hcl"} {
		checkPeriods(t, file, known)
	}
}

// knownPeriods are those of CronStale.
func knownPeriods(t testing.TB) (known []string) {
	t.Helper()
	for _, rule := range loadAlerts(t) {
		for _, period := range regexp.MustCompile(`every="(\w+)"`).FindAllStringSubmatch(rule.Expr, -1) {
			known = append(known, period[1])
		}
	}
	if len(known) < 3 {
		t.Fatalf("periods %q of CronStale, want more", known)
	}
	return known
}

// checkPeriods looks at the groups that a configuration pushes.
func checkPeriods(t testing.TB, file string, known []string) {
	t.Helper()
	path, err := filepath.Abs("../" + file)
	if err != nil {
		t.Fatal(err)
	}
	groups := regexp.MustCompile(`(?m)^ *push +(\S+)$`).FindAllStringSubmatch(promferry(t, nil, "targets", "--config.file="+path).stdout, -1)
	if len(groups) == 0 {
		t.Errorf("%s: no groups", file)
	}
	for _, group := range groups {
		if period := regexp.MustCompile(`/every/(\w+)`).FindStringSubmatch(group[1]); period == nil || !slices.Contains(known, period[1]) {
			t.Errorf("%s: group %s has no label every of %q", file, group[1], known)
		}
	}
}
