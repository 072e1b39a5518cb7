package main

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
)

// A strayLog takes what libraries write by package log, which would otherwise
// reach standard error as it is: no line of ours, and in the middle of others.
// net/http repeats there what a server sent unasked, which may be the credentials
// that it got. So only the head of each line is told, and that only when
// debugging.
type strayLog struct{ logger *slog.Logger }

// catchStray has all of package log go to the logger.
func catchStray(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(strayLog{logger})
}

func (s strayLog) Write(line []byte) (int, error) {
	s.logger.Debug("a library reports", "found", headOf(line))
	return len(line), nil
}

// headOf is a line up to where it begins to quote.
func headOf(line []byte) string {
	head, _, _ := bytes.Cut(line, []byte("\n"))
	if at := bytes.IndexAny(head, "\"`'"); at >= 0 {
		head = head[:at]
	}
	text, _ := strings.CutSuffix(strings.TrimSpace(string(head)), " starting with")
	return text
}
