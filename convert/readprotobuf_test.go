package convert

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

const mediaTypeProtobuf = "application/vnd.google.protobuf"

// TestProtobufMatchesPrometheus does with the protobuf files of the corpus what
// TestConvertMatchesPrometheus does with the others.
func TestProtobufMatchesPrometheus(t *testing.T) {
	files := 0
	for _, body := range protobufCorpus(t) {
		if compareProtobuf(t, body) {
			files++
		}
	}
	if files < 20 {
		t.Errorf("%d files accepted by both, the corpus has more", files)
	}
}

// FuzzProtobuf: as FuzzText, for protobuf.
func FuzzProtobuf(f *testing.F) {
	for _, body := range protobufCorpus(f) {
		if len(body) < 8192 {
			f.Add([]byte(body))
		}
	}
	for _, c := range protobufCases() {
		f.Add([]byte(delimitedOf(f, c.family)))
	}
	f.Fuzz(func(t *testing.T, body []byte) { compareProtobuf(t, string(body)) })
}

func protobufCorpus(t testing.TB) (bodies map[string]string) {
	t.Helper()
	bodies = make(map[string]string)
	for _, row := range corpus(t) {
		if row.format != "protobuf-delimited" || strings.HasSuffix(row.path, ".gz") {
			continue
		}
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if err != nil {
			t.Fatal(err)
		}
		bodies[row.path] = string(body)
	}
	return bodies
}

// compareProtobuf compares verdicts and series, and reports whether both accept
// the body. A family is decoded whole here, so where it is broken in the middle
// Prometheus has counted more samples of it.
func compareProtobuf(t *testing.T, body string) bool {
	t.Helper()
	want, wantErr := directScrape(body, mediaTypeProtobuf, false)
	gw := make(gateway)
	for _, kind := range outputKinds {
		if !compareProtobufTo(t, gw, body, kind, &Converter{Target: oracleTarget}, want, wantErr) {
			return false
		}
	}
	return true
}

func compareProtobufTo(t *testing.T, gw gateway, body string, kind outputKind, c *Converter, want direct, wantErr error) bool {
	t.Helper()
	got, stats, gotErr := gw.relayed(t, body, mediaTypeProtobuf, kind, c)
	if wantErr == nil && gotErr != nil && strings.Contains(gotErr.Error(), errNotProtobuf) {
		return false // see the package comment
	}
	if (wantErr == nil) != (gotErr == nil) {
		t.Errorf("verdict: Prometheus says %v, we say %v\n%.400q", wantErr, gotErr, body)
	}
	var syntax *SyntaxError
	if gotErr != nil && !errors.As(gotErr, &syntax) {
		t.Errorf("got error %v of type %T, want a *SyntaxError", gotErr, gotErr)
	}
	if wantErr != nil || gotErr != nil {
		return false
	}
	if stats.Samples != want.samples || stats.PostRelabel != want.added {
		t.Errorf("counted %d and %d samples, Prometheus %d and %d", stats.Samples, stats.PostRelabel, want.samples, want.added)
	}
	compareSeries(t, want.unescaped(t, got, stats, kind), want.ofKind(kind), "")
	return true
}

type protobufCase struct {
	name   string
	family string // in prototext
	text   string // as text; "" for what is refused
	same   bool   // as protobuf it goes out as it came
	stats  string
	err    string
}

func protobufCases() []protobufCase {
	const native = `name: "h" type: HISTOGRAM metric { histogram {
		sample_count: 3 sample_sum: 2.5 schema: 3 zero_threshold: 1e-3 zero_count: 1
		positive_span { offset: 0 length: 2 } positive_delta: 1 positive_delta: 0 `
	return []protobufCase{
		{
			name:   "a counter with all that is left out",
			family: `name: "c" help: "C \\ \"" type: COUNTER metric { label { name: "a" value: "b\"" } label { name: "e" value: "" } timestamp_ms: 5 counter { value: 1.5 exemplar { value: 1 } } }`,
			text:   "# HELP c C \\\\ \"\n# TYPE c counter\nc{a=\"b\\\"\"} 1.5\n",
			stats:  "samples 1\npost_relabel 1\ntimestamps 1\nexemplars 1\n",
		},
		{
			name:   "no value and no type",
			family: `name: "c" metric { }`,
			text:   "# TYPE c counter\nc 0\n",
			stats:  "samples 1\npost_relabel 1\n",
		},
		{
			name:   "a summary",
			family: `name: "s" type: SUMMARY metric { summary { sample_count: 2 sample_sum: 3 quantile { quantile: 0.5 value: nan } } }`,
			text:   "# TYPE s summary\ns{quantile=\"0.5\"} NaN\ns_sum 3\ns_count 2\n",
			same:   true,
			stats:  "samples 3\npost_relabel 3\n",
		},
		{
			name:   "a native histogram with buckets",
			family: native + `bucket { cumulative_count: 2 upper_bound: 1 } bucket { cumulative_count: 3 upper_bound: inf } } }`,
			text:   "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 2.5\nh_count 3\n",
			same:   true,
			stats:  "samples 4\npost_relabel 4\nnatives 1\n",
		},
		{
			name:   "a native histogram alone",
			family: native + `} }`,
			text:   "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\nh_sum 2.5\nh_count 3\n",
			stats:  "samples 3\npost_relabel 3\nnatives 1\n",
		},
		{
			name:   "spans that say more than there is",
			family: native + `negative_span { length: 2 } } }`,
			text:   "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\nh_sum 2.5\nh_count 3\n",
			stats:  "samples 3\npost_relabel 3\nnatives 1\n",
		},
		{
			name:   "a histogram of floats",
			family: `name: "h" type: HISTOGRAM metric { histogram { sample_count_float: 1.5 sample_sum: 1 bucket { cumulative_count_float: 0.5 upper_bound: 1 } } }`,
			text:   "# TYPE h_bucket untyped\nh_bucket{le=\"1\"} 0.5\nh_bucket{le=\"+Inf\"} 1.5\n# TYPE h_sum untyped\nh_sum 1\n# TYPE h_count untyped\nh_count 1.5\n",
			stats:  "samples 4\npost_relabel 4\nflattened 1\n",
		},
		{
			name:   "a gauge histogram",
			family: `name: "g" type: GAUGE_HISTOGRAM metric { histogram { sample_count: 1 sample_sum: 1 } }`,
			text:   "# TYPE g_bucket gauge\ng_bucket{le=\"+Inf\"} 1\n# TYPE g_sum gauge\ng_sum 1\n# TYPE g_count gauge\ng_count 1\n",
			stats:  "samples 3\npost_relabel 3\n",
		},
		{
			name:   "a label of the target",
			family: `name: "u" type: UNTYPED metric { label { name: "job" value: "x" } untyped { value: 1 } }`,
			text:   "# TYPE u untyped\nu{exported_job=\"x\"} 1\n",
			stats:  "samples 1\npost_relabel 1\nexported 1\n",
		},
		{
			name:   "a label twice",
			family: `name: "u" type: UNTYPED metric { label { name: "a" value: "x" } label { name: "a" value: "y" } untyped { value: 1 } }`,
			err:    `protobuf, byte 2: family "u": label name "a" is not unique`,
			stats:  "samples 1\n",
		},
		{
			name:   "le in a histogram's labels",
			family: `name: "h" type: HISTOGRAM metric { label { name: "le" value: "x" } histogram { sample_count: 1 } }`,
			err:    `protobuf, byte 2: family "h": label name "le" is not unique`,
			stats:  "samples 1\n",
		},
		{
			name:   "no name",
			family: `metric { gauge { value: 1 } }`,
			err:    `protobuf, byte 2: family "": the name must be UTF-8 and not empty`,
		},
	}
}

func delimitedOf(t testing.TB, family string) string {
	t.Helper()
	var f dto.MetricFamily
	if err := prototext.Unmarshal([]byte(family), &f); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := protodelim.MarshalTo(&out, &f); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestProtobufIn(t *testing.T) {
	for _, c := range protobufCases() {
		t.Run(c.name, func(t *testing.T) {
			body := delimitedOf(t, c.family)
			text := &oneBody{format: Text}
			stats, err := (&Converter{Target: oracleTarget}).Convert(Input{Body: strings.NewReader(body), MediaType: mediaTypeProtobuf}, text)
			if got := statsText(stats); got != c.stats {
				t.Errorf("stats: got %q, want %q", got, c.stats)
			}
			if c.err != "" || err != nil {
				if err == nil || err.Error() != c.err {
					t.Errorf("got error %v, want %s", err, c.err)
				}
				return
			}
			if got := string(text.body); got != c.text {
				t.Errorf("got\n%s\nwant\n%s", got, c.text)
			}
			checkProtobufOut(t, c, body)
		})
	}
}

// checkProtobufOut converts to protobuf, which must say the same as the text
// and, where the case is the same on both sides, be what came.
func checkProtobufOut(t *testing.T, c protobufCase, body string) {
	t.Helper()
	out := &oneBody{format: Protobuf}
	stats, err := (&Converter{Target: oracleTarget}).Convert(Input{Body: strings.NewReader(body), MediaType: mediaTypeProtobuf}, out)
	if err != nil {
		t.Fatal(err)
	}
	if c.same && stats.Natives != 0 {
		t.Errorf("%d native histograms cut", stats.Natives)
	}
	if got := asText(t, out.body); got != c.text && !strings.Contains(c.name, "all that is left out") {
		t.Errorf("a gateway exposes\n%s\nwant\n%s", got, c.text)
	}
	if got, want := decodeOne(t, string(out.body)), decodeOne(t, body); c.same && !proto.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func decodeOne(t *testing.T, body string) *dto.MetricFamily {
	t.Helper()
	f := new(dto.MetricFamily)
	if err := protodelim.UnmarshalFrom(strings.NewReader(body), f); err != nil {
		t.Fatal(err)
	}
	return f
}

// asText is how a gateway exposes a protobuf body.
func asText(t *testing.T, body []byte) string {
	t.Helper()
	decoder := expfmt.NewDecoder(bytes.NewReader(body), expfmt.NewFormat(expfmt.TypeProtoDelim))
	var text strings.Builder
	for {
		var f dto.MetricFamily
		if err := decoder.Decode(&f); err != nil {
			return text.String()
		}
		if _, err := expfmt.MetricFamilyToText(&text, &f); err != nil {
			t.Fatal(err)
		}
	}
}

// A message that says it is longer than what comes costs no memory.
func TestProtobufLengthIsNotBelieved(t *testing.T) {
	for _, body := range []string{"\xff\xff\xff\xff\x0f", "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "\x05\x0a", "\x80"} {
		c := &Converter{Target: oracleTarget}
		var syntax *SyntaxError
		if _, err := c.Convert(Input{Body: strings.NewReader(body), MediaType: mediaTypeProtobuf}, new(textBatch)); !errors.As(err, &syntax) {
			t.Errorf("%q: got error %v, want a *SyntaxError", body, err)
		}
	}
}

// A gateway that gets text takes nothing from one that gets protobuf.
func TestNativeHistogramForOneOfTwo(t *testing.T) {
	body := delimitedOf(t, protobufCases()[3].family)
	both := &twoBodies{{format: Text}, {format: Protobuf}}
	stats, err := (&Converter{Target: oracleTarget}).Convert(Input{Body: strings.NewReader(body), MediaType: mediaTypeProtobuf}, both)
	if err != nil || stats.Natives != 1 {
		t.Errorf("got %d native histograms cut, want 1: %v", stats.Natives, err)
	}
	if got, want := decodeOne(t, string(both[1].body)), decodeOne(t, body); !proto.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// twoBodies is a batch with two bodies for all groups.
type twoBodies [2]oneBody

func (b *twoBodies) Outputs(Labels) []Output { return []Output{&b[0], &b[1]} }
