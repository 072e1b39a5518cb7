package test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// A transcript is the output of a command as a document shows it. What comes is
// the same line by line, but for what no two runs have alike:
//
//   - a number of two digits or more, or with a fraction, is any number, with
//     any unit of time; one digit, and a port behind a colon, are meant,
//   - blanks and rules of tables may be shorter or longer,
//   - empty lines at the end are none,
//   - a line … stands for any lines, and … in a line for any text.
type transcript string

func (want transcript) matches(got string) error {
	var pattern strings.Builder
	for line := range strings.Lines(strings.TrimRight(string(want), "\n")) {
		line = strings.TrimRight(line, "\n")
		if strings.TrimSpace(line) == "…" {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		pattern.WriteString(linePattern(line) + `\n`)
	}
	if strings.TrimSpace(string(want)) == "" {
		pattern.Reset()
	}
	if !regexp.MustCompile(`\A` + pattern.String() + `\z`).MatchString(trimLines(got)) {
		return fmt.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	return nil
}

// trimLines takes away blanks where lines end, and empty lines at the end.
func trimLines(text string) string {
	if text = strings.TrimRight(text, " \t\n"); text != "" {
		text += "\n"
	}
	return regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(text, "")
}

// varying are the parts of a line that are not compared as they stand.
var varying = regexp.MustCompile(`:\d{4,5}\b|\d+(?:[.:,e+-]+\d+)*(?:ns|µs|ms|s|m|h|d|Ki?B|Mi?B|kB)*|[ \t]+|[-─]{4,}|…`)

func linePattern(line string) string {
	var pattern strings.Builder
	line = strings.TrimRight(line, " \t")
	end := 0
	for _, at := range varying.FindAllStringIndex(line, -1) {
		pattern.WriteString(regexp.QuoteMeta(line[end:at[0]]))
		pattern.WriteString(varyingPattern(line[at[0]:at[1]]))
		end = at[1]
	}
	return pattern.String() + regexp.QuoteMeta(line[end:])
}

func varyingPattern(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return `[ \t]+`
	case text == "…":
		return `.*`
	case strings.Trim(text, "-─") == "":
		return `[-─]+`
	case strings.HasPrefix(text, ":") || len(text) == 1:
		return regexp.QuoteMeta(text)
	default:
		return `\d+(?:[.:,e+-]+\d+)*(?:ns|µs|ms|s|m|h|d|Ki?B|Mi?B|kB)*`
	}
}

func TestTranscript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want  transcript
		got   string
		match bool
	}{
		{"", "", true},
		{"", "x\n", false},
		{"a 1\n", "a 1\n", true},
		{"a 1\n", "a 2\n", false},
		{"a 1\n", "a 1\nb\n", false},
		{"took 1.5ms, 532 samples\n", "took 12s, 530 samples\n", true},
		{"took 532 samples\n", "took some samples\n", false},
		{"http://localhost:9091/\n", "http://localhost:9090/\n", false},
		{"15:18:53  PUT\n", "03:00:01 PUT\n", true},
		{"a\n…\nd\n", "a\nb\nc\nd\n", true},
		{"a\n…\n", "a\nb\nc\n", true},
		{"a\n…\nd\n", "a\nb\n", false},
		{"key …, of 1\n", "key x, y, of 1\n", true},
		{"----  -----\n", "------ --\n", true},
	} {
		if err := c.want.matches(c.got); (err == nil) != c.match {
			t.Errorf("%q against %q: %v, want a match: %v", c.want, c.got, err, c.match)
		}
	}
}
