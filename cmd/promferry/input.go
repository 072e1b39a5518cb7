package main

import (
	"fmt"
	"io"
	"os"
)

// stdin is the argument for standard input; kingpin makes it an empty one.
const stdin = "-"

// nameOf is the argument as the user wrote it.
func nameOf(argument string) string {
	if argument == "" {
		return stdin
	}
	return argument
}

// A bound is the longest input that a command takes.
type bound struct {
	bytes int64  // 0 is none
	name  string // for people
}

// usualBound is for what no flag bounds, a device for example.
var usualBound = bound{64 << 20, "64MB"}

// readInput reads a file, or standard input for "-". What is longer is refused: the
// beginning of it would pass for the whole.
func (a *app) readInput(name string, most bound) ([]byte, error) {
	if name == stdin {
		return most.read(a.in, "standard input")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return most.read(file, name)
}

func (b bound) read(from io.Reader, name string) ([]byte, error) {
	if b.bytes > 0 {
		from = io.LimitReader(from, b.bytes+1)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if b.bytes > 0 && int64(len(text)) > b.bytes {
		return nil, fmt.Errorf("read %s: more than %s", name, b.name)
	}
	return text, nil
}
