package convert

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/model/textparse"
)

var oracleTarget = Labels{{"instance", "i:1"}, {"job", "j"}}

type direct struct {
	honor   bool
	rules   []*relabel.Config
	samples int                      // scrape_samples_scraped
	added   int                      // scrape_samples_post_metric_relabeling
	series  seriesSet                // that have classic names
	utf8    seriesSet                // the others
	labels  map[string]labels.Labels // of those, and of what was left out
	dropped map[DropReason]int
}

// directScrape does what Prometheus's scrape loop does with a body, and leaves
// out what a gateway cannot carry at all.
func directScrape(body, mediaType string, honor bool, rules ...*relabel.Config) (direct, error) {
	d := direct{honor: honor, rules: rules, series: make(seriesSet), utf8: make(seriesSet), labels: make(map[string]labels.Labels), dropped: make(map[DropReason]int)}
	if body == "" {
		return d, nil
	}
	p, err := textparse.New([]byte(body), mediaType, labels.NewSymbolTable(), textparse.ParserOptions{IgnoreNativeHistograms: true})
	if err != nil {
		return d, err
	}
	for {
		kind, err := p.Next()
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		if kind != textparse.EntrySeries {
			continue
		}
		d.samples++
		_, _, value := p.Series() // which the parser of protobuf wants first
		var ls labels.Labels
		p.Labels(&ls)
		final := d.mutate(ls)
		if final.IsEmpty() {
			continue
		}
		if len(rules) > 0 {
			ls = final // rules may have taken away what is wrong
		}
		if name, dup := ls.HasDuplicateLabelNames(); dup {
			return d, fmt.Errorf("label name %q is not unique", name)
		}
		if !ls.IsValid(model.UTF8Validation) || !ls.Has(model.MetricNameLabel) {
			return d, fmt.Errorf("invalid name in %s", ls)
		}
		d.added++
		d.add(final, value)
	}
}

func (d *direct) add(final labels.Labels, value float64) {
	if reason := uncarried(final); reason != "" {
		if _, twice := d.labels[final.String()]; !twice || reason != DropUTF8Name { // which counts what is there, once
			d.dropped[reason]++
		}
		d.labels[final.String()] = final
		return
	}
	if isUTF8(final) {
		d.utf8.add(final, value)
		d.labels[final.String()] = final
	} else {
		d.series.add(final, value) // the first wins
	}
}

// mutate is mutateSampleLabels of prometheus/prometheus scrape/scrape.go.
func (d *direct) mutate(ls labels.Labels) labels.Labels {
	b := labels.NewBuilder(ls)
	var conflicting []labels.Label
	for _, l := range oracleTarget {
		own := ls.Get(l.Name)
		switch {
		case !d.honor && own != "":
			conflicting = append(conflicting, labels.Label{Name: l.Name, Value: own})
			b.Set(l.Name, l.Value)
		case !d.honor, !ls.Has(l.Name): // an empty one is there, and goes
			b.Set(l.Name, l.Value)
		}
	}
	slices.SortStableFunc(conflicting, func(a, b labels.Label) int { return len(a.Name) - len(b.Name) })
	for _, l := range conflicting {
		name := "exported_" + l.Name
		for b.Get(name) != "" {
			name = "exported_" + name
		}
		b.Set(name, l.Value)
	}
	if !relabel.ProcessBuilder(b, d.rules...) {
		return labels.EmptyLabels()
	}
	return b.Labels()
}

func uncarried(ls labels.Labels) (reason DropReason) {
	name := ls.Get("__name__")
	if ls.Get("job") == "" || ls.Get("instance") == "" {
		return DropEmptyIdentity
	}
	if strings.HasPrefix(name, "pushgateway_") || name == "push_time_seconds" || name == "push_failure_time_seconds" {
		return DropGatewayOwned
	}
	own := ls.Get("job") == oracleTarget.Get("job") && ls.Get("instance") == oracleTarget.Get("instance")
	if own && isReport(name) && ls.Len() == len(oracleTarget)+1 {
		return DropReportSeries
	}
	ls.Range(func(l labels.Label) {
		switch {
		case strings.HasPrefix(l.Name, "__") && l.Name != "__name__":
			reason = DropReservedLabel
		case reason != "":
		case strings.Contains(l.Name, ":") && model.LegacyValidation.IsValidMetricName(l.Name), strings.Contains(l.Name, "\x00"):
			reason = DropUTF8Name
		}
	})
	if reason == "" && strings.Contains(name, "\x00") {
		return DropUTF8Name
	}
	if reason == "" && own && IsReported(name) && isUTF8(ls) {
		return DropUTF8Name
	}
	return reason
}
