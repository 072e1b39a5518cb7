package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A source is the syntax of a package, without its tests.
type source []*ast.File

func parseSource(t testing.TB, pkg string) (files source) {
	t.Helper()
	names, err := filepath.Glob("../" + pkg + "/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("package %s: %d files, %v", pkg, len(names), err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// constants are the texts of the constants whose names begin so.
func (s source) constants(prefix string) (texts []string) {
	s.each(func(n ast.Node) {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, prefix) {
			texts = append(texts, literals(spec.Values)...)
		}
	})
	return texts
}

// returned are the texts that a function returns.
func (s source) returned(function string) (texts []string) {
	s.each(func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == function && f.Recv == nil {
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if r, ok := n.(*ast.ReturnStmt); ok {
					texts = append(texts, literals(r.Results)...)
				}
				return true
			})
		}
	})
	return texts
}

// firstFields are the texts of the first field where a struct is made.
func (s source) firstFields(name string) (texts []string) {
	s.each(func(n ast.Node) {
		if made, ok := n.(*ast.CompositeLit); ok && len(made.Elts) > 0 {
			if of, ok := made.Type.(*ast.Ident); ok && of.Name == name {
				texts = append(texts, literals(made.Elts[:1])...)
			}
		}
	})
	return texts
}

func (s source) each(do func(ast.Node)) {
	for _, file := range s {
		ast.Inspect(file, func(n ast.Node) bool {
			do(n)
			return true
		})
	}
}

// literals are the texts of the expressions that are texts.
func literals(all []ast.Expr) (texts []string) {
	for _, e := range all {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
