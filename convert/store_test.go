package convert

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/prompb"
)

// A followed target is scraped again and again, for one store.
type followed struct {
	testing.TB
	*Converter
	to  recordedStore
	now time.Time
}

func follow(t testing.TB) *followed {
	return &followed{TB: t, Converter: &Converter{Target: Labels{{"job", "j"}}, StoresOnly: true}, now: storeTime}
}

// scrape is a cycle fifteen seconds after the last; an empty text of an error is
// a good one. It returns what the store got, in short.
func (f *followed) scrape(body string) []string {
	f.Helper()
	f.now = f.now.Add(15 * time.Second)
	return f.scrapeAs("", body)
}

func (f *followed) scrapeAs(mediaType, body string) []string {
	f.Helper()
	stats, err := f.Convert(Input{Body: strings.NewReader(body), MediaType: mediaType, Stores: f.to.at(f.now)}, &textBatch{})
	if err != nil {
		f.to.encoded = nil // discarded
	}
	f.Report(Report{Up: err == nil, Samples: stats.Samples, PostRelabel: stats.PostRelabel, Duration: time.Second, Stores: f.to.at(f.now)}, &textBatch{})
	return f.got()
}

// got returns what came, in short: labels but for job, value, and seconds since
// the last scrape where the time is another.
func (f *followed) got() (lines []string) {
	f.Helper()
	for _, series := range f.to.request(f).Timeseries {
		b := labels.NewScratchBuilder(0)
		ls := labels.NewBuilder(series.ToLabels(&b, nil)).Del("job", model.MetricNameLabel).Labels()
		name := series.ToLabels(&b, nil).Get(model.MetricNameLabel)
		for _, s := range series.Samples {
			line := fmt.Sprintf("%s%s %s", name, strings.TrimSuffix(ls.String(), "{}"), shortValue(s))
			if off := s.Timestamp - f.now.UnixMilli(); off != 0 {
				line += fmt.Sprint(" @", off)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func shortValue(s prompb.Sample) string {
	if bitsOf(s.Value) == bitsOf(staleValue()) {
		return "stale"
	}
	return fmt.Sprint(s.Value)
}

func (f *followed) check(what string, got []string, want ...string) {
	f.Helper()
	if !slices.Equal(got, want) {
		f.Errorf("%s: got\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func reported(up, samples, added int) []string {
	return []string{
		fmt.Sprint("up ", up), "scrape_duration_seconds 1", fmt.Sprint("scrape_samples_scraped ", samples),
		fmt.Sprint("scrape_samples_post_metric_relabeling ", samples), fmt.Sprint("scrape_series_added ", added),
	}
}

func withReport(lines []string, more []string) []string { return append(slices.Clone(lines), more...) }

func TestStoreSeesSeriesComeAndGo(t *testing.T) {
	f := follow(t)
	f.check("first", f.scrape("a 1\nb 2\n"), withReport([]string{"a 1", "b 2"}, reported(1, 2, 2))...)
	f.check("again", f.scrape("a 2\nb 2\n"), withReport([]string{"a 2", "b 2"}, reported(1, 2, 0))...)
	f.check("another order", f.scrape("b 2\na 2\n"), withReport([]string{"b 2", "a 2"}, reported(1, 2, 0))...)
	f.check("one more", f.scrape("c 1\na 2\nb 2\n"), withReport([]string{"c 1", "a 2", "b 2"}, reported(1, 3, 1))...)
	f.check("one less", f.scrape("c 1\nb 2\n"), withReport([]string{"c 1", "b 2", "a stale"}, reported(1, 2, 0))...)
	f.check("once is enough", f.scrape("c 1\nb 2\n"), withReport([]string{"c 1", "b 2"}, reported(1, 2, 0))...)
	f.check("back", f.scrape("a 1\nc 1\nb 2\n"), withReport([]string{"a 1", "c 1", "b 2"}, reported(1, 3, 1))...)
	f.check("all others", f.scrape("d 1\n"), withReport([]string{"d 1", "b stale", "c stale", "a stale"}, reported(1, 1, 1))...)
	f.check("none", f.scrape(""), withReport([]string{"d stale"}, reported(1, 0, 0))...)
}

// A scrape that fails ends all series, whatever of it had been read, and none of
// them twice.
func TestStoreSeesScrapesFail(t *testing.T) {
	f := follow(t)
	f.check("first failure", f.scrape("{\n"), reported(0, 0, 0)...)
	f.scrape("a 1\nb 2\n")
	f.check("failure", f.scrape("a 1\nnew 1\nb{\n"), withReport([]string{"a stale", "b stale"}, reported(0, 2, 0))...)
	f.check("again", f.scrape("{\n"), reported(0, 0, 0)...)
	f.check("well again, with one less and one more", f.scrape("a 1\nc 1\n"), withReport([]string{"a 1", "c 1"}, reported(1, 2, 1))...)
	f.Limits.Samples = 2
	f.check("over a limit", f.scrape("a 1\nc 1\nd 1\n"), withReport([]string{"a stale", "c stale"}, reported(0, 3, 0))...)
}

func TestStoreSeesTargetsLeave(t *testing.T) {
	f := follow(t)
	f.scrape("a 1\nb 5 1700000000000\n")
	f.Leave(f.to.at(f.now)) // in the same moment
	f.now = f.now.Add(time.Millisecond)
	f.check("leave", f.got(), "a stale", "up stale", "scrape_duration_seconds stale", "scrape_samples_scraped stale",
		"scrape_samples_post_metric_relabeling stale", "scrape_series_added stale")
	f.Leave(f.to.at(f.now.Add(time.Second)))
	f.check("again", f.got())
	f.check("anew", f.scrape("a 1\n"), withReport([]string{"a 1"}, reported(1, 1, 1))...)

	next := follow(t)
	next.now = f.now
	next.Succeed(f.Converter)
	next.check("the heir", next.scrape("b 1\n"), withReport([]string{"b 1", "a stale"}, reported(1, 1, 1))...)
	f.Leave(f.to.at(f.now.Add(time.Hour)))
	f.check("the one before", f.got())
}

// A target that leaves one store is known to its heir at another.
func TestStoreSeesTargetsLeaveSome(t *testing.T) {
	f := follow(t)
	f.LeaveSome(f.to.at(f.now))
	f.check("unknown", f.got())
	f.scrape("a 1\nb 1\n")
	f.now = f.now.Add(time.Millisecond)
	f.LeaveSome(f.to.at(f.now))
	f.check("leave", f.got(), "a stale", "b stale", "up stale", "scrape_duration_seconds stale", "scrape_samples_scraped stale",
		"scrape_samples_post_metric_relabeling stale", "scrape_series_added stale")
	next := follow(t)
	next.now = f.now
	next.Succeed(f.Converter)
	next.check("the heir", next.scrape("b 1\n"), withReport([]string{"b 1", "a stale"}, reported(1, 1, 0))...)
}

// Samples that bring a time keep it, and their series have no end; as the target
// says what it knows, not what it sees.
func TestStoreKeepsTimes(t *testing.T) {
	f := follow(t)
	early := fmt.Sprint(storeTime.Add(15*time.Second).UnixMilli() - 5)
	late := fmt.Sprint(storeTime.Add(15*time.Second + maxAhead).UnixMilli())
	f.check("times", f.scrape("a 1 "+early+"\nb 2\nc 3 "+late+"\nd 4 "+late+"9\n"),
		withReport([]string{"a 1 @-5", "c 3 @600000", "b 2"}, reported(1, 4, 4))...)
	f.check("gone", f.scrape("b 2\n"), withReport([]string{"b 2"}, reported(1, 1, 0))...)
	f.IgnoreTimestamps = true
	f.check("ignored", f.scrape("a 1 "+early+"\nb 2\n"), withReport([]string{"a 1", "b 2"}, reported(1, 2, 1))...)
	f.check("gone", f.scrape("b 2\n"), withReport([]string{"b 2", "a stale"}, reported(1, 1, 0))...)
}

// A series whose samples have times in some scrapes and none in others ends as in
// Prometheus: when it comes no more without one.
func TestStoreSeesTimesComeAndGo(t *testing.T) {
	f := follow(t)
	early := fmt.Sprint(storeTime.UnixMilli())
	f.IgnoreTimestamps = true
	f.scrape("a 1 " + early + "\nb 1\n")
	f.IgnoreTimestamps = false
	f.check("with a time", f.scrape("a 1 " + early + "\nb 1\n")[:3], "a 1 @-30000", "b 1", "a stale")
	f.check("gone", f.scrape("b 1\n"), withReport([]string{"b 1"}, reported(1, 1, 0))...)
	f.scrape("a 1 " + early + "\nb 1\n")
	f.IgnoreTimestamps = true
	f.scrape("a 1 " + early + "\nb 1\n")
	f.check("gone without", f.scrape("b 1\n"), withReport([]string{"b 1", "a stale"}, reported(1, 1, 0))...)
}

// Samples with times of their own are handed over apart: a store may refuse them.
func TestStoreGetsTimedSamplesApart(t *testing.T) {
	f := follow(t)
	f.now = f.now.Add(time.Second)
	in := Input{Body: strings.NewReader("a 1 1700000000000\nb 2\nc 3 1700000000000\n"), Stores: f.to.at(f.now)}
	if _, err := f.Convert(in, &textBatch{}); err != nil {
		t.Fatal(err)
	}
	if f.to.timed != 2 || f.to.samples != 3 {
		t.Errorf("%d of %d samples came as those with times of their own, want 2 of 3", f.to.timed, f.to.samples)
	}
}

// A rule that takes the name away leaves nothing that could be stored, and that is
// counted; what a rule drops is not.
func TestStoreRulesThatTakeTheName(t *testing.T) {
	f := follow(t)
	f.to.rules = []*relabel.Config{
		{SourceLabels: model.LabelNames{"__name__"}, Regex: relabel.MustNewRegexp("b"), Separator: ";", Action: relabel.Drop},
		{Regex: relabel.MustNewRegexp("__name__"), Action: relabel.LabelDrop},
	}
	for range 2 {
		f.now = f.now.Add(time.Second)
		stats, err := f.Convert(Input{Body: strings.NewReader("a 1\nb 2\n"), Stores: f.to.at(f.now)}, &textBatch{})
		if err != nil || !maps.Equal(stats.StoreDropped, map[DropReason]int{DropNoName: 1}) {
			t.Errorf("dropped %v, %v, want one without a name", stats.StoreDropped, err)
		}
		f.Report(Report{Up: true, Stores: f.to.at(f.now)}, &textBatch{})
		f.check("nothing", f.got())
	}
}

// K6: the clock of a host steps back. A store has later samples of each series:
// nothing goes there until that time has come again, and that is counted.
func TestStoreWaitsWhereTheClockWentBack(t *testing.T) {
	f := follow(t)
	f.scrape("a 1\n")
	f.now = f.now.Add(-time.Minute)
	stats, err := f.Convert(Input{Body: strings.NewReader("a 1\nb 1\n"), Stores: f.to.at(f.now)}, &textBatch{})
	if err != nil || stats.StoreDropped[DropClock] != 2 || stats.Stored != 0 {
		t.Errorf("got %+v, %v, want two samples dropped for the clock", stats, err)
	}
	f.Report(Report{Up: true, Stores: f.to.at(f.now)}, &textBatch{})
	f.check("back in time", f.got())
	f.now = f.now.Add(time.Minute)
	f.check("in time again", f.scrape("b 1\n"), withReport([]string{"b 1", "a stale"}, reported(1, 1, 1))...)
}

// What rules make of a series that comes while the clock is back is known, in
// full, when it goes to stores again.
func TestStoreRulesWhereTheClockWentBack(t *testing.T) {
	f := follow(t)
	f.Rules = []*relabel.Config{
		{SourceLabels: model.LabelNames{"x"}, Regex: relabel.MustNewRegexp("(.+)"), TargetLabel: "y", Replacement: "$1$1", Separator: ";", Action: relabel.Replace, NameValidationScheme: model.UTF8Validation},
	}
	f.scrape("a{x=\"1\"} 1\n")
	f.now = f.now.Add(-time.Minute)
	f.check("back in time", f.scrape("a{x=\"1\"} 1\nb{x=\"1\"} 1\n"))
	f.now = f.now.Add(time.Minute)
	f.check("in time again", f.scrape("a{x=\"1\"} 1\nb{x=\"1\"} 1\n"),
		withReport([]string{`a{x="1", y="11"} 1`, `b{x="1", y="11"} 1`}, reported(1, 2, 1))...)
}

func TestStoreDropsWhatPrometheusDrops(t *testing.T) {
	f := follow(t)
	f.now = f.now.Add(time.Second)
	stats, err := f.Convert(Input{Body: strings.NewReader("a 1\na 2\n{\"a\"} 3\nup 0\nup{x=\"y\"} 0\n{\"up\"} 5\n"), Stores: f.to.at(f.now)}, &textBatch{})
	want := map[DropReason]int{DropDuplicate: 2, DropReportSeries: 2}
	if err != nil || !maps.Equal(stats.StoreDropped, want) || len(stats.Dropped) > 0 {
		t.Errorf("dropped %v, and %v for gateways, %v, want %v and none", stats.StoreDropped, stats.Dropped, err, want)
	}
	f.check("series", f.got(), "a 1", `up{x="y"} 0`)
}

func TestStoreRules(t *testing.T) {
	f := follow(t)
	f.to.rules = []*relabel.Config{
		{SourceLabels: model.LabelNames{"__name__"}, Regex: relabel.MustNewRegexp("b|scrape_.*"), Separator: ";", Action: relabel.Drop},
		{SourceLabels: model.LabelNames{"x"}, Regex: relabel.MustNewRegexp("(.+)"), TargetLabel: "y", Replacement: "$1$1", Separator: ";", Action: relabel.Replace, NameValidationScheme: model.UTF8Validation},
	}
	for range 2 {
		f.check("ruled", f.scrape("a{x=\"1\"} 1\nb 1\nc 1\n"), `a{x="1", y="11"} 1`, "c 1", "up 1")
	}
	f.check("gone", f.scrape("c 1\n"), "c 1", `a{x="1", y="11"} stale`, "up 1")
	f.to.rules = f.to.rules[1:]
	f.check("other rules", f.scrape("c 1\nb 1\n"), withReport([]string{"c 1", "b 1"}, reported(1, 2, 1))...)
}

// Two stores, one of them with rules, each get their own.
func TestStoresApart(t *testing.T) {
	c := Converter{Target: oracleTarget, StoresOnly: true}
	plain, ruled := new(recordedStore), &recordedStore{rules: []*relabel.Config{
		{SourceLabels: model.LabelNames{"__name__"}, Regex: relabel.MustNewRegexp("a"), Separator: ";", Action: relabel.Keep},
	}}
	in := Input{Body: strings.NewReader("# TYPE a gauge\na 1\nb 2\n"), Stores: Stores{storeTime, []SeriesOutput{ruled, plain}}}
	if _, err := c.Convert(in, &textBatch{}); err != nil {
		t.Fatal(err)
	}
	for out, want := range map[*recordedStore]int{plain: 2, ruled: 1} {
		request := out.request(t)
		if len(request.Timeseries) != want || len(request.Metadata) != 1 {
			t.Errorf("got %d series and %d metadata, want %d and 1", len(request.Timeseries), len(request.Metadata), want)
		}
	}
}

// Metadata come with the first scrape, and once a minute.
func TestStoreMetadata(t *testing.T) {
	f := follow(t)
	body := "# HELP a_seconds What \\\"it\\\" is.\n# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# TYPE b counter\nb_total 1\n# TYPE s stateset\ns 1\n# EOF\n"
	want := []prompb.MetricMetadata{
		{Type: prompb.MetricMetadata_GAUGE, MetricFamilyName: "a_seconds", Help: `What "it" is.`, Unit: "seconds"},
		{Type: prompb.MetricMetadata_COUNTER, MetricFamilyName: "b"},
		{Type: prompb.MetricMetadata_STATESET, MetricFamilyName: "s"},
	}
	for i := range 9 {
		f.now = f.now.Add(15 * time.Second)
		f.metadata(body)
		got := f.to.request(t).Metadata
		if due := i%4 == 0; due && !reflect.DeepEqual(got, want) || !due && len(got) > 0 {
			t.Errorf("scrape %d: got %v, want %v: %t", i, got, want, due)
		}
	}
}

func (f *followed) metadata(body string) {
	f.Helper()
	in := Input{Body: strings.NewReader(body), MediaType: "application/openmetrics-text", Stores: f.to.at(f.now)}
	if _, err := f.Convert(in, &textBatch{}); err != nil {
		f.Fatal(err)
	}
}

// Whatever comes and goes, in whatever order, a marker follows each series that
// was there and is not, and no other.
func TestStoreMarkersAreRight(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	f := follow(t)
	f.Buffers = new(Buffers)
	alive := make(map[string]bool)
	for round := range 300 {
		now, fails := make(map[string]bool), random.IntN(8) == 0
		var body strings.Builder
		for _, i := range random.Perm(40)[:random.IntN(40)] {
			series := fmt.Sprintf("m%d{x=\"%d\"}", i%7, i)
			if now[series] = true; random.IntN(20) == 0 {
				fmt.Fprintf(&body, "%s 1\n", series)
			}
			fmt.Fprintf(&body, "%s 1\n", series)
		}
		if fails {
			body.WriteString("{\n")
			clear(now)
		}
		want := 0
		for series := range alive {
			if !now[series] {
				want++
			}
		}
		got := f.scrape(body.String())
		for _, line := range got {
			series, ended := strings.CutSuffix(strings.ReplaceAll(line, ", ", ","), " stale")
			if ended && (!alive[series] || now[series]) {
				t.Fatalf("round %d: marker for %s", round, series)
			}
			if ended {
				want--
			}
		}
		if want != 0 {
			t.Fatalf("round %d: %d markers are missing", round, want)
		}
		alive = now
	}
}

// A target decides what stands for a number: what is remembered of that is little.
func TestStoreRemembersFewNumbers(t *testing.T) {
	var e storeEncoder
	for i := range 2 * maxNumbers {
		if got, want := e.spell(fmt.Append(nil, i)), fmt.Sprintf("%d.0", i); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		long := strings.Repeat("x", longestNumber) + fmt.Sprint(i)
		if got := e.spell([]byte(long)); got != long {
			t.Errorf("got %q, want %q", got, long)
		}
	}
	if n := len(e.numbers); n > maxNumbers {
		t.Errorf("%d numbers are remembered, want at most %d", n, maxNumbers)
	}
	for written := range e.numbers {
		if len(written) > longestNumber {
			t.Errorf("%q is remembered", written)
		}
	}
}
