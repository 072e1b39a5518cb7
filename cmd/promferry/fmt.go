package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"

	"github.com/alecthomas/kingpin/v2"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// fmtCommand formats files as HCL's own formatter does.
type fmtCommand struct {
	check bool
	files []string
}

func newFmtCommand(clause *kingpin.CmdClause) *fmtCommand {
	c := new(fmtCommand)
	clause.Flag("check", "Change nothing; exit with 1 if a file would be changed.").BoolVar(&c.check)
	clause.Arg("FILE", "Files to rewrite in place; - for standard input to standard output. Default: "+defaultConfigFile+".").StringsVar(&c.files)
	explain(clause, manual{
		examples: []string{
			`promferry fmt`,
			`promferry fmt --check promferry.hcl`,
			`promferry fmt - <promferry.hcl`,
		},
		exits: []string{"0 formatted, or nothing to do", "1 --check would change a file", "2 usage, or a file that is no HCL or cannot be read"},
	})
	return c
}

func (c *fmtCommand) run(_ context.Context, a *app) int {
	if len(c.files) == 0 {
		if !isFile(defaultConfigFile) {
			return a.fail(exitUsage, fmt.Errorf("nothing to format: there is no %s here; name a file, or - for standard input", defaultConfigFile))
		}
		c.files = []string{defaultConfigFile}
	}
	code := exitOK
	for _, name := range c.files {
		name = nameOf(name)
		changed, err := c.format(a, name)
		switch {
		case err != nil:
			code = a.fail(exitUsage, err)
		case changed:
			fmt.Fprintln(a.out, name)
			if c.check && code == exitOK {
				code = exitFailure
			}
		}
	}
	return code
}

// format formats one file and tells whether that changed it.
func (c *fmtCommand) format(a *app, name string) (changed bool, err error) {
	if isDirectory(name) {
		return false, fmt.Errorf("format %s: it is a directory; name its files, as %s", name, filepath.Join(name, "*.hcl"))
	}
	src, err := a.readInput(name, usualBound)
	if err != nil {
		return false, err
	}
	if _, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos); diags.HasErrors() {
		return false, fmt.Errorf("format %w", diags) // diags begin with the place
	}
	out := hclwrite.Format(src)
	if name == stdin && !c.check {
		_, err = a.out.Write(out)
		return false, err
	}
	if bytes.Equal(src, out) || c.check {
		return !bytes.Equal(src, out), nil
	}
	if err := replaceFile(name, out); err != nil {
		return false, fmt.Errorf("format %s: %w", name, err)
	}
	return true, nil
}
