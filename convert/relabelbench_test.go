package convert

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/promferry/promferry/test/bodies"
)

// BenchmarkRelabel/<rules>/<format>/<body> reports how much more a conversion
// costs with rules than without: both take turns in one run, and the rules have
// seen the body before. Rules with regular expressions on every series must
// cost no more than 1.3 times as much, see usual, and so must rules that rewrite
// each series. Those that move series cost more, as these wait for the end, and
// so do those that leave parts of histograms.
func BenchmarkRelabel(b *testing.B) {
	node, big := nodeBody(b), bodies.Big(50_000)
	for _, rules := range []struct {
		name  string
		rules []*relabel.Config
	}{
		{"usual", usual()},
		{"keep all", []*relabel.Config{rule(relabel.Keep, "[a-z].*", "__name__")}},
		{"drop buckets", []*relabel.Config{rule(relabel.Drop, ".*_bucket", "__name__")}},
		{"rewrite all", []*relabel.Config{replace("__name__", ".*", "team", "sre")}},
		{"move some", []*relabel.Config{replace("__name__", "(node_cpu|kube_pod).*", "job", "other")}},
		{"move all", []*relabel.Config{replace("__name__", ".*", "job", "other")}},
	} {
		for _, format := range formats {
			name := fmt.Sprintf("%s/%s/", rules.name, format)
			b.Run(name+"node", func(b *testing.B) { benchmarkRules(b, rules.rules, format, node) })
			b.Run(name+"big", func(b *testing.B) { benchmarkRules(b, rules.rules, format, big) })
		}
	}
}

func benchmarkRules(b *testing.B, rules []*relabel.Config, format Format, body []byte) {
	engines := [2]func([]byte){withRules(format, nil), withRules(format, rules)}
	var fastest [2]time.Duration // of each: what else the machine does only makes it slower
	for i, convert := range engines {
		convert(body)
		fastest[i] = time.Hour
	}
	for b.Loop() {
		for i, convert := range engines {
			start := time.Now()
			convert(body)
			fastest[i] = min(fastest[i], time.Since(start))
		}
	}
	b.ReportMetric(float64(fastest[1])/float64(fastest[0]), "ratio")
}

// usual are rules as they stand in many a configuration: each is asked about
// each series.
func usual() []*relabel.Config {
	return []*relabel.Config{
		rule(relabel.Drop, "go_(gc|memstats)_.*|kube_pod_status_7", "__name__"),
		rule(relabel.Drop, "node_network_.*;(veth|docker|cali).*", "__name__", "device"),
		replace("pod", "(service-[0-9]+)-a.*", "service", "$1"),
		replace("mountpoint", "/var/lib/([a-z]+)", "volume", "$1"),
		{Action: relabel.LabelDrop, Regex: relabel.MustNewRegexp("uid|fstype"), NameValidationScheme: model.UTF8Validation},
	}
}

func rule(action relabel.Action, regex string, source ...model.LabelName) *relabel.Config {
	c := relabel.DefaultRelabelConfig
	c.Action, c.Regex, c.SourceLabels, c.NameValidationScheme = action, relabel.MustNewRegexp(regex), source, model.UTF8Validation
	return &c
}

func replace(source model.LabelName, regex, target, replacement string) *relabel.Config {
	c := rule(relabel.Replace, regex, source)
	c.TargetLabel, c.Replacement = target, replacement
	return c
}

// withRules returns a conversion whose buffers are those of the scrape before.
func withRules(format Format, rules []*relabel.Config) func([]byte) {
	c := &Converter{Target: oracleTarget, Buffers: new(Buffers), Rules: rules}
	out := &oneBody{format: format}
	return func(body []byte) {
		out.body = out.body[:0]
		if _, err := c.Convert(Input{Body: bytes.NewReader(body)}, out); err != nil {
			panic(err)
		}
	}
}
