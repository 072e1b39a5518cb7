package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReliabilityTable keeps docs/reliability.md true: each row of the lists of
// faults and of the contract of Pushgateways is in it once, with the tests that
// show it, which are there, or with the reason why there is none.
func TestReliabilityTable(t *testing.T) {
	rows := tableRows(t, "docs/reliability.md", `(?:contract )?[A-Z][0-9]+`, 3)
	for _, list := range []struct {
		prefix string
		last   int
	}{{"G", 26}, {"N", 12}, {"C", 12}, {"K", 6}, {"contract C", 58}} {
		for i := range list.last {
			id := fmt.Sprint(list.prefix, i+1)
			if _, found := rows[id]; !found {
				t.Errorf("no row %s", id)
			}
		}
	}
	tests := testsOfModule(t)
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		checkShown(t, id, rows[id][1], tests)
	}
}

// checkShown checks that the cell of a row names tests that are there, or says
// why there is none.
func checkShown(t *testing.T, id, cell string, tests []string) {
	t.Helper()
	named := testName.FindAllStringSubmatch(cell, -1)
	for _, m := range named {
		if !slices.Contains(tests, m[1]) || !hasPart(m[1], m[2]) {
			t.Errorf("row %s: there is no test %s%s", id, m[1], m[2])
		}
	}
	if len(named) == 0 && len(strings.Fields(cell)) < 4 {
		t.Errorf("row %s: neither a test nor a reason: %q", id, cell)
	}
}

// testName is a test, with or without the name of a part of it.
var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]*)(/?[^`]*)`")

// hasPart tells whether a test has a part of that name, which begins with a
// slash.
func hasPart(test, part string) bool {
	name := strings.TrimPrefix(part, "/")
	switch {
	case part == "":
		return true
	case test == "TestContract":
		return slices.ContainsFunc(contractCases, func(c contractCase) bool { return c.rule == name })
	case test == "TestErrors":
		_, err := os.Stat("../configs/testdata/errors/" + name + ".hcl")
		return err == nil
	}
	return false
}

// testsOfModule returns the names of all test functions.
func testsOfModule(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names = append(names, f.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
