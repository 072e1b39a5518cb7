package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A ruling is a job with rules, or with honor_labels, and what comes of it.
type ruling struct {
	name     string
	targets  []attributes // relabel_config
	metrics  []attributes // metric_relabel_config
	settings attributes
	labels   attributes // of the target
	outcome  outcome
	apart    bool // a part of a family becomes series of their own, which the same family elsewhere clashes with
}

// An outcome is what Prometheus makes of a target.
type outcome int

const (
	isUp outcome = iota
	isDown
	isDropped // it is no target
)

// rulings have each action, on targets and on series.
func rulings() []ruling {
	honor := attributes{"honor_labels": true}
	rule := func(action string, more attributes) []attributes {
		more["action"] = action
		return []attributes{more}
	}
	name := []string{"__name__"}
	return []ruling{
		{name: "plain"},
		{name: "honored", settings: honor},

		{name: "metric replace", metrics: rule("replace", attributes{"source_labels": []string{"code", "path"}, "separator": ";", "regex": "(.+);/(.*)", "target_label": "both", "replacement": "${1}-$2"})},
		{name: "metric replace by nothing", metrics: rule("replace", attributes{"source_labels": []string{"code"}, "regex": "5..", "target_label": "code", "replacement": ""})},
		{name: "metric lowercase", metrics: rule("lowercase", attributes{"source_labels": []string{"method"}, "target_label": "method"})},
		{name: "metric uppercase", metrics: rule("uppercase", attributes{"source_labels": []string{"path"}, "target_label": "path"})},
		{name: "metric keep", metrics: rule("keep", attributes{"source_labels": name, "regex": "requests_total|took.*|asked"})},
		{name: "metric drop", metrics: rule("drop", attributes{"source_labels": name, "regex": "took_.*"})},
		{name: "metric drop all", metrics: rule("drop", attributes{"source_labels": name, "regex": ".*"})},
		{name: "metric drop a part of a histogram", metrics: rule("drop", attributes{"source_labels": []string{"__name__", "le"}, "regex": "took_bucket;0[.]5"})},
		{name: "metric drop sums", apart: true, metrics: rule("drop", attributes{"source_labels": name, "regex": ".*_sum"})},
		{name: "metric drop counts", apart: true, metrics: rule("drop", attributes{"source_labels": name, "regex": ".*_count"})},
		{name: "metric drop the last bucket", apart: true, metrics: rule("drop", attributes{"source_labels": []string{"le"}, "regex": "[+]Inf"})},
		{name: "metric keepequal", metrics: rule("keepequal", attributes{"source_labels": []string{"code"}, "target_label": "same"})},
		{name: "metric dropequal", metrics: rule("dropequal", attributes{"source_labels": []string{"code"}, "target_label": "same"})},
		{name: "metric hashmod", apart: true, metrics: rule("hashmod", attributes{"source_labels": []string{"__name__", "code"}, "target_label": "shard", "modulus": 7})},
		{name: "metric hashmod and keep", apart: true, metrics: append(rule("hashmod", attributes{"source_labels": []string{"__name__", "code"}, "target_label": "__tmp", "modulus": 2}),
			rule("keep", attributes{"source_labels": []string{"__tmp"}, "regex": "1"})...)},
		{name: "metric labelmap", metrics: rule("labelmap", attributes{"regex": "pa(.+)", "replacement": "mapped_$1"})},
		{name: "metric labeldrop", metrics: rule("labeldrop", attributes{"regex": "path"})},
		{name: "metric labeldrop that merges", metrics: rule("labeldrop", attributes{"regex": "code|same|path"})},
		{name: "metric labeldrop of le", apart: true, metrics: rule("labeldrop", attributes{"regex": "le|quantile"})},
		{name: "metric labelkeep", metrics: rule("labelkeep", attributes{"regex": "__name__|job|instance|t|row|le|quantile|code"})},
		{name: "metric rename", metrics: rule("replace", attributes{"source_labels": name, "regex": "requests_(.*)", "target_label": "__name__", "replacement": "asked_$1"})},
		{name: "metric rename all", metrics: rule("replace", attributes{"source_labels": name, "regex": "(.*)", "target_label": "__name__", "replacement": "own_${1}"})},
		{name: "metric rename to one", metrics: rule("replace", attributes{"source_labels": name, "regex": "temperature|free", "target_label": "__name__", "replacement": "one"})},
		{name: "metric other le", metrics: rule("replace", attributes{"source_labels": []string{"le"}, "regex": "0[.]5", "target_label": "le", "replacement": "0.75"})},
		{name: "metric le of no number", apart: true, metrics: rule("replace", attributes{"source_labels": []string{"le"}, "regex": "0[.]5", "target_label": "le", "replacement": "half"})},
		{name: "metric new job", metrics: rule("replace", attributes{"source_labels": []string{"code"}, "regex": "(.+)", "target_label": "job", "replacement": "code $1"})},
		{name: "metric new instance", metrics: rule("replace", attributes{"source_labels": []string{"path"}, "regex": "(/.*)", "target_label": "instance", "replacement": "at $1"})},
		{name: "metric other target label", metrics: rule("replace", attributes{"source_labels": []string{"code"}, "regex": "(.+)", "target_label": "dc", "replacement": "x$1"}), labels: attributes{"dc": "here"}},
		{name: "metric drop of a target label", metrics: rule("labeldrop", attributes{"regex": "dc"}), labels: attributes{"dc": "here"}},
		{name: "metric drop of t", metrics: rule("labeldrop", attributes{"regex": "t"})},
		{name: "metric drop of a name", metrics: rule("labeldrop", attributes{"regex": "__name__"}), outcome: isDown},
		{name: "metric rules on exported labels", metrics: rule("replace", attributes{"source_labels": []string{"exported_job"}, "regex": "(.+)", "target_label": "was", "replacement": "$1"})},
		{name: "metric rules on honored labels", settings: honor, metrics: rule("replace", attributes{"source_labels": []string{"job"}, "regex": "other", "target_label": "job", "replacement": "another"})},
		{name: "metric rules and a limit", settings: attributes{"sample_limit": 3}, metrics: rule("keep", attributes{"source_labels": name, "regex": "requests_total"})},
		{name: "metric rules beyond a limit", settings: attributes{"sample_limit": 3}, metrics: rule("drop", attributes{"source_labels": name, "regex": "free"}), outcome: isDown},
		{name: "metric rules and label limits", settings: attributes{"label_limit": 6}, metrics: rule("labeldrop", attributes{"regex": "path|same|method|query|exported_.*"})},

		{name: "target replace", targets: rule("replace", attributes{"source_labels": []string{"__address__"}, "regex": "(.+):([0-9]+)", "target_label": "port", "replacement": "p$2"})},
		{name: "target instance", targets: rule("replace", attributes{"target_label": "instance", "replacement": "some instance"})},
		{name: "target job", targets: rule("replace", attributes{"target_label": "job", "replacement": "some/job"})},
		{name: "target path", targets: rule("replace", attributes{"target_label": "__metrics_path__", "replacement": "/other path"})},
		{name: "target params", settings: attributes{"params": attributes{"module": []string{"a b"}}}, targets: append(
			rule("replace", attributes{"source_labels": []string{"__param_module"}, "target_label": "module"}),
			rule("replace", attributes{"source_labels": []string{"dc"}, "target_label": "__param_target"})...), labels: attributes{"dc": "here"}},
		{name: "target lowercase", targets: rule("lowercase", attributes{"source_labels": []string{"dc"}, "target_label": "dc"}), labels: attributes{"dc": "HERE"}},
		{name: "target uppercase", targets: rule("uppercase", attributes{"source_labels": []string{"dc"}, "target_label": "dc"}), labels: attributes{"dc": "here"}},
		{name: "target keep", targets: rule("keep", attributes{"source_labels": []string{"dc"}, "regex": "h.+"}), labels: attributes{"dc": "here"}},
		{name: "target not kept", targets: rule("keep", attributes{"source_labels": []string{"dc"}, "regex": "th.+"}), labels: attributes{"dc": "here"}, outcome: isDropped},
		{name: "target drop", targets: rule("drop", attributes{"source_labels": []string{"dc"}, "regex": "h.+"}), labels: attributes{"dc": "here"}, outcome: isDropped},
		{name: "target keepequal", targets: rule("keepequal", attributes{"source_labels": []string{"dc"}, "target_label": "t"}), labels: attributes{"dc": "here"}, outcome: isDropped},
		{name: "target dropequal", targets: rule("dropequal", attributes{"source_labels": []string{"dc"}, "target_label": "t"}), labels: attributes{"dc": "here"}},
		{name: "target hashmod", targets: rule("hashmod", attributes{"source_labels": []string{"dc", "t"}, "target_label": "shard", "modulus": 1000}), labels: attributes{"dc": "here"}},
		{name: "target labelmap", targets: rule("labelmap", attributes{"regex": "d(.)", "replacement": "mapped_$1"}), labels: attributes{"dc": "here"}},
		{name: "target labelmap of what is hidden", targets: rule("labelmap", attributes{"regex": "__(scheme|metrics_path)__"})},
		{name: "target labeldrop", targets: rule("labeldrop", attributes{"regex": "dc"}), labels: attributes{"dc": "here"}},
		{name: "target labelkeep", targets: rule("labelkeep", attributes{"regex": "__.*|job|instance|t"}), labels: attributes{"dc": "here"}},
		{name: "target interval", targets: append(
			rule("replace", attributes{"target_label": "__scrape_interval__", "replacement": "2s"}),
			rule("replace", attributes{"source_labels": []string{"__scrape_timeout__"}, "target_label": "timeout"})...)},
		{name: "target label of its own series", targets: rule("replace", attributes{"target_label": "code", "replacement": "1"})},
		{name: "target label of its own series, honored", settings: honor, targets: rule("replace", attributes{"target_label": "code", "replacement": "1"})},
	}
}

// serveRuled has series with a label that tells whose they are, also where
// rules take away t, and one that says how it was asked.
func serveRuled(name string) http.HandlerFunc {
	text := allKinds + `# TYPE requests_total counter
requests_total{code="500",path="/b",method="Get",same="500"} 4
requests_total{code="404",path="/",method="PUT",same="no"} 5
# TYPE owned gauge
owned{job="other",instance="there"} 6
owned{exported_job="x",job="y"} 7
`
	text = strings.Replace(text, "# TYPE requests_total counter\n", "", 1)
	return func(w http.ResponseWriter, r *http.Request) {
		asked := text + fmt.Sprintf("asked{path=%q,query=%q} 1\n", r.URL.Path, r.URL.RawQuery)
		var tagged strings.Builder
		for line := range strings.Lines(asked) {
			tagged.WriteString(withLabel(line, fmt.Sprintf("row=%q", name)))
		}
		exposition(tagged.String())(w, r)
	}
}

// withLabel adds a label to a series.
func withLabel(line, label string) string {
	if strings.HasPrefix(line, "#") {
		return line
	}
	if head, rest, found := strings.Cut(line, "{"); found {
		return head + "{" + label + "," + rest
	}
	name, value, _ := strings.Cut(line, " ")
	return name + "{" + label + "} " + value
}

// TestTransparencyOfRules: rules of each action make the same of targets and of
// series by both ways.
func TestTransparencyOfRules(t *testing.T) {
	t.Parallel()
	rulings := rulings()
	jobs := make([]scrapeJob, len(rulings))
	apart := 0
	for i, r := range rulings {
		target := startScripted(t, serveRuled(r.name))
		jobs[i] = scrapeJob{
			name: r.name, targets: []string{target.address()}, labels: r.labels,
			settings: r.settings, relabel: r.targets, rules: r.metrics,
		}
		if r.apart {
			apart++
			jobs[i].gateway = apart
		}
	}
	b := startBothWays(t, "auto", 1+apart, "1s", jobs)
	listed := newLedger(seriesAdded, pushTimes, reservedLabel, flattened, twiceInPush, twiceInFamily)
	b.settle(t, func(i int) error {
		if rulings[i].outcome == isDropped {
			return b.dropped(rulings[i].name)
		}
		return b.checkUp(rulings[i].name, []float64{isUp: 1, isDown: 0}[rulings[i].outcome], listed)
	})
	listed.close(t, b.ferry)
	b.ferry.terminate(t)
}

// dropped checks that a target is none, both ways, although others are scraped.
func (b *bothWays) dropped(job string) error {
	direct, relayed, err := b.series(job)
	if err == nil && len(direct)+len(relayed) > 0 {
		err = fmt.Errorf("direct %v, relayed %v", direct, relayed)
	}
	return err
}
