package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

// TestRelayEqualsDirectScrape lets one Prometheus scrape the same targets
// itself and through promferry, and compares all series of both ways.
func TestRelayEqualsDirectScrape(t *testing.T) {
	t.Parallel()
	bothEncodings(t, relayEqualsDirectScrape)
}

func relayEqualsDirectScrape(t *testing.T, encoding string) {
	gw := startPushgateway(t)
	captures := []capture{
		captured(t, "node_exporter-1.12.1/scrape1.txt"),
		captured(t, "prometheus-devel/scrape1.txt"),
		captured(t, "python-client-0.16-app/scrape1.txt"),
		captured(t, "python-client-0.16-app/scrape1.om.txt"),
		captured(t, "redis_exporter-debian/scrape1.txt"),
		captured(t, "netdata-debian/scrape1.txt"),
		captured(t, "node_exporter-1.12.1/scrape1.pb"),
		captured(t, "caddy-debian/scrape1.pb"),
	}
	prometheusYAML := scrapeOf(gw)
	jobs := ""
	for i, c := range captures {
		target := startScripted(t, typed(c.contentType, string(c.body(t)))).address()
		prometheusYAML += fmt.Sprintf("- job_name: direct%d\n  honor_timestamps: false\n  static_configs:\n  - targets: [%q]\n", i, target)
		jobs += fmt.Sprintf("job \"relayed%d\" {\n targets = [%q]\n instance = %q\n}\n", i, target, target)
	}
	prom := startPrometheus(t, prometheusYAML)
	ferry := run(t, config(t, `
		global { scrape_interval = "1s" }
		gateway "default" {
			url      = %q
			encoding = %q
		}
		%s
	`, gw.url, encoding, jobs))
	for i, c := range captures {
		eventually(t, c.path+": direct and relayed", func() error { return sameSeries(prom, i) })
	}
	ferry.terminate(t)
}

// sameSeries compares what Prometheus has of a target by both ways, but for
// what docs/transparency.md says is not carried, and the times.
func sameSeries(prom prometheus, i int) error {
	direct, err := prom.query(fmt.Sprintf(`{job="direct%d"}`, i))
	if err != nil {
		return err
	}
	relayed, err := prom.query(fmt.Sprintf(`{job="relayed%d"}`, i))
	if err != nil {
		return err
	}
	want := setOf(direct, "job", "instance").without([]string{"scrape_series_added"})
	got := setOf(relayed, "job", "instance").without([]string{"push_time_seconds", "push_failure_time_seconds"})
	if want["up"] != 1 || len(want) < 20 {
		return fmt.Errorf("direct scrape: %d series, up %v", len(want), want["up"])
	}
	for _, set := range []seriesSet{got, want} {
		if has(set, "scrape_duration_seconds") {
			set["scrape_duration_seconds"] = 0
		}
	}
	return same(got, want)
}

// A capture is an answer of a real exporter, and what test/corpus/index.tsv
// says of it.
type capture struct {
	path        string // below test/corpus/captured
	contentType string
	format      string
	verdict     string // of Prometheus's parser: "ok (N)", "error (N)" or "n/a (0)"
}

func (c capture) body(t testing.TB) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("corpus/captured", c.path))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// captures returns all of them.
func captures(t testing.TB) []capture {
	t.Helper()
	index, err := os.ReadFile("corpus/index.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(index), "\n")
	column := make(map[string]int)
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	var all []capture
	for _, line := range lines[1:] {
		row := strings.Split(line, "\t")
		path, found := strings.CutPrefix(row[0], "captured/")
		if !found {
			continue
		}
		note, _ := strings.CutPrefix(row[column["note"]], "Content-Type: ")
		contentType, _, _ := strings.Cut(note, "; http://")
		all = append(all, capture{path, contentType, row[column["format"]], row[column["prom_textparse"]]})
	}
	return all
}

func captured(t testing.TB, path string) capture {
	t.Helper()
	for _, c := range captures(t) {
		if c.path == path {
			return c
		}
	}
	t.Fatalf("no capture %s", path)
	return capture{}
}

// familyName tells the family of a series of a text capture, by its types.
func familyName(types map[string]model.MetricType, series string) string {
	name, _, _ := strings.Cut(series, "{")
	if _, found := types[name]; found {
		return name
	}
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		if base, cut := strings.CutSuffix(name, suffix); cut {
			if _, found := types[base]; found {
				return base
			}
		}
	}
	return name
}
