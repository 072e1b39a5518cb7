package test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// quietAlerts are those that the troubled fleet cannot have: they need a long
// time, or a disk or a process that fails.
var quietAlerts = []string{"PushStale", "CronStale", "ScrapesSkipped", "StateNotWritten", "PromferryRestarts", "StoreBehind", "SpoolNearlyFull"}

// An alertRule is one of deploy/prometheus/alerts.yml.
type alertRule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func loadAlerts(t testing.TB) (all []alertRule) {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []alertRule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal([]byte(repoText(t, "deploy/prometheus/alerts.yml")), &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) < 6 {
		t.Fatalf("%d alerts, want all of them", len(all))
	}
	return all
}

// checkAlerts asks Prometheus for what each alert looks for, and has it say that
// it can evaluate all of them.
func (f *troubledFleet) checkAlerts(t *testing.T) {
	for _, rule := range loadAlerts(t) {
		quiet := slices.Contains(quietAlerts, rule.Alert)
		err := unhurried(func() error {
			err := f.prom.findsAny(rule.Expr)
			if _, failed := f.prom.query(rule.Expr); quiet {
				return failed
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", rule.Alert, err)
		}
	}
	eventually(t, "evaluation of all alerts", f.prom.evaluatesAll)
}

// evaluatesAll is an error until each rule was evaluated without one.
func (p prometheus) evaluatesAll() error {
	var answer struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	if err := p.read("rules", &answer); err != nil {
		return err
	}
	for _, g := range answer.Groups {
		for _, r := range g.Rules {
			if r.Health != "ok" {
				return fmt.Errorf("%s: health %s: %s", r.Name, r.Health, r.LastError)
			}
		}
	}
	if len(answer.Groups) == 0 {
		return fmt.Errorf("no rules in %+v", answer)
	}
	return nil
}

// TestAlerts has promtool check what is in deploy/prometheus, and try each alert
// both ways.
func TestAlerts(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"check", "config", "prometheus.yml"},
		{"check", "rules", "alerts.yml"},
		{"test", "rules", "alerts_test.yml"},
	} {
		cmd := exec.Command(part(t, "promtool"), args...)
		cmd.Dir = "../deploy/prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	tried := loadAlertCases(t)
	for _, rule := range loadAlerts(t) {
		if n := tried[rule.Alert]; n.firing == 0 || n.quiet == 0 {
			t.Errorf("%s: alerts_test.yml has %d cases in which it fires, and %d in which it does not, want some of both", rule.Alert, n.firing, n.quiet)
		}
		if rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
			t.Errorf("%s: no severity, summary or description", rule.Alert)
		}
	}
}

type alertCases struct{ firing, quiet int }

// loadAlertCases counts those of alerts_test.yml by alert.
func loadAlertCases(t testing.TB) map[string]alertCases {
	t.Helper()
	var file struct {
		Tests []struct {
			Cases []struct {
				Alert string `yaml:"alertname"`
				Want  []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		} `yaml:"tests"`
	}
	if err := yaml.Unmarshal([]byte(repoText(t, "deploy/prometheus/alerts_test.yml")), &file); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]alertCases)
	for _, test := range file.Tests {
		for _, c := range test.Cases {
			n := all[c.Alert]
			if len(c.Want) > 0 {
				n.firing++
			} else {
				n.quiet++
			}
			all[c.Alert] = n
		}
	}
	return all
}
