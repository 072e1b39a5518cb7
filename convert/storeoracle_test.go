package convert

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	promexemplar "github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/prompb"
)

// storeTime is the time of the scrapes that are compared.
var storeTime = time.UnixMilli(1_800_000_000_123)

// A recordedStore has what came for a store, and decodes it as Prometheus does.
type recordedStore struct {
	rules   []*relabel.Config
	encoded []byte
	samples int
	timed   int // of them: with times of their own
}

func (s *recordedStore) Rules() []*relabel.Config { return s.rules }

func (s *recordedStore) Append(encoded []byte, samples int) {
	s.encoded = append(s.encoded, encoded...)
	s.samples += samples
}

func (s *recordedStore) AppendTimed(encoded []byte, samples int) {
	s.timed += samples
	s.Append(encoded, samples)
}

func (s *recordedStore) at(when time.Time) Stores { return Stores{when, []SeriesOutput{s}} }

// request decodes what came, and forgets it.
func (s *recordedStore) request(t testing.TB) prompb.WriteRequest {
	t.Helper()
	var request prompb.WriteRequest
	if err := request.Unmarshal(s.encoded); err != nil {
		t.Fatalf("Prometheus cannot read the request: %v", err)
	}
	s.encoded, s.samples = nil, 0
	return request
}

// A stored is one sample of a series: its value, or its histogram, with the
// exemplars that came along.
type stored struct{ value, exemplars string }

// A store has samples by series and time.
type store map[string]stored

func (s store) add(ls labels.Labels, ms int64, value string, exemplars []string) bool {
	key := fmt.Sprintf("%s@%d", ls, ms)
	if _, twice := s[key]; twice {
		return false
	}
	s[key] = stored{value, strings.Join(exemplars, " ")}
	return true
}

func bitsOf(v float64) string { return fmt.Sprintf("%v %x", v, math.Float64bits(v)) }

func exemplarText(e promexemplar.Exemplar) string {
	return fmt.Sprintf("%s %v %d", e.Labels, e.Value, e.Ts)
}

func nativeText(h *histogram.Histogram, f *histogram.FloatHistogram) string {
	if h != nil {
		return fmt.Sprintf("%s %d", h.Copy().Compact(0), h.CounterResetHint)
	}
	return fmt.Sprintf("float %s %d", f.Copy().Compact(0), f.CounterResetHint)
}

// samplesOf returns the samples of a request.
func samplesOf(t testing.TB, request prompb.WriteRequest) store {
	t.Helper()
	got := make(store)
	for _, series := range request.Timeseries {
		b := labels.NewScratchBuilder(0)
		ls := series.ToLabels(&b, nil)
		if name, twice := ls.HasDuplicateLabelNames(); twice {
			t.Errorf("label %s stands twice in %s", name, ls)
		}
		checkSorted(t, series.Labels)
		var exemplars []string
		for _, e := range series.Exemplars {
			exemplars = append(exemplars, exemplarText(e.ToExemplar(&b, nil)))
		}
		for _, s := range series.Samples {
			if !got.add(ls, s.Timestamp, bitsOf(s.Value), exemplars) {
				t.Errorf("%s came twice at %d", ls, s.Timestamp)
			}
		}
		for _, h := range series.Histograms {
			text := ""
			if h.IsFloatHistogram() {
				text = nativeText(nil, h.ToFloatHistogram())
			} else {
				text = nativeText(h.ToIntHistogram(), nil)
			}
			if !got.add(ls, h.Timestamp, text, nil) {
				t.Errorf("%s came twice at %d", ls, h.Timestamp)
			}
		}
	}
	return got
}

// checkSorted: a receiver may refuse labels that are not sorted (remote_write
// 1.0, Labels).
func checkSorted(t testing.TB, ls []prompb.Label) {
	t.Helper()
	for i := 1; i < len(ls); i++ {
		if ls[i].Name <= ls[i-1].Name {
			t.Errorf("label %q stands behind %q", ls[i].Name, ls[i-1].Name)
		}
	}
}

// agentScrape is the scrape loop of Prometheus up to its appender
// (scrapeLoopAppender.append of its scrape package).
func agentScrape(body, mediaType string, honorTimestamps bool, d direct) (store, error) {
	got, seen := make(store), make(map[string]bool)
	if body == "" {
		return got, nil
	}
	p, err := textparse.New([]byte(body), mediaType, labels.NewSymbolTable(), textparse.ParserOptions{KeepClassicOnClassicAndNativeHistograms: true})
	if err != nil {
		return nil, err
	}
	for {
		kind, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			return got, nil
		case err != nil:
			return nil, err
		case kind != textparse.EntrySeries && kind != textparse.EntryHistogram:
			continue
		}
		text, value, own := agentValue(p, kind)
		if !honorTimestamps {
			own = nil
		}
		if seen[text] && own == nil {
			continue // as its cache of series says
		}
		seen[text] = true
		if err := agentAppend(got, p, kind, value, own, d); err != nil {
			return nil, err
		}
	}
}

func agentValue(p textparse.Parser, kind textparse.Entry) (series, value string, own *int64) {
	if kind == textparse.EntryHistogram {
		text, own, h, f := p.Histogram()
		return string(text), nativeText(h, f), own
	}
	text, own, v := p.Series()
	if math.IsNaN(v) {
		v = math.Float64frombits(normalNaN)
	}
	return string(text), bitsOf(v), own
}

func agentAppend(to store, p textparse.Parser, kind textparse.Entry, value string, own *int64, d direct) error {
	var ls labels.Labels
	p.Labels(&ls)
	final := d.mutate(ls)
	if final.IsEmpty() {
		return nil
	}
	if len(d.rules) > 0 {
		ls = final
	}
	if name, twice := ls.HasDuplicateLabelNames(); twice {
		return fmt.Errorf("label name %q is not unique", name)
	}
	if !ls.IsValid(model.UTF8Validation) || !ls.Has(model.MetricNameLabel) {
		return fmt.Errorf("invalid name in %s", ls)
	}
	at := storeTime.UnixMilli()
	if own != nil {
		at = *own
	}
	if at <= storeTime.Add(maxAhead).UnixMilli() && uncarried(final) != DropReportSeries {
		to.add(final, at, value, agentExemplars(p, kind, at))
	}
	return nil
}

// agentExemplars are none for native histograms: there the parser has the place of
// the metric before.
func agentExemplars(p textparse.Parser, kind textparse.Entry, at int64) (all []string) {
	var e promexemplar.Exemplar
	for kind == textparse.EntrySeries && p.Exemplar(&e) {
		_, twice := e.Labels.HasDuplicateLabelNames()
		size := 0
		e.Labels.Range(func(l labels.Label) { size += len([]rune(l.Name)) + len([]rune(l.Value)) })
		if !e.HasTs {
			e.Ts = at
		}
		if !twice && size <= 128 {
			all = append(all, exemplarText(e))
		}
		e = promexemplar.Exemplar{}
	}
	return all
}

// storedBy converts a body for a store alone, or for gateways, too.
func storedBy(t testing.TB, c *Converter, body, mediaType string) (store, Stats, error) {
	t.Helper()
	return storedFrom(t, c, strings.NewReader(body), mediaType)
}

func storedFrom(t testing.TB, c *Converter, body io.Reader, mediaType string) (store, Stats, error) {
	t.Helper()
	to := new(recordedStore)
	batch := textBatch{outputKind: outputKinds[0]}
	stats, err := c.Convert(Input{Body: body, MediaType: mediaType, Stores: to.at(storeTime)}, &batch)
	if err != nil {
		return nil, stats, err
	}
	samples := to.samples
	got := samplesOf(t, to.request(t))
	if samples != len(got) || samples != stats.Stored {
		t.Errorf("%d samples were announced and %d counted, %d came", samples, stats.Stored, len(got))
	}
	return got, stats, nil
}

func compareStored(t *testing.T, got, want store) {
	t.Helper()
	for key, sample := range want {
		if other, found := got[key]; !found || other != sample {
			t.Errorf("%s: got %v, want %v", key, other, sample)
		}
	}
	for key := range got {
		if _, found := want[key]; !found {
			t.Errorf("%s is not in a direct scrape", key)
		}
	}
}

// TestStoresMatchPrometheus compares what a store gets of each body of the corpus
// with what Prometheus appends: labels, times, values bit by bit, exemplars and
// native histograms.
func TestStoresMatchPrometheus(t *testing.T) {
	files, accepted, exemplars, timed := 0, 0, 0, 0
	for name, b := range storeBodies(t) {
		files++
		t.Run(name, func(t *testing.T) {
			for _, got := range compareWithAgent(t, b.text, b.mediaType) {
				accepted++
				for key, s := range got {
					exemplars += min(1, len(s.exemplars))
					if !strings.HasSuffix(key, fmt.Sprint("@", storeTime.UnixMilli())) {
						timed++
					}
				}
			}
		})
	}
	t.Logf("%d bodies, %d accepted by both in some way; %d exemplars, %d samples with a time", files, accepted, exemplars, timed)
	if files < 800 || accepted < 5000 || exemplars < 100 || timed < 10_000 {
		t.Error("the corpus has more than that")
	}
}

type storeBody struct{ text, mediaType string }

// storeBodies are the corpus, the bodies of TestConvert, and the captures in
// protobuf.
func storeBodies(t *testing.T) map[string]storeBody {
	t.Helper()
	all := make(map[string]storeBody)
	for _, row := range corpus(t) {
		if mediaType, ok := row.mediaType(); ok {
			body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
			if err != nil {
				t.Fatal(err)
			}
			all[row.path] = storeBody{string(body), mediaType}
		}
	}
	for path, c := range cases(t) {
		all[path] = storeBody{c.body, c.input.MediaType}
	}
	binary, err := filepath.Glob("../test/corpus/captured/*/*.pb")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range binary {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = storeBody{string(body), mediaTypeProtobuf}
	}
	return all
}

// compareWithAgent compares in all ways to set a job up that matter here, and
// returns what was stored.
func compareWithAgent(t *testing.T, body, mediaType string) (all []store) {
	t.Helper()
	if mediaType != mediaTypeProtobuf && knownDifference(body) {
		return nil
	}
	rules := []*relabel.Config{{
		SourceLabels: model.LabelNames{"job"}, Regex: relabel.MustNewRegexp("(.*)"), TargetLabel: "zone", Replacement: "$1-x",
		Separator: ";", Action: relabel.Replace, NameValidationScheme: model.UTF8Validation,
	}}
	for _, c := range []*Converter{
		{Target: oracleTarget},
		{Target: oracleTarget, HonorLabels: true, IgnoreTimestamps: true},
		{Target: oracleTarget, StoresOnly: true},
		{Target: oracleTarget, StoresOnly: true, HonorLabels: true, Rules: rules},
		{Target: oracleTarget, Rules: rules},
	} {
		want, wantErr := agentScrape(body, mediaType, !c.IgnoreTimestamps, direct{honor: c.HonorLabels, rules: c.Rules})
		for _, size := range []int{len(body) + 1, 13} { // the second time with what was remembered of the first
			c.series = nil
			got, _, err := storedFrom(t, c, pieces{strings.NewReader(body), size}, mediaType)
			if (wantErr == nil) != (err == nil) {
				t.Errorf("verdict: Prometheus says %v, we say %v\n%.400q", wantErr, err, body)
			} else if err == nil {
				compareStored(t, got, want)
				all = append(all, maps.Clone(got))
			}
		}
	}
	return all
}
