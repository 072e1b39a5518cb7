package convert

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var caret = regexp.MustCompile(`\n *\^`)

// checkSyntax converts in, in which a caret stands below the place of the
// error, and expects want there.
func checkSyntax(t *testing.T, mediaType, in, want string) {
	t.Helper()
	at := caret.FindStringIndex(in)
	if at == nil {
		t.Fatalf("no caret in %q", in)
	}
	body := in[:at[0]] + in[at[1]:]
	wantErr := &SyntaxError{
		Line:    strings.Count(in[:at[0]], "\n") + 1,
		Column:  at[1] - at[0] - 1,
		Message: want,
	}
	c := &Converter{Target: oracleTarget}
	_, err := c.Convert(Input{Body: strings.NewReader(body), MediaType: mediaType}, &textBatch{})
	var got *SyntaxError
	if !errors.As(err, &got) {
		t.Errorf("%q: got error %v, want %v", body, err, wantErr)
	} else if *got != *wantErr {
		t.Errorf("%q:\ngot  %v\nwant %v", body, got, wantErr)
	}
}

func TestTextSyntaxErrors(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		checkSyntax(t, "text/plain", in, want)
	}
	check(`up{job="a} 1`+"\n"+
		`       ^`, "unterminated label value")
	check("a 1\nb\n"+
		" ^\nc 2\n", `want a value, got ""`)
	check("a x\n"+
		"  ^\n", `want a value, got "x"`)
	check("a 0x1p3\n"+
		"  ^\n", `want a value, got "0x1p3"`)
	check("a 1_000\n"+
		"  ^\n", `want a value, got "1_000"`)
	check("a 1e999\n"+
		"  ^\n", `want a value, got "1e999"`)
	check("a 1,5\n"+
		"  ^\n", `want a value, got "1,5"`)
	check("a -nan\n"+
		"  ^\n", `want a value, got "-nan"`)
	check("a 1{x=\"y\"}\n"+
		"   ^\n", "want a timestamp in milliseconds or a line break")
	check("a 1 x\n"+
		"    ^\n", "want a timestamp in milliseconds or a line break")
	check("a 1 -5\n"+
		"    ^\n", "want a timestamp in milliseconds or a line break")
	check("a 1 1.5\n"+
		"     ^\n", "want a timestamp in milliseconds or a line break")
	check("a 1 5 6\n"+
		"      ^\n", "want a timestamp in milliseconds or a line break")
	check("a 1 9223372036854775808\n"+
		"    ^\n", `timestamp "9223372036854775808" is out of range`)
	check("a 1 # {x=\"y\"} 1\n"+
		"    ^\n", "want a timestamp in milliseconds or a line break")
	check("a 1\r\n"+
		"  ^", `want a value, got "1\r"`)
	check("{} 1\n"+
		"^\n", "want a metric name")
	check("{x=\"y\"} 1\n"+
		"^\n", "want a metric name")
	check("1a 1\n"+
		"^\n", "want a metric name, a comment or a line break")
	check("\ufeffa 1\n"+
		"^\n", "want a metric name, a comment or a line break")
	check("a 1\n<html>\n"+
		"^\n", "want a metric name, a comment or a line break")
	check("a-b 1\n"+
		" ^\n", `want a value, got "-b"`)
	check("a{ 1\n"+
		"   ^\n", "want a label name")
	check("a{\n"+
		"  ^\n", "want a label name")
	check("a{"+"\n"+
		"  ^", "the label set does not end")
	check("a{x=\"y\""+"\n"+
		"       ^", "the label set does not end")
	check("a{,} 1\n"+
		"  ^\n", "want a label name")
	check("a{1=\"y\"} 1\n"+
		"  ^\n", "want a label name")
	check("a{a:b=\"y\"} 1\n"+
		"   ^\n", "want an equals sign")
	check("a{x} 1\n"+
		"   ^\n", "want an equals sign")
	check("a{x:\"y\"} 1\n"+
		"   ^\n", "want an equals sign")
	check("a{x=y} 1\n"+
		"    ^\n", "want a label value in quotes")
	check("a{x='y'} 1\n"+
		"    ^\n", "want a label value in quotes")
	check("a{x=\"y} 1\nb{z=\"2\"} 3\n"+
		"     ^\n", "want a label name")
	check("a{x=\"\xff\"} 1\n"+
		"    ^\n", "the label value is not UTF-8")
	check("a{x=\"1\",x=\"2\"} 1\n"+
		"        ^\n", `label name "x" is not unique`)
	check("a{__name__=\"b\"} 1\n"+
		"  ^\n", `label name "__name__" is not unique`)
	check("{\"a\",\"b\"} 1\n"+
		"     ^\n", "the metric has two names")
	check("a{\"b\"} 1\n"+
		"  ^\n", "the metric has two names")
	check("{\"\"} 1\n"+
		" ^\n", "a quoted name must be UTF-8 and not empty")
	check("a{\"\xff\"=\"1\"} 1\n"+
		"  ^\n", "a quoted name must be UTF-8 and not empty")
	check("a{x=\"\\\n"+
		"    ^\n\"} 1\n", "a line ends after a backslash in quotes")
	check("# TYPE a conter\n"+
		"         ^\n", `"conter" is not a metric type`)
	check("# TYPE a info\n"+
		"         ^\n", `"info" is not a metric type`)
	check("# TYPE a counter \n"+
		"         ^\n", `"counter " is not a metric type`)
	check("# TYPE a\n"+
		"        ^\n", `"" is not a metric type`)
	check("# TYPE 1 counter\n"+
		"       ^\n", "want a metric name")
	check("# HELP \n"+
		"       ^\n", "want a metric name")
	check("# HELP a \xff\n"+
		"         ^\n", "the help text is not UTF-8")
	check("# HELP \"a Text\n"+
		"       ^", "unterminated label value")
}

func TestOpenMetricsSyntaxErrors(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		checkSyntax(t, "application/openmetrics-text", in, want)
	}
	const eof = "\n# EOF\n"
	check("a 1\n"+
		"\n^", "the body does not end with # EOF")
	check("a 1"+"\n"+
		"   ^", "the body does not end with # EOF")
	check("# EOF\n"+
		"^\na 1\n", "data after # EOF")
	check("# EOF \n"+
		"^\n", "data after # EOF")
	check("a 1\n\n"+
		"^\n"+eof, "want a metric name, a comment or a line break")
	check(" a 1\n"+
		"^"+eof, "want a metric name, a comment or a line break")
	check("# hello\n"+
		"^"+eof, "want # HELP, # TYPE, # UNIT or # EOF")
	check("#HELP a b\n"+
		"^"+eof, "want # HELP, # TYPE, # UNIT or # EOF")
	check("# TYPE a untyped\n"+
		"         ^"+eof, `"untyped" is not a metric type`)
	check("# TYPE a\n"+
		"        ^"+eof, "want a blank and a text")
	check("# UNIT a_seconds meters\n"+
		"                 ^"+eof, `unit "meters" is not the end of the name "a_seconds"`)
	check("# HELP a b"+"\n"+
		"          ^", "the line does not end")
	check("a  1\n"+
		"  ^"+eof, `want a value, got ""`)
	check("a\t1\n"+
		" ^"+eof, "want a blank and a value")
	check("a 1 \n"+
		"    ^"+eof, "want a timestamp in seconds, an exemplar or a line break")
	check("a 1 NaN\n"+
		"    ^"+eof, "want a timestamp in seconds, an exemplar or a line break")
	check("a 1 2 3\n"+
		"     ^"+eof, "want the end of the line")
	check("a{x=\"y\" ,z=\"1\"} 1\n"+
		"       ^"+eof, "want a comma or a closing brace")
	check("a{x=\"1\n"+
		"    ^\n2\"} 1"+eof, "unterminated label value")
	check("a{x= \"1\"} 1\n"+
		"    ^"+eof, "want a label value in quotes")
	check("a{x=\"1\",x=\"2\"} 1\n"+
		"        ^"+eof, `label name "x" is not unique`)
	check("a 1 # {\n"+
		"       ^"+eof, "want a label name")
	check("a 1 # {x=\"y\"}\n"+
		"             ^"+eof, "want a blank and a value")
	check("a 1 # {x=\"y\"} z\n"+
		"              ^"+eof, `want a value, got "z"`)
	check("a 1 # {x=\"y\"} 1 z\n"+
		"                ^"+eof, "want a timestamp in seconds, an exemplar or a line break")
	check("a 1 # {\"x\"} 1\n"+
		"      ^"+eof, "an exemplar has no name")
}

// Lines are counted also where a value or a name has line breaks in it.
func TestSyntaxErrorAfterLineBreaksInQuotes(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		checkSyntax(t, "text/plain", in, want)
	}
	check("a{x=\"1\n2\n3\"} 1\nb x\n"+
		"  ^\n", `want a value, got "x"`)
	check("a{x=\"1\n2\"} x\n"+
		"    ^\n", `want a value, got "x"`)
	check("a{x=\"\n"+
		"    ^\n\xff\"} 1\n", "the label value is not UTF-8")
	check("a{x=\"\n"+
		"    ^\n2\n", "unterminated label value")
	check("a{x=\"1\",x=\"\n"+
		"        ^\n\"} 1\n", `label name "x" is not unique`)
}

// An input of another media type is text: which ones there are is for package
// scrape to say.
func TestMediaTypeDecidesTheFormat(t *testing.T) {
	for mediaType, ok := range map[string]bool{"": true, "text/plain": true, "text/html": true, "application/openmetrics-text": false} {
		c := &Converter{Target: oracleTarget}
		_, err := c.Convert(Input{Body: strings.NewReader("a\t1\n"), MediaType: mediaType}, &textBatch{})
		if (err == nil) != ok {
			t.Errorf("media type %q: got error %v", mediaType, err)
		}
	}
}

// A line of a megabyte, 80 000 labels, takes no longer than other megabytes.
func BenchmarkLongLine(b *testing.B) {
	var line strings.Builder
	for i := range 80_000 {
		fmt.Fprintf(&line, "l%06d=\"1\",", i)
	}
	body := []byte("a{" + line.String() + "} 1\n")
	convert := withConverter(Text)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if err := convert(body); err != nil {
			b.Fatal(err)
		}
	}
}
