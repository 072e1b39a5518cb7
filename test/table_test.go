package test

import (
	"regexp"
	"strings"
	"testing"
)

// tableRows returns the rows of a page whose first cell is an ID: the other
// cells, by that. Each stands once, and has as many cells as the others.
func tableRows(t testing.TB, path, id string, cells int) map[string][]string {
	t.Helper()
	known := regexp.MustCompile("^(?:" + id + ")$")
	rows := make(map[string][]string)
	for line := range strings.Lines(repoText(t, path)) {
		row := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		name := strings.TrimSpace(row[0])
		if !known.MatchString(name) {
			continue
		}
		if _, twice := rows[name]; twice || len(row) != cells {
			t.Errorf("%s: row %s stands twice or has not %d cells: %q", path, name, cells, row)
			continue
		}
		rows[name] = row[1:]
	}
	return rows
}
