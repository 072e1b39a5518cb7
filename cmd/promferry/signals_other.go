//go:build !unix

package main

import "os"

// passedSignals are those that must not end promferry before its command.
var passedSignals = []os.Signal{os.Interrupt}

// fromTerminal tells a signal that the command has got already: Ctrl-C goes to
// all processes of a console, and nothing else can be given on here.
func fromTerminal(os.Signal) bool { return true }
