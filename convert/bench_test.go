package convert

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
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
	bodies := []struct {
		name string
		text []byte
	}{
		{"node", node},
		{"big", bigBody(50_000)},
	}
	for _, engine := range engines {
		for _, body := range bodies {
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

// bigBody makes about so many series, the same in every run: half in the shape
// of cadvisor, a quarter of kube-state-metrics, a quarter of an apiserver's
// histograms.
func bigBody(series int) []byte {
	g := bigGenerator{rnd: rand.New(rand.NewPCG(1, 2))}
	for range 20 {
		g.kubeState(series / 4 / 20)
	}
	for range 10 {
		g.cadvisor(series / 2 / 10)
	}
	for range 5 {
		g.apiserver(series / 4 / 5 / (len(buckets) + 3))
	}
	return g.out.Bytes()
}

var buckets = strings.Fields("0.005 0.025 0.05 0.1 0.2 0.4 0.6 0.8 1 1.25 1.5 2 3 4 5 6 8 10 15 20 30 45 60")

type bigGenerator struct {
	out    bytes.Buffer
	rnd    *rand.Rand
	family int
}

func (g *bigGenerator) begin(prefix, kind string) (name string) {
	g.family++
	name = fmt.Sprintf("%s_%d", prefix, g.family)
	fmt.Fprintf(&g.out, "# HELP %s [STABLE] What a Kubernetes cluster says of its objects.\n# TYPE %s %s\n", name, name, kind)
	return name
}

func (g *bigGenerator) hex(n int) string {
	return fmt.Sprintf("%016x%016x%016x%016x", g.rnd.Uint64(), g.rnd.Uint64(), g.rnd.Uint64(), g.rnd.Uint64())[:n]
}

func (g *bigGenerator) kubeState(n int) {
	name := g.begin("kube_pod_status", "gauge")
	for i := range n {
		fmt.Fprintf(&g.out, "%s{namespace=\"team-%d\",pod=\"service-%d-%s-%s\",uid=\"%s\",phase=\"Running\"} %d\n",
			name, i%40, i%97, g.hex(10), g.hex(5), g.hex(32), g.rnd.IntN(2))
	}
}

func (g *bigGenerator) cadvisor(n int) {
	name := g.begin("container_cpu_usage_seconds_total", "counter")
	for i := range n {
		fmt.Fprintf(&g.out, "%s{container=\"app\",cpu=\"total\",id=\"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod%s.slice/cri-containerd-%s.scope\","+
			"image=\"registry.example.com/team-%d/service:v1.%d\",name=\"%s\",namespace=\"team-%d\",pod=\"service-%d-%s\"} %v\n",
			name, g.hex(32), g.hex(64), i%40, i%13, g.hex(64), i%40, i%97, g.hex(10), g.rnd.Float64()*1e5)
	}
}

func (g *bigGenerator) apiserver(n int) {
	name := g.begin("apiserver_request_duration_seconds", "histogram")
	for i := range n {
		labels := fmt.Sprintf("component=\"apiserver\",group=\"group-%d.example.com\",resource=\"resource-%d\",scope=\"namespace\",verb=\"LIST\",version=\"v%d\"", i%11, i, i%3)
		count := 0
		for _, le := range buckets {
			count += g.rnd.IntN(1000)
			fmt.Fprintf(&g.out, "%s_bucket{%s,le=\"%s\"} %d\n", name, labels, le, count)
		}
		fmt.Fprintf(&g.out, "%s_bucket{%s,le=\"+Inf\"} %d\n", name, labels, count)
		fmt.Fprintf(&g.out, "%s_sum{%s} %v\n%s_count{%s} %d\n", name, labels, g.rnd.Float64()*float64(count), name, labels, count)
	}
}

// The benchmark's body is what it says.
func TestBigBody(t *testing.T) {
	body := bigBody(50_000)
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
