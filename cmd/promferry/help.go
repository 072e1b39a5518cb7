package main

import (
	"strings"

	"github.com/alecthomas/kingpin/v2"
)

// A manual is what the help of a command says beside its flags, on the terminal
// and in the man page.
type manual struct {
	examples []string // command lines; a test parses each
	notes    string   // in lines that fit a terminal; "" is none
	exits    []string // each begins with its code
}

// explain gives a command its manual.
func explain(clause *kingpin.CmdClause, m manual) {
	var text strings.Builder
	text.WriteString("Examples:\n")
	for _, line := range m.examples {
		text.WriteString("  " + line + "\n")
	}
	if m.notes != "" {
		text.WriteString("\n" + m.notes + "\n")
	}
	text.WriteString("\nExit codes:\n")
	for _, line := range m.exits {
		text.WriteString("  " + line + "\n")
	}
	clause.HelpLong(text.String())
}

// badUsage is the exit code that most commands share.
const badUsage = "2 usage or configuration"

// helpTemplate is the help of the program, and that of one command, which has
// only its own flags in full.
const helpTemplate = `{{define "Command" -}}
{{if .FlagSummary}} {{.FlagSummary}}{{end -}}
{{range .Args}}{{if not .Hidden}} {{if not .Required}}[{{end}}{{if .PlaceHolder}}{{.PlaceHolder}}{{else}}<{{.Name}}>{{end}}{{if .Value|IsCumulative}}...{{end}}{{if not .Required}}]{{end}}{{end}}{{end -}}
{{end -}}

{{define "Commands" -}}
{{range .FlattenedCommands}}{{if not .Hidden}}  {{.FullCommand}}{{if .Default}}*{{end}}{{template "Command" .}}
{{.Help|Wrap 6}}{{end}}{{end -}}
{{end -}}

{{with .Context.SelectedCommand -}}
usage: promferry {{.}}{{template "Command" .}}{{if .Commands}} <command>{{end}}

{{.Help|Wrap 0}}
{{- if .Flags}}
Flags:
{{.Flags|FlagsToTwoColumns|FormatTwoColumns}}{{end -}}
{{if .Args}}
Arguments:
{{.Args|ArgsToTwoColumns|FormatTwoColumns}}{{end -}}
{{if .Commands}}
Commands:
{{template "Commands" .}}{{end -}}
{{with .HelpLong}}
{{.}}{{end}}
Flags of all commands: {{range $i, $f := $.App.Flags}}{{if not $f.Hidden}}{{if $i}}, {{end}}--{{$f.Name}}{{end}}{{end}}; see promferry --help
{{else -}}
usage: promferry [<flags>] <command> [<args> ...]

{{.App.Help|Wrap 0}}
Flags:
{{.App.Flags|FlagsToTwoColumns|FormatTwoColumns}}
Commands, of which * is what is done without one:
{{template "Commands" .App}}
To start:
` + starts + `

promferry --help-man writes a man page, promferry --completion-script-bash, -zsh
or -fish the completion for a shell.
{{end -}}
`
