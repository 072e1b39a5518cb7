package main

import (
	_ "embed"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/alecthomas/kingpin/v2"
)

// manTemplate has what no flag and no command says, and the frame for what they
// do, in the macros of man(7).
//
//go:embed promferry.1.tmpl
var manTemplate string

// writeManPage writes promferry(1). There is no date in it: the same version
// makes the same page.
func writeManPage(to io.Writer, parser *kingpin.Application) error {
	t, err := template.New("promferry.1").Funcs(template.FuncMap{
		"roff": roff, "lines": roffLines, "value": valueOf,
	}).Parse(manTemplate)
	if err != nil {
		return err
	}
	model := parser.Model()
	return t.Execute(to, manPage{model, plainVersion(), twinsOf(model)})
}

// manPage is what the template is filled with.
type manPage struct {
	*kingpin.ApplicationModel
	Release string
	Twins   []twin
}

// A twin is a variable of the environment that stands for a flag.
type twin struct{ Variable, Flag string }

// twinsOf returns the variables of all flags, each once, in their order.
func twinsOf(app *kingpin.ApplicationModel) (twins []twin) {
	flags := slices.Clone(app.Flags)
	for _, command := range app.FlattenedCommands() {
		flags = append(flags, command.Flags...)
	}
	for _, flag := range flags {
		if flag.Envar != "" {
			twins = append(twins, twin{flag.Envar, flag.Name})
		}
	}
	slices.SortFunc(twins, func(a, b twin) int { return strings.Compare(a.Variable, b.Variable) })
	return slices.Compact(twins)
}

// valueOf is how the value of a flag is shown; "" for one that has none.
func valueOf(flag *kingpin.FlagModel) string {
	if flag.IsBoolFlag() {
		return ""
	}
	return flag.FormatPlaceHolder()
}

// roff has a text arrive as it is: what is typed must not become typography, nor
// be taken for a macro.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "~", `\(ti`, "^", `\(ha`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}

// roffLines is roff for lines that are not filled.
func roffLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := range lines {
		lines[i] = roff(lines[i])
	}
	return strings.Join(lines, "\n")
}
