package main

import (
	"fmt"
	"strings"

	"github.com/promferry/promferry/cmd/promferry/internal/legible"
)

// count is a number of things, in the singular for one.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// cut shortens what a gateway says to what people read.
func cut(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// oneLine makes what a server says fit to print.
func oneLine(text string) string { return cut(legible.Line(text)) }
