// Package bodies makes expositions of the size and shape of a cluster's, for
// benchmarks and for the measuring programs beside it.
package bodies

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Samples counts the samples of a body of this package: its lines that are no
// comments.
func Samples(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if line[0] != '#' {
			n++
		}
	}
	return n
}

// Big makes about so many series, the same in every run: half in the shape
// of cadvisor, a quarter of kube-state-metrics, a quarter of an apiserver's
// histograms.
func Big(series int) []byte {
	g := generator{rnd: rand.New(rand.NewPCG(1, 2))}
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

type generator struct {
	out    bytes.Buffer
	rnd    *rand.Rand
	family int
}

func (g *generator) begin(prefix, kind string) (name string) {
	g.family++
	name = fmt.Sprintf("%s_%d", prefix, g.family)
	fmt.Fprintf(&g.out, "# HELP %s [STABLE] What a Kubernetes cluster says of its objects.\n# TYPE %s %s\n", name, name, kind)
	return name
}

func (g *generator) hex(n int) string {
	return fmt.Sprintf("%016x%016x%016x%016x", g.rnd.Uint64(), g.rnd.Uint64(), g.rnd.Uint64(), g.rnd.Uint64())[:n]
}

func (g *generator) kubeState(n int) {
	name := g.begin("kube_pod_status", "gauge")
	for i := range n {
		fmt.Fprintf(&g.out, "%s{namespace=\"team-%d\",pod=\"service-%d-%s-%s\",uid=\"%s\",phase=\"Running\"} %d\n",
			name, i%40, i%97, g.hex(10), g.hex(5), g.hex(32), g.rnd.IntN(2))
	}
}

func (g *generator) cadvisor(n int) {
	name := g.begin("container_cpu_usage_seconds_total", "counter")
	for i := range n {
		fmt.Fprintf(&g.out, "%s{container=\"app\",cpu=\"total\",id=\"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod%s.slice/cri-containerd-%s.scope\","+
			"image=\"registry.example.com/team-%d/service:v1.%d\",name=\"%s\",namespace=\"team-%d\",pod=\"service-%d-%s\"} %v\n",
			name, g.hex(32), g.hex(64), i%40, i%13, g.hex(64), i%40, i%97, g.hex(10), g.rnd.Float64()*1e5)
	}
}

func (g *generator) apiserver(n int) {
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
