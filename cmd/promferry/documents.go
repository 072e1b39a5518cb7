package main

import (
	"fmt"
	"io"

	"github.com/alecthomas/kingpin/v2"
)

// writeDocument writes what shells and packagers ask for as the first argument,
// and tells whether that was so. kingpin would write its own otherwise, and has
// none for fish.
func writeDocument(to io.Writer, parser *kingpin.Application, args []string) (asked bool, err error) {
	if len(args) == 0 {
		return false, nil
	}
	switch args[0] {
	case "--completion-bash":
		complete(to, parser, args[1:])
	case "--completion-script-bash":
		_, err = fmt.Fprint(to, bashScript)
	case "--completion-script-zsh":
		_, err = fmt.Fprint(to, zshScript)
	case "--completion-script-fish":
		_, err = fmt.Fprint(to, fishScript)
	case "--help-man":
		err = writeManPage(to, parser)
	default:
		return false, nil
	}
	return true, err
}
