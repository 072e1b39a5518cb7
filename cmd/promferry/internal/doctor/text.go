package doctor

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/promferry/promferry/cmd/promferry/internal/legible"
	"github.com/promferry/promferry/scrape"
)

// maxText bounds a line of what others say, in bytes.
const maxText = 300

// oneLine makes a text of others fit to be shown.
func oneLine(text string) string {
	if len(text) > maxText {
		cut := maxText
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return strings.Join(strings.Fields(legible.Line(strings.ToValidUTF8(text, "?"))), " ")
}

// plain is what is wrong without what was being done, where that is said
// already: a scrape's error names its target.
func plain(err error) error {
	var failed *scrape.Error
	if !errors.As(err, &failed) {
		return err
	}
	if inner := errors.Unwrap(failed.Err); inner != nil {
		return inner
	}
	return failed.Err
}

// count is a number of things.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// some lists the first things of many.
func some(all []string, most int) string {
	shown := strings.Join(all[:min(len(all), most)], ", ")
	if more := len(all) - most; more > 0 {
		shown += fmt.Sprintf(" and %d more", more)
	}
	return shown
}

// took is a duration as people read it.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// size is a number of bytes as people read it, in the units of the status page.
func size(bytes int64) string {
	if bytes < 10_000 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	value, unit := float64(bytes)/1000, 0
	for value >= 999.5 && unit < len(sizeUnits)-1 {
		value, unit = value/1000, unit+1
	}
	decimals := 0
	if value < 99.95 {
		decimals = 1
	}
	return fmt.Sprintf("%.*f %cB", decimals, value, sizeUnits[unit])
}

const sizeUnits = "kMGT"
