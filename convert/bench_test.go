package convert

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/test/bodies"
)

// BenchmarkConvert/<engine>/<body> compares engines in one run; only the ratio
// of their times means something. expfmt-text and expfmt-protobuf are what a
// relay without an engine of its own does: parse into families, write them.
// Ours are as a worker has them: the buffers are those of the scrape before.
func BenchmarkConvert(b *testing.B) {
	engines := []struct {
		name    string
		convert func() func(body []byte) error
	}{
		{"expfmt-text", func() func([]byte) error { return withExpfmt(expfmt.FmtText) }},
		{"text", func() func([]byte) error { return withConverter(Text) }},
		{"expfmt-protobuf", func() func([]byte) error { return withExpfmt(expfmt.FmtProtoDelim) }},
		{"protobuf", func() func([]byte) error { return withConverter(Protobuf) }},
		{"store", forStore},
	}
	bodies := []struct {
		name string
		text []byte
	}{
		{"node", nodeBody(b)},
		{"big", bodies.Big(50_000)},
	}
	for _, body := range bodies {
		for _, engine := range engines {
			b.Run(engine.name+"/"+body.name, func(b *testing.B) {
				convert := engine.convert()
				b.SetBytes(int64(len(body.text)))
				b.ReportAllocs()
				for b.Loop() {
					if err := convert(body.text); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func nodeBody(t testing.TB) []byte {
	t.Helper()
	node, err := os.ReadFile("../test/corpus/captured/node_exporter-1.12.1/scrape1.txt")
	if err != nil {
		t.Fatal(err)
	}
	return node
}

func withExpfmt(format expfmt.Format) func([]byte) error {
	var out bytes.Buffer
	return func(body []byte) error {
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
		if err != nil {
			return err
		}
		out.Reset()
		encoder := expfmt.NewEncoder(&out, format)
		for _, f := range families {
			if err := encoder.Encode(f); err != nil {
				return err
			}
		}
		return nil
	}
}

func withConverter(format Format) func([]byte) error {
	c := &Converter{Target: oracleTarget, Buffers: new(Buffers)}
	out := &oneBody{format: format}
	return func(body []byte) error {
		out.body = out.body[:0]
		_, err := c.Convert(Input{Body: bytes.NewReader(body)}, out)
		return err
	}
}

// forStore converts for a store alone.
func forStore() func([]byte) error {
	c := &Converter{Target: oracleTarget, Buffers: new(Buffers), StoresOnly: true}
	to, at := new(oneStore), storeTime
	return func(body []byte) error {
		at = at.Add(time.Second)
		in := Input{Body: bytes.NewReader(body), Stores: Stores{at, []SeriesOutput{to}}}
		_, err := c.Convert(in, &textBatch{})
		return err
	}
}

// oneStore forgets what it gets.
type oneStore struct{ recordedStore }

func (s *oneStore) Append([]byte, int)      {}
func (s *oneStore) AppendTimed([]byte, int) {}

// oneBody is a batch that has one body for all groups.
type oneBody struct {
	format Format
	body   []byte
	series int
}

func (b *oneBody) Outputs(Labels) []Output { return []Output{b} }
func (b *oneBody) Format() Format          { return b.format }
func (b *oneBody) UTF8Names() bool         { return false }

func (b *oneBody) Append(encoded []byte, series int) {
	b.body = append(b.body, encoded...)
	b.series += series
}

func (b *oneBody) Rewrite(change func([]byte, int) ([]byte, int)) {
	b.body, b.series = change(b.body, b.series)
}

// The benchmark's bodies lose nothing, and allocate next to nothing.
func TestBenchmarkBodies(t *testing.T) {
	for name, body := range map[string][]byte{"node": nodeBody(t), "big": bodies.Big(50_000)} {
		for _, format := range []Format{Text, Protobuf} {
			c := &Converter{Target: oracleTarget, Buffers: new(Buffers)}
			out := &oneBody{format: format}
			stats, err := c.Convert(Input{Body: bytes.NewReader(body)}, out)
			if err != nil {
				t.Fatal(err)
			}
			if samples := bodies.Samples(body); stats.Samples != samples || out.series != samples || stats.Flattened != 0 || len(stats.Dropped) != 0 {
				t.Errorf("%s as %s: got %d series, %+v, want %d samples and nothing lost", name, format, out.series, stats, samples)
			}
		}
	}
}
