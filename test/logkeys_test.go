package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestLogKeys: whoever searches logs knows the keys from docs/command-line.md;
// none is used that is not there, and none is there that is not used.
func TestLogKeys(t *testing.T) {
	t.Parallel()
	text := repoText(t, "docs/command-line.md")
	_, table, _ := strings.Cut(text, "| key | has |\n")
	var known []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\|").FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			known = append(known, strings.Trim(name, "`"))
		}
	}
	used := make(map[string]bool)
	for _, dir := range []string{"cmd/promferry", "relay", "push", "scrape", "builtin", "convert", "configs", "transport"} {
		for key, where := range logKeys(t, filepath.Join("..", dir)) {
			used[key] = true
			if !slices.Contains(known, key) {
				t.Errorf("%s: the docs have no key %q", where, key)
			}
		}
	}
	for _, key := range known {
		if !used[key] {
			t.Errorf("docs: no log has the key %q", key)
		}
	}
}

// logKeys returns the keys of all log lines below a directory, and a place of
// each.
func logKeys(t *testing.T, dir string) map[string]string {
	t.Helper()
	keys, files := make(map[string]string), token.NewFileSet()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, key := range keysOf(n) {
				keys[key] = files.Position(n.Pos()).String()
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// keysOf returns the keys in a call of a logger, or in a list of its arguments
// that is made before.
func keysOf(n ast.Node) (keys []string) {
	var pairs []ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		switch {
		case !ok:
		case f.Sel.Name == "With":
			pairs = n.Args
		case slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, f.Sel.Name) && len(n.Args) > 0:
			if of, _ := f.X.(*ast.Ident); of == nil || of.Name != "http" { // http.Error is no log
				pairs = n.Args[1:]
			}
		}
	case *ast.CompositeLit:
		if list, ok := n.Type.(*ast.ArrayType); ok {
			if of, ok := list.Elt.(*ast.Ident); ok && of.Name == "any" {
				pairs = n.Elts
			}
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if literal, ok := pairs[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
			key, _ := strconv.Unquote(literal.Value) // it is one
			keys = append(keys, key)
		}
	}
	return keys
}
