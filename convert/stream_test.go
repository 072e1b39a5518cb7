package convert

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/prometheus/common/expfmt"
)

// TestByteByByte: a target that sends the corpus one byte at a time.
func TestByteByByte(t *testing.T) {
	whole, bytewise := new(run), new(run)
	for _, row := range corpus(t) {
		mediaType, ok := row.mediaType()
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if !ok || err != nil || len(body) > 128<<10 {
			continue
		}
		e := exposition{string(body), mediaType}
		in := e.input()
		in.Body = iotest.OneByteReader(in.Body)
		if outcomeOf(bytewise, in) != outcomeOf(whole, e.input()) {
			t.Errorf("%s is another in single bytes", row.path)
		}
	}
}

// streamed are bodies with all that may wait for a line that is still to come.
func streamed(t *testing.T) map[string]exposition {
	t.Helper()
	all, cases := make(map[string]exposition), cases(t)
	for _, name := range []string{
		"reopened_histogram_broken", "openmetrics_created_twice", "escapes_histogram", "newline_in_value",
		"type_changed_first_wins", "honor_histogram", "openmetrics_exemplars", "utf8_names",
	} {
		c := cases["testdata/"+name+".txtar"]
		all[name] = exposition{c.body, c.input.MediaType}
	}
	return all
}

// TestCutAnywhere: wherever the transport breaks off, its error comes out, and
// no sample is counted, as in Prometheus. What follows is not touched by it.
func TestCutAnywhere(t *testing.T) {
	check := func(r *run, e exposition, cut int) {
		t.Helper()
		body := iotest.DataErrReader(io.MultiReader(strings.NewReader(e.body[:cut]), iotest.ErrReader(io.ErrUnexpectedEOF)))
		stats, err := r.convert(&Converter{Target: oracleTarget}, Input{Body: body, MediaType: e.mediaType}, new(twoBatch))
		r.clear()
		if !errors.Is(err, io.ErrUnexpectedEOF) || stats.Samples != 0 || stats.PostRelabel != 0 || stats.Bytes != int64(cut) {
			t.Errorf("cut at %d: got %v, %+v, want %v and %d bytes\n%.400q", cut, err, stats, io.ErrUnexpectedEOF, cut, e.body)
		}
	}
	for name, e := range streamed(t) {
		used := withWindow(16)
		want := outcomeOf(new(run), e.input())
		for cut := range len(e.body) + 1 {
			check(used, e, cut)
			if got := outcomeOf(used, e.input()); got != want {
				t.Errorf("%s, after it was cut at %d: got\n%s\nwant\n%s", name, cut, got, want)
			}
		}
	}
	node := exposition{string(nodeBody(t)), textType}
	used := new(run)
	for cut := 0; cut <= len(node.body); cut += 97 {
		check(used, node, cut)
	}
}

// TestLimitInTheLastLine: what is over a limit only at its end is refused, all
// of it.
func TestLimitInTheLastLine(t *testing.T) {
	body := string(nodeBody(t))
	samples := strings.Count("\n"+body, "\n") - strings.Count("\n"+body, "\n#") - 1
	for name, test := range map[string]struct {
		limits Limits
		more   string
	}{
		"sample_limit":             {Limits{Samples: samples}, "zz 1\n"},
		"label_limit":              {Limits{Labels: 12}, "zz{a=\"1\",b=\"1\",c=\"1\",d=\"1\",e=\"1\",f=\"1\",g=\"1\",h=\"1\",i=\"1\",j=\"1\"} 1\n"},
		"label_name_length_limit":  {Limits{LabelNameLength: 100}, "zz{" + strings.Repeat("a", 101) + "=\"1\"} 1\n"},
		"label_value_length_limit": {Limits{LabelValueLength: 200}, "zz{a=\"" + strings.Repeat("a", 201) + "\"} 1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Converter{Target: oracleTarget, Limits: test.limits, Buffers: new(Buffers)}
			for _, more := range []string{"", test.more, ""} {
				stats, err := c.Convert(Input{Body: strings.NewReader(body + more)}, new(twoBatch))
				var limit *LimitError
				if over := errors.As(err, &limit) && limit.Limit == name; over != (more != "") || !over && err != nil {
					t.Errorf("got error %v", err)
				}
				if want := samples + strings.Count(more, "\n"); stats.Samples != want {
					t.Errorf("got %d samples, want %d", stats.Samples, want)
				}
			}
		})
	}
}

// checkProtobuf: a gateway that is given protobuf exposes what one that is
// given text does, types and texts as well.
func checkProtobuf(t *testing.T, c *convertCase, text *textBatch) {
	t.Helper()
	batch := textBatch{outputKind: outputKind{format: Protobuf}}
	stats, err := c.converter.Convert(c.input, &batch)
	if err != nil {
		t.Fatal(err)
	}
	if c.report != nil {
		c.converter.Report(*c.report, &batch)
	}
	batch.refuse(&stats)
	for i, g := range text.groups {
		if want, got := exposed(t, g), exposed(t, batch.groups[i]); got != want {
			t.Errorf("%s: a gateway makes of the protobuf body\n%s\nand of the text\n%s", g.labels, got, want)
		}
	}
}

// exposed returns what a gateway exposes of a body.
func exposed(t *testing.T, g *textGroup) string {
	t.Helper()
	families, err := g.families()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range families {
		var text strings.Builder
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text.String())
	}
	slices.Sort(texts)
	return strings.Join(texts, "")
}
