package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/configs"
)

// The scripts that have a shell ask promferry how a line may go on.
var (
	//go:embed completion/promferry.bash
	bashScript string
	//go:embed completion/promferry.zsh
	zshScript string
	//go:embed completion/promferry.fish
	fishScript string
)

// A completion is a command line whose last word is not finished.
type completion struct {
	parser        *kingpin.Application
	command       *kingpin.CmdClause // nil: none is named yet
	pending       *kingpin.FlagModel // waits for its value
	onlyArguments bool               // what begins with a - is no flag
	files         []string           // of --config.file
}

// A proposal is a word that the last one may become.
type proposal struct {
	word  string // one that goes on ends with = or /
	about string
}

// complete writes a line for each proposal: the word, and after a tab what it
// is. The words are those after the program's name; the last may be empty.
func complete(to io.Writer, parser *kingpin.Application, words []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	c := completion{parser: parser}
	last := len(words) - 1
	for _, word := range words[:last] {
		c.read(word)
	}
	for _, found := range c.proposals(words[last]) {
		if strings.HasPrefix(found.word, words[last]) {
			fmt.Fprintf(to, "%s\t%s\n", found.word, found.about)
		}
	}
}

// read takes a finished word.
func (c *completion) read(word string) {
	switch flag := c.pending; {
	case flag != nil:
		c.take(flag, word)
	case c.onlyArguments:
	case word == "--":
		c.onlyArguments = true
	case strings.HasPrefix(word, "--"):
		name, value, hasValue := strings.Cut(word[2:], "=")
		if flag := c.flag(name); flag != nil && hasValue {
			c.take(flag, value)
		} else if flag != nil && !flag.IsBoolFlag() {
			c.pending = flag
		}
	case strings.HasPrefix(word, "-") && word != stdin:
		if flag := c.short(word); flag != nil && !flag.IsBoolFlag() && len(word) == len("-o") {
			c.pending = flag
		}
	default:
		c.readName(word)
	}
}

func (c *completion) take(flag *kingpin.FlagModel, value string) {
	c.pending = nil
	if flag.Name == configFileFlag {
		c.files = append(c.files, value)
	}
}

// readName takes a word that names a command, or is an argument. What follows the
// command of exec is that command's own.
func (c *completion) readName(word string) {
	var next *kingpin.CmdClause
	if c.command == nil {
		next = c.parser.GetCommand(word)
	} else {
		next = c.command.GetCommand(word)
	}
	switch {
	case next != nil && word != "help": // help takes commands, as the program does
		c.command = next
	case c.command != nil && c.command.FullCommand() == "exec":
		c.onlyArguments = true
	}
}

// proposals are those for a word, whose beginning they need not have.
func (c *completion) proposals(word string) []proposal {
	switch {
	case c.pending != nil:
		return c.values(c.pending, word)
	case c.onlyArguments:
		return c.arguments(word)
	case strings.HasPrefix(word, "--") && strings.Contains(word, "="):
		name, value, _ := strings.Cut(word[2:], "=")
		flag := c.flag(name)
		if flag == nil {
			return nil
		}
		found := c.values(flag, value)
		for i := range found {
			found[i].word = "--" + name + "=" + found[i].word
		}
		return found
	case strings.HasPrefix(word, "-"):
		return c.flagNames()
	}
	if names := c.commandNames(); len(names) > 0 {
		return names
	}
	return c.arguments(word)
}

func (c *completion) commandNames() (found []proposal) {
	commands := c.parser.Model().Commands
	if c.command != nil {
		commands = c.command.Model().Commands
	}
	for _, command := range commands {
		if !command.Hidden {
			found = append(found, proposal{command.Name, command.Help})
		}
	}
	return found
}

func (c *completion) flagNames() (found []proposal) {
	for _, flag := range c.flags() {
		switch {
		case flag.Hidden:
		case flag.IsBoolFlag():
			found = append(found, proposal{"--" + flag.Name, flag.Help})
		default:
			found = append(found, proposal{"--" + flag.Name + "=", flag.Help})
		}
	}
	return found
}

// flags are those of the command, which is run where none is named, and of all.
func (c *completion) flags() []*kingpin.FlagModel {
	command := cmp.Or(c.command, c.parser.GetCommand("run"))
	return slices.Concat(command.Model().Flags, c.parser.Model().Flags)
}

func (c *completion) flag(name string) *kingpin.FlagModel {
	flags := c.flags()
	if i := slices.IndexFunc(flags, func(f *kingpin.FlagModel) bool { return f.Name == name }); i >= 0 {
		return flags[i]
	}
	return nil
}

// short is the flag of a letter, such as -o or -ojson.
func (c *completion) short(word string) *kingpin.FlagModel {
	flags := c.flags()
	if i := slices.IndexFunc(flags, func(f *kingpin.FlagModel) bool { return f.Short != 0 && strings.HasPrefix(word[1:], string(f.Short)) }); i >= 0 {
		return flags[i]
	}
	return nil
}

// values are those that a flag may have: its placeholder says what they are, or
// it has a list of them.
func (c *completion) values(flag *kingpin.FlagModel, value string) (found []proposal) {
	switch flag.PlaceHolder {
	case "FILE":
		return filesLike(value, extensions[flag.Name])
	case gatewayPlaceHolder:
		return c.gatewayNames()
	}
	options, known, _ := cmp.Or(c.command, c.parser.GetCommand("run")).FlagCompletion(flag.Name, "")
	if !known {
		options, _, _ = c.parser.FlagCompletion(flag.Name, "")
	}
	for _, option := range options {
		found = append(found, proposal{word: option})
	}
	return found
}

func (c *completion) arguments(word string) []proposal {
	if c.command == nil {
		return nil
	}
	args := c.command.Model().Args
	if len(args) == 0 || args[0].Name != "FILE" {
		return nil
	}
	return filesLike(word, extensions[c.command.FullCommand()])
}

// extensions are those of the files that a flag or a command takes.
var extensions = map[string][]string{
	configFileFlag:      {".hcl"},
	"check config":      {".hcl"},
	"fmt":               {".hcl"},
	"import prometheus": {".yml", ".yaml"},
}

// filesLike returns directories, and files with one of the extensions, whose path
// begins as the word. Where there are none of these it returns all files.
func filesLike(word string, extensions []string) []proposal {
	dir, name := filepath.Split(word)
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		return nil
	}
	var all, wanted []proposal
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), name) || name == "" && entry.Name()[0] == '.' {
			continue
		}
		found := proposal{word: dir + entry.Name()}
		isDir := isDirectory(found.word)
		if isDir {
			found.word += "/"
		}
		all = append(all, found)
		if isDir || slices.Contains(extensions, filepath.Ext(entry.Name())) {
			wanted = append(wanted, found)
		}
	}
	if len(extensions) == 0 || len(wanted) == 0 {
		return all
	}
	return wanted
}

// isDirectory follows links.
func isDirectory(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// gatewayNames are those of the configuration that the line names, as far as it
// can be read.
func (c *completion) gatewayNames() (found []proposal) {
	files := c.files
	if len(files) == 0 {
		files = []string{defaultConfigFile}
	}
	cfg, _ := (&configs.Loader{GatewaysOnly: true}).Load(files...)
	if cfg == nil {
		return nil
	}
	for _, g := range cfg.Gateways {
		found = append(found, proposal{word: g.Name})
	}
	return found
}
