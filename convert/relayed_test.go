package convert

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

// A gateway passes batches through a Pushgateway's parser and writer, and
// remembers what came out: of a scrape that says the same as the one before it
// gets the same bodies.
type gateway map[string]seriesSet

// relayed converts a body to a batch of that kind, and returns what the gateway
// gives back.
func (gw gateway) relayed(t *testing.T, body, mediaType string, kind outputKind, c *Converter) (seriesSet, Stats, error) {
	t.Helper()
	batch := textBatch{outputKind: kind}
	stats, err := c.Convert(Input{Body: strings.NewReader(body), MediaType: mediaType}, &batch)
	if err != nil {
		return nil, stats, err
	}
	c.hand(&batch)
	batch.refuse(&stats)
	key := fmt.Sprint(kind) + groupsText(&batch)
	if _, known := gw[key]; !known {
		gw[key] = takenBy(t, &batch)
	}
	return gw[key], stats, nil
}

// takenBy returns the series that a gateway gives back for a batch.
func takenBy(t *testing.T, batch *textBatch) seriesSet {
	t.Helper()
	got := make(seriesSet)
	types := make(map[string]dto.MetricType)
	for _, g := range batch.groups {
		maps.Copy(types, addGateway(t, got, g))
	}
	refuseCollisions(t, types)
	return got
}

// refuse does what package push does for a gateway that refuses repeated
// series.
func (b *textBatch) refuse(stats *Stats) {
	for _, g := range b.groups {
		distinct, n := g.Format().Distinct(g.text)
		g.text, g.series = distinct, g.series-n
		for range n {
			stats.drop(DropDuplicate)
		}
	}
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
	for _, name := range []string{"up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling"} {
		if series := c.withheldOf(name); len(series) > 0 {
			(&Family{Name: name, Type: Gauge, Series: series}).AppendTo(batch, c.Target)
		}
	}
}

// addGateway adds the series that a gateway gives back for a group to got, and
// returns the types of its families.
func addGateway(t *testing.T, got seriesSet, g *textGroup) map[string]dto.MetricType {
	t.Helper()
	families, err := g.families()
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

// families reads the body as a gateway does.
func (g *textGroup) families() (map[string]*dto.MetricFamily, error) {
	if g.Format() == Text {
		parser := expfmt.NewTextParser(model.LegacyValidation)
		return parser.TextToMetricFamilies(bytes.NewReader(g.text))
	}
	families := make(map[string]*dto.MetricFamily)
	format := expfmt.NewFormat(expfmt.TypeProtoDelim)
	if g.utf8 {
		format = format.WithEscapingScheme(model.NoEscaping)
	}
	decoder := expfmt.NewDecoder(bytes.NewReader(g.text), format)
	for {
		f := new(dto.MetricFamily)
		if err := decoder.Decode(f); errors.Is(err, io.EOF) {
			return families, nil
		} else if err != nil {
			return nil, err
		}
		if families[f.GetName()] != nil {
			return nil, fmt.Errorf("family %s stands twice", f.GetName())
		}
		families[f.GetName()] = f
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

// An outputKind is what a gateway takes: text, unless it has a format.
type outputKind struct {
	format Format
	utf8   bool
}

var outputKinds = []outputKind{{format: Text}, {format: Protobuf}, {format: Protobuf, utf8: true}}

// A textBatch keeps the body of each group.
type textBatch struct {
	outputKind
	groups []*textGroup
}

type textGroup struct {
	outputKind
	labels Labels
	text   []byte
	series int
}

func (b *textBatch) Outputs(group Labels) []Output {
	i := slices.IndexFunc(b.groups, func(g *textGroup) bool { return g.labels.Key() == group.Key() })
	if i < 0 {
		i = len(b.groups)
		b.groups = append(b.groups, &textGroup{outputKind: b.outputKind, labels: slices.Clone(group)})
	}
	return []Output{b.groups[i]}
}

func (g *textGroup) Format() Format {
	if g.format == "" {
		return Text
	}
	return g.format
}

func (g *textGroup) UTF8Names() bool { return g.utf8 }

func (g *textGroup) Append(encoded []byte, series int) {
	g.text = append(g.text, encoded...)
	g.series += series
}

func (g *textGroup) Rewrite(change func([]byte, int) ([]byte, int)) {
	g.text, g.series = change(g.text, g.series)
}
