package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/cmd/promferry/internal/lint"
	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/scrape"
)

// inputFlags say what to push.
type inputFlags struct {
	file   string
	format string
	limit  string
	bytes  int64 // of limit
}

func (f *inputFlags) register(clause *kingpin.CmdClause) {
	flag(clause, "format", "What the input is written in: text (0.0.4), openmetrics, protobuf (delimited).").Default("text").EnumVar(&f.format, "text", "openmetrics", "protobuf")
	flag(clause, "body-size-limit", "Longest input; 0 is no limit.").Default("32MB").StringVar(&f.limit)
	clause.Arg("FILE", "The exposition; - or none for standard input.").Default(stdin).StringVar(&f.file)
}

func (f *inputFlags) check() (err error) {
	if f.bytes, err = configs.ParseSize(f.limit); err != nil || f.bytes < 0 {
		return fmt.Errorf("--body-size-limit=%s: want a size such as 32MB", f.limit)
	}
	return nil
}

// mediaTypes are those of --format.
var mediaTypes = map[string]string{
	"text":        scrape.MediaTypeText,
	"openmetrics": scrape.MediaTypeOpenMetrics,
	"protobuf":    scrape.MediaTypeProtobuf,
}

// An exposition is what a command was given to push.
type exposition struct {
	name      string // for people
	mediaType string
	text      []byte
}

// read reads all of the input before anything is sent.
func (f *inputFlags) read(a *app) (exposition, error) {
	from := nameOf(f.file)
	in := exposition{name: "standard input", mediaType: mediaTypes[f.format]}
	if from != stdin {
		in.name = from
	}
	var err error
	if isDirectory(f.file) {
		return in, fmt.Errorf("read %s: it is a directory; name a file of metrics", in.name)
	}
	if in.text, err = a.readInput(from, bound{f.bytes, "--body-size-limit=" + f.limit}); err != nil {
		return in, err
	}
	return in, in.repair(from)
}

// repair ends lines as the format wants. A pipe that does not end its last line
// may have been cut off, as its writer died; a file is as somebody wrote it.
func (e *exposition) repair(from string) error {
	if e.mediaType == scrape.MediaTypeProtobuf || len(e.text) == 0 {
		return nil
	}
	if last := bytes.LastIndexByte(e.text, '\n') + 1; from == stdin && last < len(e.text) {
		line := bytes.Count(e.text, []byte("\n")) + 1
		return fmt.Errorf("%s, line %d: the last line has no line break, so the input may be cut off; if it is whole, end it with one: nothing is pushed\n%s%s",
			e.name, line, pointAt(e.text[last:], len(e.text)-last+1), e.hint())
	}
	e.text = scrape.Repair(e.text)
	return nil
}

// convert converts into a batch, which must be discarded after an error.
func (e *exposition) convert(group convert.Labels, batch convert.Batch) (convert.Stats, error) {
	converter := convert.Converter{Target: group, NoReport: true}
	stats, err := converter.Convert(convert.Input{Body: bytes.NewReader(e.text), MediaType: e.mediaType}, batch)
	var syntax *convert.SyntaxError
	if errors.As(err, &syntax) {
		return stats, e.explain(syntax)
	}
	if err == nil && carried(stats) == 0 {
		err = fmt.Errorf("%s: no series to push%s; a PUT of nothing would empty the group (promferry delete takes it away): nothing is pushed", e.name, whatElse(stats))
	}
	return stats, err
}

// carried is the number of series that reach a gateway.
func carried(stats convert.Stats) int {
	n := stats.PostRelabel
	for _, dropped := range stats.Dropped {
		n -= dropped
	}
	return n
}

// whatElse says why there is nothing where there was something.
func whatElse(stats convert.Stats) string {
	if stats.Samples == 0 {
		return ""
	}
	return fmt.Sprintf(": none of the %d can be carried (%s)", stats.Samples, strings.Join(lint.Losses(stats, 0), ", "))
}

// explain shows the line with the mistake.
func (e *exposition) explain(syntax *convert.SyntaxError) error {
	if syntax.Line == 0 {
		return fmt.Errorf("%s: %w: nothing is pushed", e.name, syntax)
	}
	lines := bytes.SplitN(e.text, []byte("\n"), syntax.Line+1)
	shown := pointAt(lines[min(syntax.Line, len(lines))-1], syntax.Column)
	return fmt.Errorf("%s, %w: nothing is pushed\n%s%s", e.name, syntax, shown, e.hint())
}

// hint is for an exposition in another format than was said.
func (e *exposition) hint() string {
	if e.mediaType == scrape.MediaTypeText && bytes.HasSuffix(e.text, []byte("\n# EOF\n")) {
		return "\n" + e.name + " ends with # EOF, as OpenMetrics does: if it is that, say --format=openmetrics"
	}
	for begin, what := range begins {
		if bytes.HasPrefix(e.text, []byte(begin)) {
			return "\n" + e.name + " begins as " + what
		}
	}
	return ""
}

// begins tell what is no exposition, and what to do about it.
var begins = map[string]string{
	"\x1f\x8b":     "gzip does: unpack it first",
	"\xef\xbb\xbf": "UTF-8 with a byte order mark does: write it without one",
	"\xff\xfe":     "UTF-16 does: write it as UTF-8",
	"\xfe\xff":     "UTF-16 does: write it as UTF-8",
}

// notes are a line for each thing that a gateway does not get as it was
// written.
func (e *exposition) notes(stats convert.Stats) (lines []string) {
	for _, what := range lint.Losses(stats, 0) { // of duplicates the gateway's side tells
		lines = append(lines, e.name+": "+what)
	}
	if stats.Exported > 0 {
		lines = append(lines, fmt.Sprintf("%s: %d series with a label of the group's keep it as exported_…", e.name, stats.Exported))
	}
	if hint := e.hint(); hint != "" {
		lines = append(lines, hint[1:])
	}
	return lines
}
