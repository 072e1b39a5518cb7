package convert

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/test/bodies"
)

// BenchmarkConvert/<engine>/<body> compares engines in one run; only the ratio
// of their times means something. expfmt-text is what a relay without an
// engine of its own does: parse into families, write them as text.
func BenchmarkConvert(b *testing.B) {
	node, err := os.ReadFile("../test/corpus/captured/node_exporter-1.12.1/scrape1.txt")
	if err != nil {
		b.Fatal(err)
	}
	engines := []struct {
		name    string
		convert func(body []byte) error
	}{
		{"expfmt-text", convertWithExpfmt},
		{"text", convertWithConverter},
	}
	inputs := []struct {
		name string
		text []byte
	}{
		{"node", node},
		{"big", bodies.Big(50_000)},
	}
	for _, engine := range engines {
		for _, body := range inputs {
			b.Run(engine.name+"/"+body.name, func(b *testing.B) {
				b.SetBytes(int64(len(body.text)))
				b.ReportAllocs()
				for b.Loop() {
					if err := engine.convert(body.text); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func convertWithExpfmt(body []byte) error {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return err
	}
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(io.Discard, f); err != nil {
			return err
		}
	}
	return nil
}

var benchBuffers Buffers
var benchBody oneBody

func convertWithConverter(body []byte) error {
	c := &Converter{Target: oracleTarget, Buffers: &benchBuffers}
	out := benchBody[:0]
	defer func() { benchBody = out }()
	_, err := c.Convert(Input{Body: bytes.NewReader(body)}, &out)
	return err
}

// oneBody is a batch that has one body of text for all groups.
type oneBody []byte

func (b *oneBody) Outputs(Labels) []Output                        { return []Output{b} }
func (b *oneBody) Format() Format                                 { return Text }
func (b *oneBody) Append(encoded []byte, _ int)                   { *b = append(*b, encoded...) }
func (b *oneBody) Rewrite(change func([]byte, int) ([]byte, int)) { *b, _ = change(*b, 0) }

// The benchmark's body is what it says.
func TestBigBody(t *testing.T) {
	body := bodies.Big(50_000)
	c := &Converter{Target: oracleTarget}
	stats, err := c.Convert(Input{Body: bytes.NewReader(body)}, new(oneBody))
	if err != nil {
		t.Fatal(err)
	}
	if stats.Samples < 49_000 || stats.Samples > 51_000 || stats.Flattened != 0 || len(stats.Dropped) != 0 {
		t.Errorf("got %+v, want about 50,000 samples and nothing lost", stats)
	}
	if mb := len(body) >> 20; mb < 10 || mb > 25 {
		t.Errorf("%d MB, want about 18", mb)
	}
}
