package convert

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	textType        = "text/plain"
	openMetricsType = "application/openmetrics-text"
)

// An exposition is what a target sends.
type exposition struct{ body, mediaType string }

// TestBuffersForget: what was converted before with the same buffers changes
// nothing.
func TestBuffersForget(t *testing.T) {
	for name, test := range map[string]struct{ before, then exposition }{
		"untyped is a word of the text format": {
			exposition{"# TYPE a untyped\na 1\n", textType},
			exposition{"# TYPE a untyped\na 1\n# EOF\n", openMetricsType},
		},
		"a known TYPE line that comes late": {
			exposition{"# TYPE a counter\na 1\n# EOF\n", openMetricsType},
			exposition{"a_total 1\n# TYPE a counter\na 2\n# EOF\n", openMetricsType},
		},
		"a quantile where the last one stood": {
			exposition{"# TYPE s summary\ns_sum 1\ns_count 1\ns{quantile=\"0.5\"} 1\n", textType},
			exposition{"s_sum 1\ns_count 1\ns{quantile=\"0.5\"} 1\ns{quantile=\"0.9\"} 1\n", textType},
		},
		"a bucket where an error stood": {
			exposition{"# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{", textType},
			exposition{"h_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 1\n", textType},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := new(run)
			outcomeOf(r, test.before.input())
			want, got := outcomeOf(new(run), test.then.input()), outcomeOf(r, test.then.input())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-fresh +used:\n%s", diff)
			}
		})
	}
}

func (e exposition) input() Input {
	return Input{Body: strings.NewReader(e.body), MediaType: e.mediaType}
}

// outcomeOf converts an exposition into both formats and returns all that the
// conversion says, as text.
func outcomeOf(r *run, in Input) string { return limitedOutcomeOf(r, in, Limits{}) }

func limitedOutcomeOf(r *run, in Input, limits Limits) string {
	var batch twoBatch
	c := &Converter{Target: oracleTarget, HonorLabels: true, Limits: limits}
	stats, err := r.convert(c, in, &batch)
	r.clear()
	said := fmt.Sprint(stats.Bytes, statsText(stats))
	if err != nil {
		return said + err.Error()
	}
	c.hand(&batch)
	return said + groupsText(&batch.text) + groupsText(&batch.protobuf)
}

// A twoBatch has each group in both formats, or only in one.
type twoBatch struct {
	text, protobuf textBatch
	only           Format
}

func (b *twoBatch) Outputs(group Labels) []Output {
	b.protobuf.format = Protobuf
	switch b.only {
	case Text:
		return b.text.Outputs(group)
	case Protobuf:
		return b.protobuf.Outputs(group)
	}
	return append(b.text.Outputs(group), b.protobuf.Outputs(group)...)
}

// What stands between the lines of a histogram does not have to stay.
func TestWindowOfAnUnfinishedSet(t *testing.T) {
	const set = "# TYPE h histogram\nh_bucket{le=\"1\"} 1\n%sh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"
	body := fmt.Sprintf(set, strings.Repeat("# nothing\n", 1<<17))
	r, out := new(run), &oneBody{format: Text}
	stats, err := r.convert(&Converter{Target: oracleTarget}, Input{Body: strings.NewReader(body)}, out)
	if want := fmt.Sprintf(set, ""); err != nil || stats.Flattened != 0 || string(out.body) != want {
		t.Errorf("got %q, want %q: %v", out.body, want, err)
	}
	if size := len(r.window.buf); size > 3*windowSize {
		t.Errorf("the window has grown to %d bytes", size)
	}
}
