package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A dashboard is one of deploy/grafana, as far as it is looked at here.
type dashboard struct {
	UID        string
	Title      string
	Inputs     json.RawMessage `json:"__inputs"`
	Time       struct{ From, To string }
	Templating struct{ List []dashboardVariable }
	Panels     []dashboardPanel

	SchemaVersion int
}

type dashboardVariable struct {
	Name, Type string
	Query      json.RawMessage // a text of a datasource variable, an object of a query
	Datasource dataSource
}

type dashboardPanel struct {
	ID                       int
	Type, Title, Description string
	Datasource               dataSource
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct{ Expr, LegendFormat string }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Options                  struct {
		Legend struct {
			DisplayMode string
			SortDesc    bool
		}
	}
}

type dataSource struct{ Type, UID string }

// variableSource is the data source that the viewer chooses.
var variableSource = dataSource{"prometheus", "${datasource}"}

// loadDashboards reads all of deploy/grafana, by file name.
func loadDashboards(t testing.TB) map[string]dashboard {
	t.Helper()
	files, err := filepath.Glob("../deploy/grafana/*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("got dashboards %q, %v, want at least two", files, err)
	}
	all := make(map[string]dashboard)
	for _, file := range files {
		name := filepath.Base(file)
		var d dashboard
		if err := json.Unmarshal([]byte(repoText(t, "deploy/grafana/"+name)), &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = d
	}
	return all
}

// TestDashboardsAreSound: what Grafana needs to import a dashboard, or to be
// provisioned with it, and what its readers need.
func TestDashboardsAreSound(t *testing.T) {
	t.Parallel()
	for name, d := range loadDashboards(t) {
		if d.UID == "" || d.Title == "" || d.SchemaVersion != 38 || d.Inputs != nil {
			t.Errorf("%s: uid %q, title %q, schema %d, inputs %s; want both, 38 (Grafana 10) and none", name, d.UID, d.Title, d.SchemaVersion, d.Inputs)
		}
		if !strings.HasPrefix(d.Time.From, "now-") || d.Time.To != "now" {
			t.Errorf("%s: time is %v, want the last while", name, d.Time)
		}
		d.checkVariables(t, name)
		for i, p := range d.Panels {
			for _, problem := range p.problems() {
				t.Errorf("%s, panel %q: %s", name, p.Title, problem)
			}
			for _, other := range d.Panels[:i] {
				if p.ID == other.ID || p.overlaps(other) {
					t.Errorf("%s: panels %q and %q have one id or place", name, p.Title, other.Title)
				}
			}
		}
	}
}

func (d dashboard) checkVariables(t *testing.T, name string) {
	t.Helper()
	known := []string{"__rate_interval", "__range"}
	for i, v := range d.Templating.List {
		known = append(known, v.Name)
		if (i == 0) != (v.Type == "datasource") || i > 0 && v.Datasource != variableSource {
			t.Errorf("%s: variable %s has type %s and data source %v, want that of the first one, datasource", name, v.Name, v.Type, v.Datasource)
		}
	}
	for _, q := range d.queries() {
		for _, used := range variableUse.FindAllStringSubmatch(q, -1) {
			if !slices.Contains(known, used[1]) {
				t.Errorf("%s: query %s uses a variable that is not there", name, q)
			}
		}
	}
}

func (p dashboardPanel) problems() (all []string) {
	if p.Type == "row" {
		return nil
	}
	for what, missing := range map[string]bool{
		"no title or description":               p.Title == "" || p.Description == "",
		"the data source is not the variable":   p.Datasource != variableSource,
		"no queries":                            len(p.Targets) == 0,
		"no unit":                               p.FieldConfig.Defaults.Unit == "" && p.Type != "state-timeline",
		"it is beside the grid of 24 columns":   p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W == 0 || p.GridPos.H == 0,
		"an id that is not there or below zero": p.ID <= 0,
		"it has a line for each host, and does not put the worst first": p.isPerHost() && !p.isSorted(),
	} {
		if missing {
			all = append(all, what)
		}
	}
	return all
}

// isPerHost tells a panel with a line for each promferry or host: of a fleet there
// are many.
func (p dashboardPanel) isPerHost() bool {
	for _, target := range p.Targets {
		if strings.Contains(target.LegendFormat, "{{instance}}") {
			return true
		}
	}
	return false
}

// isSorted tells whether fifty hosts can be read there: the legend has the largest
// first, or only those have a line that were down.
func (p dashboardPanel) isSorted() bool {
	if p.Type == "state-timeline" {
		return strings.Contains(p.Targets[0].Expr, "[$__range] @ end()) == 0")
	}
	return p.Options.Legend.DisplayMode == "table" && p.Options.Legend.SortDesc
}

func (p dashboardPanel) overlaps(other dashboardPanel) bool {
	a, b := p.GridPos, other.GridPos
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

// queries are those of all panels and variables, as they stand there.
func (d dashboard) queries() (all []string) {
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	for _, v := range d.Templating.List {
		var query struct{ Query string }
		if v.Type == "query" && json.Unmarshal(v.Query, &query) == nil {
			all = append(all, query.Query)
		}
	}
	return all
}

var (
	variableUse = regexp.MustCompile(`\$\{?([a-z_]\w*)`)
	labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)
)

// resolved is a query as Grafana asks it where all values of the variables are
// chosen.
func resolved(query string) string {
	query = strings.NewReplacer("$__rate_interval", "1m", "$__range", "1m").Replace(query)
	query = labelValues.ReplaceAllString(query, "count by ($2) ($1)")
	return variableUse.ReplaceAllString(query, ".+")
}

// checkDashboards asks Prometheus each query until it has found something.
func (f *troubledFleet) checkDashboards(t *testing.T) {
	asked := 0
	for name, d := range loadDashboards(t) {
		left := d.queries()
		asked += len(left)
		err := unhurried(func() error {
			var errs []error
			left = slices.DeleteFunc(left, func(query string) bool {
				err := f.prom.findsAny(resolved(query))
				errs = append(errs, err)
				return err == nil
			})
			return errors.Join(errs...)
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asked < 60 {
		t.Errorf("asked %d queries, want all of them", asked)
	}
}

// findsAny is an error where a query finds no series.
func (p prometheus) findsAny(query string) error {
	found, err := p.query(query)
	switch {
	case err != nil:
		return fmt.Errorf("query %s: %w", query, err)
	case len(found) == 0:
		return fmt.Errorf("query %s: no series", query)
	}
	return nil
}
