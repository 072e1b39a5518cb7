package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/configs"
)

// misuse returns what is wrong with arguments that kingpin refuses, and what was
// meant perhaps; or nil where kingpin's own words have to do. It reads them with
// a parser of its own, as it sets values to see whether they can be.
func misuse(args []string) error {
	parser, _ := newApp(std{}).newParser()
	_, _ = parser.ParseContext(nil) // adds help
	u := usage{completion: completion{parser: parser}}
	for _, word := range args {
		if err := u.check(word); err != nil {
			return err
		}
		u.read(word)
	}
	return u.checkEnvironment()
}

// A usage is a command line that is read word by word.
type usage struct {
	completion
	early     string // a flag of run that stands before any command
	arguments int    // so far
}

func (u *usage) check(word string) error {
	switch {
	case u.pending != nil:
		return u.checkValue(u.pending, word)
	case !u.onlyArguments && strings.HasPrefix(word, "--") && word != "--":
		return u.checkFlag(word)
	case !u.onlyArguments && strings.HasPrefix(word, "-") && word != "--" && word != stdin:
		return u.checkShort(word)
	case u.onlyArguments || word == "--":
		return nil
	}
	word = withoutSecrets(word)
	if names := u.commandNames(); len(names) > 0 {
		return u.checkCommand(word, names)
	}
	return u.checkArgument(word)
}

func (u *usage) checkFlag(word string) error {
	name, value, hasValue := strings.Cut(word[2:], "=")
	flag := u.flag(name)
	if flag == nil {
		if off := u.flag(strings.TrimPrefix(name, "no-")); off != nil && off.IsBoolFlag() && !hasValue {
			return nil
		}
		return fmt.Errorf("unknown flag --%s%s", name, u.meant(name))
	}
	if u.command == nil && u.parser.GetFlag(name) == nil {
		u.early = name
	}
	switch {
	case hasValue && flag.IsBoolFlag():
		return fmt.Errorf("--%s has no value: write --%s, or --no-%s", name, name, name)
	case hasValue:
		return u.checkValue(flag, value)
	}
	return nil
}

func (u *usage) checkShort(word string) error {
	switch flag := u.short(word); {
	case flag == nil:
		return fmt.Errorf("unknown flag %q: most begin with two dashes", word[:2])
	case !flag.IsBoolFlag() && len(word) > len("-o"):
		return u.checkValue(flag, word[len("-o"):])
	}
	return nil
}

// meant says which flag was meant, or which commands have it.
func (u *usage) meant(name string) string {
	var names, owners []string
	for _, flag := range u.flags() {
		if !flag.Hidden {
			names = append(names, flag.Name)
		}
	}
	if near := configs.Nearest(name, names); near != "" {
		return ": did you mean --" + near + "?"
	}
	for _, command := range u.parser.Model().FlattenedCommands() {
		if slices.ContainsFunc(command.Flags, func(f *kingpin.FlagModel) bool { return f.Name == name }) {
			owners = append(owners, "promferry "+command.FullCommand)
		}
	}
	if len(owners) > 0 {
		return ": it is one of " + strings.Join(owners, ", ")
	}
	return ""
}

// checkValue names the flag, and what it takes.
func (u *usage) checkValue(flag *kingpin.FlagModel, value string) error {
	err := flag.Value.Set(value)
	if err == nil {
		return nil
	}
	given := fmt.Sprintf("--%s=%s", flag.Name, value)
	var options []string
	for _, option := range u.values(flag, "") {
		options = append(options, option.word)
	}
	switch {
	case len(options) > 0:
		return fmt.Errorf("%s: want %s", given, oneOf(options))
	case len(flag.Default) > 0:
		return fmt.Errorf("%s: %w; the default is %s", given, err, flag.Default[0])
	}
	return fmt.Errorf("%s: %w", given, err)
}

// oneOf lists what may be chosen.
func oneOf(options []string) string {
	last := len(options) - 1
	if last == 0 {
		return options[0]
	}
	return strings.Join(options[:last], ", ") + " or " + options[last]
}

func (u *usage) checkCommand(word string, known []proposal) error {
	var names []string
	for _, p := range known {
		names = append(names, p.word)
	}
	command := "command"
	if u.command != nil {
		command = u.command.FullCommand() + " command"
	}
	switch near := configs.Nearest(word, names); {
	case slices.Contains(names, word) && u.early != "":
		return fmt.Errorf("--%s stands before the command: its place is behind %s", u.early, word)
	case slices.Contains(names, word):
		return nil
	case near != "":
		return fmt.Errorf("unknown %s %q: did you mean %q?", command, word, near)
	case u.command == nil && isFile(word):
		return fmt.Errorf("unknown command %q: to run with that configuration, write promferry run --%s=%s", word, configFileFlag, word)
	}
	return fmt.Errorf("unknown %s %q: it is one of %s", command, word, strings.Join(names, ", "))
}

// checkArgument refuses one argument more than the command takes.
func (u *usage) checkArgument(word string) error {
	command := u.command.Model()
	u.arguments++
	if n := len(command.Args); n >= u.arguments || n > 0 && takesAll(command.Args[n-1]) {
		return nil
	}
	if u.flag(configFileFlag) != nil && isFile(word) {
		return fmt.Errorf("unexpected argument %q: a configuration is --%s=%s", word, configFileFlag, word)
	}
	return fmt.Errorf("unexpected argument %q: see what %s takes", word, command.FullCommand)
}

// takesAll tells whether an argument may come again.
func takesAll(arg *kingpin.ArgModel) bool {
	several, ok := arg.Value.(interface{ IsCumulative() bool })
	return ok && several.IsCumulative()
}

func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// checkEnvironment names the variable whose value its flag does not take.
func (u *usage) checkEnvironment() error {
	u.command = cmp.Or(u.command, u.parser.GetCommand("run"))
	for _, flag := range u.flags() {
		value := os.Getenv(flag.Envar)
		if flag.Envar == "" || value == "" {
			continue
		}
		if err := u.checkValue(flag, value); err != nil {
			return fmt.Errorf("%s in the environment: %w", flag.Envar, err)
		}
	}
	return nil
}
