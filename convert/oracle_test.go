package convert

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

// TestConvertMatchesPrometheus converts every text file of the corpus and
// compares what a gateway would give back with what a direct scrape by
// Prometheus would have stored: verdict, names, labels, values.
func TestConvertMatchesPrometheus(t *testing.T) {
	files, accepted := 0, 0
	for _, row := range corpus(t) {
		mediaType, ok := row.mediaType()
		if !ok {
			continue
		}
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if err != nil {
			t.Fatal(err)
		}
		files++
		t.Run(row.path, func(t *testing.T) {
			if compareWithPrometheus(t, string(body), mediaType) {
				accepted++
			}
		})
	}
	t.Logf("%d files compared, %d accepted by both", files, accepted)
	if files < 500 || accepted < 300 {
		t.Errorf("compared %d files, %d of them accepted; the corpus has more", files, accepted)
	}
}

// TestCasesMatchPrometheus does the same with the bodies of TestConvert.
func TestCasesMatchPrometheus(t *testing.T) {
	for path, c := range cases(t) {
		t.Run(path, func(t *testing.T) { compareWithPrometheus(t, c.body, c.input.MediaType) })
	}
}

// FuzzConvertMatchesPrometheus: what Prometheus takes we take, with the same
// series, and what we take Prometheus takes.
func FuzzConvertMatchesPrometheus(f *testing.F) {
	for _, row := range corpus(f) {
		mediaType, ok := row.mediaType()
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if !ok || err != nil || len(body) > 4096 {
			continue
		}
		f.Add(string(body), mediaType == "application/openmetrics-text")
	}
	for _, c := range cases(f) {
		f.Add(c.body, c.input.MediaType == "application/openmetrics-text")
	}
	f.Fuzz(func(t *testing.T, body string, openMetrics bool) {
		mediaType := "text/plain"
		if openMetrics {
			mediaType = "application/openmetrics-text"
		}
		compareWithPrometheus(t, body, mediaType)
	})
}

// compareWithPrometheus compares with honor_labels off and on and reports
// whether both accept the body.
func compareWithPrometheus(t *testing.T, body, mediaType string) bool {
	t.Helper()
	if knownDifference(body) {
		return false
	}
	renamed := compareJob(t, body, mediaType, Converter{Target: oracleTarget})
	honored := compareJob(t, body, mediaType, Converter{Target: oracleTarget, HonorLabels: true})
	return renamed && honored
}

func compareJob(t *testing.T, body, mediaType string, c Converter) bool {
	t.Helper()
	want, wantErr := directScrape(body, mediaType, c.HonorLabels)
	got, stats, gotErr := relayed(t, body, mediaType, &c)
	if (wantErr == nil) != (gotErr == nil) {
		t.Errorf("verdict: Prometheus says %v, we say %v\n%.400q", wantErr, gotErr, body)
	}
	compareCounts(t, stats, gotErr, want, wantErr, mediaType == "application/openmetrics-text")
	if wantErr != nil || gotErr != nil {
		var syntax *SyntaxError
		if gotErr != nil && !errors.As(gotErr, &syntax) {
			t.Errorf("got error %v of type %T, want a *SyntaxError", gotErr, gotErr)
		}
		return false
	}
	compareSeries(t, got, want.series, body)
	for reason, n := range want.dropped {
		if stats.Dropped[reason] < n {
			t.Errorf("dropped %v for %s, want at least %d", stats.Dropped, reason, n)
		}
	}
	return true
}

// A seriesSet has the values of series by seriesKey and, for those that differ
// in the spelling of their le or quantile, by exact labels.
type seriesSet map[string]map[string]float64

// add is false where the very same series is there.
func (s seriesSet) add(ls labels.Labels, value float64) bool {
	key := seriesKey(ls)
	if s[key] == nil {
		s[key] = make(map[string]float64)
	}
	if _, found := s[key][ls.String()]; found {
		return false
	}
	s[key][ls.String()] = value
	return true
}

func compareSeries(t *testing.T, got, want seriesSet, body string) {
	t.Helper()
	for key, spellings := range want {
		if len(got[key]) == 0 {
			t.Errorf("series %s is missing", key)
		}
		if len(got[key]) > len(spellings) && isDeclared(key, body) {
			t.Errorf("series %s: got %v, want %v", key, got[key], spellings)
		}
		for _, v := range got[key] {
			if !hasValue(spellings, v) && (len(got[key]) == 1 || isDeclared(key, body)) {
				t.Errorf("series %s: got %v, want one of %v", key, v, spellings)
			}
		}
	}
	for key := range got {
		if len(want[key]) == 0 {
			t.Errorf("series %s is not in a direct scrape", key)
		}
	}
}

func hasValue(spellings map[string]float64, v float64) bool {
	for _, value := range spellings {
		if sameValue(v, value) {
			return true
		}
	}
	return false
}

var bucketOf = regexp.MustCompile(`__name__="(.*?)(_bucket)?"`)

// isDeclared tells the lines of histograms and summaries. Prometheus takes all
// lines behind the TYPE line of a histogram for such, by whatever name.
func isDeclared(key, body string) bool {
	match := bucketOf.FindStringSubmatch(key)
	return match != nil && (strings.Contains(body, "# TYPE "+match[1]+" histogram\n") || strings.Contains(body, "# TYPE "+match[1]+" summary\n"))
}

// compareCounts compares what the report series say. Where OpenMetrics has
// rubbish behind a value Prometheus counts the line before it sees that.
func compareCounts(t *testing.T, stats Stats, gotErr error, want direct, wantErr error, openMetrics bool) {
	t.Helper()
	alike := func(got, want int) bool {
		return got == want || openMetrics && gotErr != nil && wantErr != nil && got == want-1
	}
	if !alike(stats.Samples, want.samples) {
		t.Errorf("counted %d samples, Prometheus %d; we say %v, Prometheus %v", stats.Samples, want.samples, gotErr, wantErr)
	}
	if !alike(stats.PostRelabel, want.added) {
		t.Errorf("counted %d samples after relabeling, Prometheus %d; we say %v, Prometheus %v", stats.PostRelabel, want.added, gotErr, wantErr)
	}
}

// knownDifference picks out the bodies that the package comment lists.
func knownDifference(body string) bool {
	if strings.Contains(body, "\x00") {
		return true
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" && isBlank(line[0]) && strings.Trim(line, " \t") != "" {
			return true
		}
	}
	return false
}

func sameValue(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b)
}

var oracleTarget = Labels{{"instance", "i:1"}, {"job", "j"}}

type direct struct {
	honor   bool
	samples int // scrape_samples_scraped
	added   int // scrape_samples_post_metric_relabeling
	series  seriesSet
	dropped map[DropReason]int
}

// directScrape does what Prometheus's scrape loop does with a body, and leaves
// out what a gateway cannot carry at all.
func directScrape(body, mediaType string, honor bool) (direct, error) {
	d := direct{honor: honor, series: make(seriesSet), dropped: make(map[DropReason]int)}
	if body == "" {
		return d, nil
	}
	p, err := textparse.New([]byte(body), mediaType, labels.NewSymbolTable(), textparse.ParserOptions{})
	if err != nil {
		return d, err
	}
	for {
		kind, err := p.Next()
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		if kind != textparse.EntrySeries {
			continue
		}
		d.samples++
		var ls labels.Labels
		p.Labels(&ls)
		if name, dup := ls.HasDuplicateLabelNames(); dup {
			return d, fmt.Errorf("label name %q is not unique", name)
		}
		if !ls.IsValid(model.UTF8Validation) {
			return d, fmt.Errorf("invalid name in %s", ls)
		}
		d.added++
		_, _, value := p.Series()
		d.add(ls, value)
	}
}

func (d *direct) add(ls labels.Labels, value float64) {
	final := d.mutate(ls)
	if reason := uncarried(final); reason != "" {
		d.dropped[reason]++
		return
	}
	d.series.add(final, value) // the first wins
}

// mutate is mutateSampleLabels of prometheus/prometheus scrape/scrape.go.
func (d *direct) mutate(ls labels.Labels) labels.Labels {
	b := labels.NewBuilder(ls)
	for _, l := range oracleTarget {
		if d.honor {
			if !ls.Has(l.Name) { // an empty one is there, and goes
				b.Set(l.Name, l.Value)
			}
			continue
		}
		if own := ls.Get(l.Name); own != "" {
			name := "exported_" + l.Name
			for b.Get(name) != "" {
				name = "exported_" + name
			}
			b.Set(name, own)
		}
		b.Set(l.Name, l.Value)
	}
	return b.Labels()
}

func uncarried(ls labels.Labels) (reason DropReason) {
	name := ls.Get("__name__")
	if ls.Get("job") == "" || ls.Get("instance") == "" {
		return DropEmptyIdentity
	}
	if strings.HasPrefix(name, "pushgateway_") || name == "push_time_seconds" || name == "push_failure_time_seconds" {
		return DropGatewayOwned
	}
	own := ls.Get("job") == oracleTarget.Get("job") && ls.Get("instance") == oracleTarget.Get("instance")
	if own && isReport(name) && ls.Len() == len(oracleTarget)+1 {
		return DropReportSeries
	}
	ls.Range(func(l labels.Label) {
		switch {
		case l.Name == "__name__" && !model.LegacyValidation.IsValidMetricName(l.Value),
			!model.LegacyValidation.IsValidLabelName(l.Name):
			reason = DropUTF8Name
		case strings.HasPrefix(l.Name, "__") && l.Name != "__name__" && reason == "":
			reason = DropReservedLabel
		}
	})
	return reason
}

// seriesKey writes a series with le and quantile as numbers.
func seriesKey(ls labels.Labels) string {
	var parts []string
	ls.Range(func(l labels.Label) {
		value := l.Value
		if f, err := strconv.ParseFloat(value, 64); err == nil && (l.Name == "le" || l.Name == "quantile") {
			value = strconv.FormatFloat(f, 'g', -1, 64)
		}
		parts = append(parts, l.Name+"="+strconv.Quote(value))
	})
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

// relayed converts a body and passes it through a gateway's parser and writer.
func relayed(t *testing.T, body, mediaType string, c *Converter) (seriesSet, Stats, error) {
	t.Helper()
	var batch textBatch
	stats, err := c.Convert(Input{Body: strings.NewReader(body), MediaType: mediaType}, &batch)
	if err != nil {
		return nil, stats, err
	}
	c.hand(&batch)
	got := make(seriesSet)
	types := make(map[string]dto.MetricType)
	for _, g := range batch.groups {
		maps.Copy(types, addGateway(t, got, g))
	}
	refuseCollisions(t, types)
	return got, stats, nil
}

// refuseCollisions is checkSuffixCollisions of client_golang, which a gateway
// asks about all that it holds (contract C31).
func refuseCollisions(t *testing.T, types map[string]dto.MetricType) {
	t.Helper()
	for name, kind := range types {
		suffixes := map[dto.MetricType][]string{
			dto.MetricType_SUMMARY:   {"_count", "_sum"},
			dto.MetricType_HISTOGRAM: {"_count", "_sum", "_bucket"},
		}[kind]
		for _, suffix := range suffixes {
			if _, found := types[name+suffix]; found {
				t.Errorf("a gateway would refuse %s beside %s%s", name, name, suffix)
			}
		}
	}
}

// hand gives the withheld series to the batch without the report's own.
func (c *Converter) hand(batch Batch) {
	for name := range reportNames {
		if series := c.withheldOf(name); len(series) > 0 {
			batch.Append(c.Target, &Family{Name: name, Type: Gauge, Series: series})
		}
	}
}

// addGateway adds the series that a gateway gives back for a group to got, and
// returns the types of its families.
func addGateway(t *testing.T, got seriesSet, g *textGroup) map[string]dto.MetricType {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(g.text))
	if err != nil {
		t.Fatalf("a gateway would refuse the body: %v\n%.2000s", err, g.text)
	}
	types := make(map[string]dto.MetricType)
	var out bytes.Buffer
	for _, f := range families {
		types[f.GetName()] = f.GetType()
		refuseWrongKinds(t, f)
		if _, err := expfmt.MetricFamilyToText(&out, f); err != nil {
			t.Fatal(err)
		}
	}
	p := textparse.NewPromParser(out.Bytes(), labels.NewSymbolTable(), false)
	for {
		kind, err := p.Next()
		if errors.Is(err, io.EOF) {
			return types
		}
		if err != nil {
			t.Fatalf("the gateway's exposition: %v\n%s", err, out.Bytes())
		}
		if kind != textparse.EntrySeries {
			continue
		}
		var ls labels.Labels
		p.Labels(&ls)
		b := labels.NewBuilder(ls)
		for _, l := range g.labels {
			b.Set(l.Name, l.Value)
		}
		_, _, v := p.Series()
		if !got.add(b.Labels(), v) {
			t.Errorf("series %s goes out twice", b.Labels())
		}
	}
}

func refuseWrongKinds(t *testing.T, f *dto.MetricFamily) {
	t.Helper()
	for _, m := range f.Metric {
		if m.TimestampMs != nil {
			t.Errorf("family %s has a timestamp", f.GetName())
		}
		if m.Histogram != nil && m.Histogram.SampleCountFloat != nil {
			t.Errorf("histogram %s has counts that a gateway before 1.10 cuts", f.GetName())
		}
	}
}

// A textBatch keeps the text of each group.
type textBatch struct{ groups []*textGroup }

type textGroup struct {
	labels Labels
	text   []byte
}

func (b *textBatch) Append(group Labels, f *Family) {
	i := slices.IndexFunc(b.groups, func(g *textGroup) bool { return g.labels.Key() == group.Key() })
	if i < 0 {
		i = len(b.groups)
		b.groups = append(b.groups, &textGroup{labels: slices.Clone(group)})
	}
	b.groups[i].text = AppendText(b.groups[i].text, f)
}

type corpusRow struct{ path, format string }

// mediaType of a file in one of the text formats.
func (r corpusRow) mediaType() (string, bool) {
	switch r.format {
	case "text-0.0.4":
		return "text/plain", true
	case "om-1.0":
		return "application/openmetrics-text", true
	}
	return "", false
}

func corpus(t testing.TB) []corpusRow {
	t.Helper()
	index, err := os.ReadFile("../test/corpus/index.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []corpusRow
	for line := range strings.SplitSeq(string(index), "\n") {
		if columns := strings.Split(line, "\t"); len(columns) > 3 && columns[0] != "path" {
			rows = append(rows, corpusRow{columns[0], columns[3]})
		}
	}
	return rows
}
