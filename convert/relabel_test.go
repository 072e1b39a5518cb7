package convert

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/relabel"
)

// checkRemembered: what is remembered of a scrape changes nothing in the next
// one.
func checkRemembered(t *testing.T, c *convertCase) {
	t.Helper()
	want := remembered(c, newVerdicts(0))
	for range 2 {
		if diff := cmp.Diff(want, remembered(c, c.converter.verdicts)); diff != "" {
			t.Errorf("once more (-forgotten +remembered):\n%s", diff)
		}
	}
}

// remembered converts with what is known of the series, and returns all that
// the conversion says, as text.
func remembered(c *convertCase, known *verdicts) string { return rememberedAs(c, known, "") }

// rememberedAs does so into one format, or into both without one.
func rememberedAs(c *convertCase, known *verdicts, only Format) string {
	kept := c.converter.verdicts
	defer func() { c.converter.verdicts = kept }()
	c.converter.verdicts = known
	batch := twoBatch{only: only}
	in := c.input
	in.Body = strings.NewReader(c.body)
	stats, err := c.converter.Convert(in, &batch)
	if err != nil {
		return statsText(stats) + err.Error()
	}
	c.converter.hand(&batch)
	return statsText(stats) + groupsText(&batch.text) + groupsText(&batch.protobuf)
}

// ruleSets have each action, alone and together; the names are those of the
// corpus.
func ruleSets(t testing.TB) map[string][]*relabel.Config {
	t.Helper()
	sets := make(map[string][]*relabel.Config)
	for name, lines := range map[string]string{
		"drop":                     `{"action":"drop","source_labels":["__name__"],"regex":"(go|process)_.*|.*_(sum|created)"}`,
		"drop buckets":             `{"action":"drop","source_labels":["__name__","le"],"regex":".*_bucket;[0-9.]*5"}`,
		"drop infinite":            `{"action":"drop","source_labels":["le"],"regex":"[+]Inf"}`,
		"keep":                     `{"action":"keep","source_labels":["__name__"],"regex":".*(_total|_bucket|_count|_sum|s|m|a)"}`,
		"labeldrop":                `{"action":"labeldrop","regex":"code|method|device|[a-d]|version|le2|quantile"}`,
		"labelkeep":                `{"action":"labelkeep","regex":"__name__|job|instance|le|quantile|[a-f].*"}`,
		"labelkeep without a name": `{"action":"labelkeep","regex":"job|instance"}`,
		"labelmap":                 `{"action":"labelmap","regex":"(.).*","replacement":"first_$1"}`,
		"labelmap onto itself":     `{"action":"labelmap","regex":"(code|method|instance|x|a|b)","replacement":"le"}`,
		"hashmod": `{"action":"hashmod","source_labels":["__name__","le","a"],"modulus":3,"target_label":"shard"}
{"action":"keep","source_labels":["shard"],"regex":"0|2"}`,
		"lowercase": `{"action":"lowercase","source_labels":["__name__"],"target_label":"__name__"}
{"action":"uppercase","source_labels":["job"],"target_label":"job"}`,
		"dropequal": `{"action":"dropequal","source_labels":["exported_job"],"target_label":"job"}
{"action":"dropequal","source_labels":["code"],"target_label":"a"}`,
		"keepequal":         `{"action":"keepequal","source_labels":["code"],"target_label":"method"}`,
		"rename":            `{"source_labels":["__name__"],"regex":"(.*)","target_label":"__name__","replacement":"all_$1"}`,
		"rename to one":     `{"source_labels":["__name__"],"regex":"[a-z]_?.*_(total|seconds|bytes)","target_label":"__name__","replacement":"metric_$1"}`,
		"rename histograms": `{"source_labels":["__name__"],"regex":"(.*)_(bucket|sum|count)","target_label":"__name__","replacement":"other_$2"}`,
		"rename to a report series": `{"source_labels":["__name__"],"regex":"[a-m].*","target_label":"__name__","replacement":"up"}
{"source_labels":["__name__"],"regex":"[n-t].*","target_label":"__name__","replacement":"scrape_duration_seconds"}`,
		"le": `{"source_labels":["le"],"regex":"([0-9])(.*)","target_label":"le","replacement":"${1}0$2"}`,
		"a label more": `{"target_label":"team","replacement":"sre"}
{"source_labels":["__name__"],"regex":"(...).*","target_label":"start_$1","replacement":"$0"}`,
		"another job": `{"source_labels":["__name__"],"regex":"([a-m]).*","target_label":"job","replacement":"j-$1"}`,
		"another instance": `{"source_labels":["le"],"regex":".+","target_label":"instance","replacement":"b:1"}
{"source_labels":["code"],"regex":"(.+)","target_label":"instance"}`,
		"no instance": `{"source_labels":["__name__"],"regex":"[n-z].*","target_label":"instance","replacement":""}`,
		"the exported ones back": `{"source_labels":["exported_job"],"regex":"(.+)","target_label":"job"}
{"source_labels":["exported_instance"],"regex":"(.+)","target_label":"instance"}
{"action":"labeldrop","regex":"exported_.*"}`,
		"all to the target": `{"target_label":"job","replacement":"j"}
{"target_label":"instance","replacement":"i:1"}`,
		"temporary": `{"source_labels":["__name__"],"regex":"([a-m]).*","target_label":"__tmp","replacement":"$1"}
{"action":"drop","source_labels":["__tmp"],"regex":"a"}`,
		"names that are not classic": `{"action":"labelmap","regex":"([a-m]).*","replacement":"$1.b"}
{"source_labels":["__name__"],"regex":"(n.*)","target_label":"__name__","replacement":"$1 ü"}`,
		"a label without a name": `{"action":"labelmap","regex":"code|x|(y)","replacement":"$1"}`,
		"quotes":                 `{"source_labels":["__name__"],"regex":"(.{3}).*","target_label":"quoted","replacement":"\"$1\\\n"}`,
	} {
		sets[name] = rulesOf(t, lines)
	}
	return sets
}

// TestRelabelMatchesPrometheus compares with a direct scrape by Prometheus with
// the same rules: each body of the corpus with some of them, honor_labels off and
// on, in all formats, at first, with series that change, and when all is known.
func TestRelabelMatchesPrometheus(t *testing.T) {
	sets := ruleSets(t)
	names := slices.Sorted(maps.Keys(sets))
	compared := 0
	for i, row := range corpus(t) {
		mediaType, ok := row.mediaType()
		if !ok {
			continue
		}
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if err != nil {
			t.Fatal(err)
		}
		for k := i; k < i+len(names); k += 48 + len(body)/1024 {
			name := names[k%len(names)]
			compared++
			t.Run(name+"/"+row.path, func(t *testing.T) {
				compareRelabeled(t, string(body), mediaType, sets[name])
			})
		}
	}
	t.Logf("compared %d pairs", compared)
	if compared < 500 {
		t.Errorf("compared %d pairs of a body and rules; the corpus has more", compared)
	}
}

// TestRelabeledCasesMatchPrometheus does the same with the bodies of TestConvert.
func TestRelabeledCasesMatchPrometheus(t *testing.T) {
	sets := ruleSets(t)
	names, cases := slices.Sorted(maps.Keys(sets)), cases(t)
	for i, path := range slices.Sorted(maps.Keys(cases)) {
		for k := i % 15; k < len(names); k += 15 {
			c, rules := cases[path], sets[names[k]]
			t.Run(names[k]+"/"+path, func(t *testing.T) { compareRelabeled(t, c.body, c.input.MediaType, rules) })
		}
	}
}

func compareRelabeled(t *testing.T, body, mediaType string, rules []*relabel.Config) {
	t.Helper()
	if knownDifference(body) {
		return
	}
	gw := make(gateway)
	for _, honor := range []bool{false, true} {
		converters := make([]*Converter, len(outputKinds))
		for i := range converters {
			converters[i] = &Converter{Target: oracleTarget, HonorLabels: honor, Rules: rules}
		}
		type scraped struct {
			body string
			want direct
			err  error
		}
		scrape := func(body string) scraped {
			want, err := directScrape(body, mediaType, honor, rules...)
			return scraped{body, want, err}
		}
		all, most := scrape(body), scrape(thinned(body))
		for _, s := range []scraped{all, most, all, all} {
			for i, kind := range outputKinds {
				compareScrape(t, gw, s.body, mediaType, kind, converters[i], s.want, s.err)
			}
		}
	}
}

// thinned leaves every third series out of a body.
func thinned(body string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(body) {
		if n++; n%3 != 0 || strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestRelabelProtobufMatchesPrometheus does the same with the protobuf files of
// the corpus.
func TestRelabelProtobufMatchesPrometheus(t *testing.T) {
	sets := ruleSets(t)
	names, bodies := slices.Sorted(maps.Keys(sets)), protobufCorpus(t)
	for i, path := range slices.Sorted(maps.Keys(bodies)) {
		for k := i % 8; k < len(names); k += 8 {
			rules, body := sets[names[k]], bodies[path]
			t.Run(names[k]+"/"+path, func(t *testing.T) {
				want, wantErr := directScrape(body, mediaTypeProtobuf, false, rules...)
				gw := make(gateway)
				for _, kind := range outputKinds {
					c := &Converter{Target: oracleTarget, Rules: rules}
					for range 2 {
						compareProtobufTo(t, gw, body, kind, c, want, wantErr)
					}
				}
			})
		}
	}
}

// TestRelabelNative: a native histogram is a series with its family's name. It
// goes out with the lines that have the same name and labels, or is cut.
func TestRelabelNative(t *testing.T) {
	const family = `name: "h" type: HISTOGRAM metric { label { name: "x" value: "1" } label { name: "y" value: "2" } histogram {
		sample_count: 3 sample_sum: 2.5 schema: 3 zero_threshold: 1e-3 zero_count: 1
		positive_span { offset: 0 length: 2 } positive_delta: 1 positive_delta: 0
		bucket { cumulative_count: 2 upper_bound: 1 } bucket { cumulative_count: 3 upper_bound: inf } } }`
	for _, c := range []struct {
		name, rules string
		native      bool
		stats       string
	}{
		{"kept", `{"action":"keep","source_labels":["x"],"regex":"1"}`, true, "samples 4\npost_relabel 4\n"},
		{"a label less", `{"action":"labeldrop","regex":"x"}`, true, "samples 4\npost_relabel 4\n"},
		{"a label more", `{"target_label":"z","replacement":"3"}`, true, "samples 4\npost_relabel 4\n"},
		{"a label more on the lines", `{"source_labels":["__name__"],"regex":"h_.*","target_label":"z","replacement":"3"}`, false, "samples 4\npost_relabel 4\nnatives 1\n"},
		{"native dropped", `{"action":"drop","source_labels":["__name__"],"regex":"h"}`, false, "samples 4\npost_relabel 4\n"},
		{"all dropped", `{"action":"drop","source_labels":["__name__"],"regex":"h.*"}`, false, "samples 4\n"},
		{"lines dropped", `{"action":"drop","source_labels":["__name__"],"regex":"h_.*"}`, false, "samples 4\nnatives 1\n"},
		{"sum dropped", `{"action":"drop","source_labels":["__name__"],"regex":"h_sum"}`, false, "samples 4\npost_relabel 3\nnatives 1\nflattened 1\n"},
		{"renamed", `{"source_labels":["__name__"],"regex":"h","target_label":"__name__","replacement":"g"}`, false, "samples 4\npost_relabel 4\nnatives 1\n"},
		{"moved", `{"source_labels":["__name__"],"regex":"h","target_label":"job","replacement":"k"}`, false, "samples 4\npost_relabel 4\nnatives 1\n"},
		{"all moved", `{"target_label":"job","replacement":"k"}`, false, "samples 4\npost_relabel 4\nnatives 1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			converter := &Converter{Target: oracleTarget, Rules: rulesOf(t, c.rules)}
			for range 2 {
				out := &oneBody{format: Protobuf}
				stats, err := converter.Convert(Input{Body: strings.NewReader(delimitedOf(t, family)), MediaType: mediaTypeProtobuf}, out)
				if err != nil {
					t.Fatal(err)
				}
				if got := statsText(stats); got != c.stats {
					t.Errorf("stats: got %q, want %q", got, c.stats)
				}
				if native := len(out.body) > 0 && isNative(decodeOne(t, string(out.body)).Metric[0].GetHistogram()); native != c.native {
					t.Errorf("it goes out: %v, want %v\n%v", native, c.native, decodeOne(t, string(out.body)))
				}
			}
		})
	}
}
