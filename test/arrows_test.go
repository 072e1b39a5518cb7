package test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/promferry/promferry/"

// arrows says which packages of this module each may import. The data flows
// scrape → convert → push, and relay composes: nothing points backwards. What
// both ends send their requests over is transport, which knows neither.
var arrows = map[string][]string{
	"transport":                             {},
	"scrape":                                {"scrape/internal/shown", "transport"},
	"scrape/internal/shown":                 {},
	"scrape/discovery":                      {"scrape/internal/shown"},
	"convert":                               {},
	"push":                                  {"convert", "transport", "push/internal/answers", "push/internal/refs"},
	"push/internal/answers":                 {"transport"},
	"push/internal/pushtest":                {},
	"push/remote":                           {"convert", "transport", "push/internal/answers", "push/internal/refs", "push/remote/spool"},
	"push/remote/spool":                     {},
	"push/internal/refs":                    {},
	"builtin":                               {"scrape"},
	"configs":                               {"convert"},
	"relay":                                 {"scrape", "convert", "push", "push/remote"},
	"cmd/promferry":                         {"scrape", "scrape/discovery", "convert", "push", "push/remote", "builtin", "configs", "relay", "transport", "cmd/promferry/internal/gateway", "cmd/promferry/internal/verify", "cmd/promferry/internal/prometheusyaml", "cmd/promferry/internal/lint", "cmd/promferry/internal/doctor", "cmd/promferry/internal/status", "cmd/promferry/internal/legible"},
	"cmd/promferry/internal/doctor":         {"builtin", "scrape", "convert", "push", "push/remote", "push/remote/spool", "relay", "transport", "cmd/promferry/internal/lint", "cmd/promferry/internal/legible"},
	"cmd/promferry/internal/gateway":        {},
	"cmd/promferry/internal/legible":        {},
	"cmd/promferry/internal/lint":           {"convert"},
	"cmd/promferry/internal/prometheusyaml": {},
	"cmd/promferry/internal/status":         {"convert", "cmd/promferry/internal/legible"},
	"cmd/promferry/internal/verify":         {},
	"deploy/release":                        {},
	"test":                                  {},
	"test/bodies":                           {},
	"test/certs":                            {},
	"test/oracle":                           {},
	"test/proc":                             {},
	"test/soak":                             {"test/oracle", "test/proc"},
	"test/three-gateways":                   {"test/bodies", "test/proc"},
	"test/gateway-sizing":                   {"convert", "test/bodies", "test/proc"},
	"test/many-targets":                     {"test/proc"},
	"test/once-vs-curl":                     {"test/proc"},
	"test/relay-cost":                       {"test/bodies", "test/proc"},
	"test/store-outage":                     {"test/bodies", "test/proc"},
	"test/push-cost":                        {"convert", "test/bodies", "test/proc"},
}

func TestImportsFollowTheArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}: {{join .Imports \" \"}}", module+"...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), ":")
		name, ours := strings.CutPrefix(path, module)
		if !ours {
			continue
		}
		seen++
		allowed, known := arrows[name]
		if !known {
			t.Errorf("package %s has no place in the arrows of this test", name)
		}
		for _, imported := range strings.Fields(imports) {
			if to, ours := strings.CutPrefix(imported, module); ours && !slices.Contains(allowed, to) {
				t.Errorf("package %s imports %s, which the arrows do not allow", name, to)
			}
		}
	}
	if seen < 8 {
		t.Errorf("go list names %d packages of this module, want all of them", seen)
	}
}

// TestPrometheusIsAnOracleOnly: of the Prometheus module the program has what
// the design names, as others pull hundreds of packages.
func TestPrometheusIsAnOracleOnly(t *testing.T) {
	allowed := []string{
		"github.com/prometheus/prometheus/discovery/targetgroup",
		"github.com/prometheus/prometheus/model/labels",
		"github.com/prometheus/prometheus/model/relabel",
	}
	out, err := exec.Command("go", "list", "-deps", module+"cmd/promferry").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		path := strings.TrimSpace(line)
		if strings.HasPrefix(path, "github.com/prometheus/prometheus/") && !slices.Contains(allowed, path) {
			t.Errorf("the program contains %s", path)
		}
	}
}
