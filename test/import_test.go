package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/prometheus/common/model"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/zclconf/go-cty/cty"
)

// comparable has, of the cases of the importer that Debian's Prometheus takes,
// the jobs whose targets do not depend on a network, and how many there are.
// Left out are a job with a URL in a label that is a secret, and one with both
// files and targets, at which promtool 2.42 panics.
var comparable = map[string]map[string]int{
	"anchors":       {"one": 2, "two": 1, "three": 1, "four": 1},
	"blackbox":      {"blackbox": 3, "blackbox_modules": 2, "blackbox_exporter": 1},
	"file_sd":       {"files": 4, "named": 3},
	"onejob":        {"one": 1, "two": 1},
	"hiddensecrets": {"labels": 1, "same": 1, "grant": 1},
	"joblabels":     {"same": 1},
	"secrets":       {"my app": 1, "bearer": 1, "bearer_file": 1, "grant": 1},
	"sections":      {"node": 1, "federate": 1, "pushgateway": 1},
	"snmp":          {"snmp": 3, "snmp_exporter": 2, "node": 3, "elsewhere": 1, "files": 3},
	"static":        {"prometheus": 1, "node": 7, "app": 1},
	"tls":           {"tls": 1, "grant": 1},
}

// TestImportedTargets: what import writes loads, and its targets are those that
// Prometheus makes of the same file, with the parameters of their URLs.
func TestImportedTargets(t *testing.T) {
	t.Parallel()
	for _, dir := range importCases(t) {
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := importInto(t, dir)
			jobs := comparable[name]
			if jobs == nil {
				return
			}
			r := promferry(t, env, "targets", "--config.file="+showParams(t, filepath.Join(dir, "promferry.hcl")), "--timeout=10s")
			got := shownTargets(r.stdout)
			for job, count := range jobs {
				want := promtoolTargets(t, dir, job, "1s")
				if len(want) != count { // as on a machine that is busy
					want = promtoolTargets(t, dir, job, "10s")
				}
				if len(want) != count || !slices.Equal(got[job], want) {
					t.Errorf("job %s: got\n%s\nwant %d targets, as promtool has:\n%s", job, strings.Join(got[job], "\n"), count, strings.Join(want, "\n"))
				}
			}
		})
	}
}

// TestImportTellsPrometheus: what the report says to write on the Prometheus side
// is what Prometheus takes.
func TestImportTellsPrometheus(t *testing.T) {
	t.Parallel()
	for _, dir := range importCases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			r := promferry(t, nil, "import", "prometheus", "--gateway=https://push.example.net/gw", filepath.Join(dir, "prometheus.yml"))
			promtoolTakes(t, "config", paragraph(t, r.stderr, "scrape_configs:"))
			promtoolTakes(t, "rules", paragraph(t, r.stderr, "groups:"))
		})
	}
}

// paragraph is the part of a text from a line to an empty one.
func paragraph(t testing.TB, text, from string) string {
	t.Helper()
	_, after, found := strings.Cut(text, "\n"+from+"\n")
	inside, _, ends := strings.Cut(after, "\n\n")
	if !found || !ends {
		t.Fatalf("no paragraph %q in:\n%s", from, text)
	}
	return from + "\n" + inside + "\n"
}

func promtoolTakes(t testing.TB, kind, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), kind+".yml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(part(t, "promtool"), "check", kind, file).CombinedOutput(); err != nil {
		t.Errorf("promtool check %s: %v\n%s\n%s", kind, err, out, text)
	}
}

// importCases writes the files of each case of the importer into a directory;
// those of a case that has no HCL, or what Prometheus refuses, are left out.
func importCases(t testing.TB) (dirs []string) {
	t.Helper()
	paths, err := filepath.Glob("../cmd/promferry/internal/prometheusyaml/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if strings.HasPrefix(name, "refused") || slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want.hcl" && len(f.Data) == 0 }) {
			continue
		}
		dir := filepath.Join(t.TempDir(), name)
		for _, f := range archive.Files {
			file := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(string(f.Data), "/etc/prometheus", dir)
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		dirs = append(dirs, dir)
	}
	if len(dirs) < 10 {
		t.Fatalf("got %d cases, want ten at least", len(dirs))
	}
	return dirs
}

// importInto writes promferry.hcl into a directory with a prometheus.yml, checks
// that it loads, and returns the secrets that it wants from the environment.
func importInto(t testing.TB, dir string) (env []string) {
	t.Helper()
	r := promferry(t, nil, "import", "prometheus", filepath.Join(dir, "prometheus.yml"))
	if r.code == 2 {
		t.Fatalf("exit code 2: %s", r.stderr)
	}
	file := filepath.Join(dir, "promferry.hcl")
	if err := os.WriteFile(file, []byte(r.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, match := range environmentCall.FindAllStringSubmatch(r.stdout, -1) {
		value := "hunter2" // as in the cases
		if isAddress.MatchString(match[1]) {
			value = "http://localhost/"
		}
		env = append(env, match[1]+"="+value)
	}
	if r := promferry(t, env, "check", "config", file); r.code != 0 {
		t.Fatalf("what import writes does not load: exit code %d\n%s", r.code, r.stderr)
	}
	return env
}

var (
	environmentCall = regexp.MustCompile(`env\("(\w+)"\)`)
	isAddress       = regexp.MustCompile(`_(URL|TARGET)(_\d+)?$`)
)

// showParams adds to each job a rule that has the targets command show what it
// hides, the values of parameters: as labels param_…
func showParams(t testing.TB, file string) (shown string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, diags := hclwrite.ParseConfig(src, file, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, job := range text.Body().Blocks() {
		if job.Type() == "job" {
			rule := job.Body().AppendNewBlock("relabel_config", nil).Body()
			rule.SetAttributeValue("action", cty.StringVal("labelmap"))
			rule.SetAttributeValue("regex", cty.StringVal(model.ParamLabelPrefix+"(.+)"))
			rule.SetAttributeValue("replacement", cty.StringVal(shownParam+"$1"))
		}
	}
	shown = filepath.Join(filepath.Dir(file), "shown.hcl")
	if err := os.WriteFile(shown, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return shown
}

const shownParam = "param_"

// shownTargets are the targets in the output of the command, by job: where each
// is scraped, and its labels.
func shownTargets(text string) map[string][]string {
	all := map[string][]string{}
	for _, match := range shownTarget.FindAllStringSubmatch(text, -1) {
		job := jobIn.FindStringSubmatch(match[2])
		all[job[1]] = append(all[job[1]], match[1]+" "+match[2])
	}
	for _, targets := range all {
		slices.Sort(targets)
	}
	return all
}

var (
	shownTarget = regexp.MustCompile(`(?m)^(\S+)\n  every .*\n  discovered .*\n  target      (\{.*\})$`)
	jobIn       = regexp.MustCompile(`[{,]job="([^"]*)"`)
)

// promtoolTargets are the targets of a job as Prometheus makes them, like those
// of shownTargets. promtool always takes all of the time that it is given. Prometheus
// 3 adds no port to an address, which 2 has to be told.
func promtoolTargets(t testing.TB, dir, job, within string) (targets []string) {
	t.Helper()
	cmd := exec.Command(part(t, "promtool"), "check", "service-discovery", "--timeout="+within, "--enable-feature=no-default-scrape-port", filepath.Join(dir, "prometheus.yml"), job)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	var found []struct {
		Labels map[string]string `json:"labels"` // none of a dropped one
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if len(f.Labels) > 0 {
			targets = append(targets, promtoolTarget(f.Labels))
		}
	}
	slices.Sort(targets)
	return targets
}

func promtoolTarget(of map[string]string) string {
	labels := map[string]string{}
	for name, value := range of {
		if param, is := strings.CutPrefix(name, model.ParamLabelPrefix); is {
			labels[model.EscapeName(shownParam+param, model.UnderscoreEscaping)] = value
		} else if !strings.HasPrefix(name, model.ReservedLabelPrefix) {
			labels[name] = value
		}
	}
	var visible []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		visible = append(visible, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	return fmt.Sprintf("%s://%s%s {%s}", of[model.SchemeLabel], of[model.AddressLabel], of[model.MetricsPathLabel], strings.Join(visible, ","))
}
