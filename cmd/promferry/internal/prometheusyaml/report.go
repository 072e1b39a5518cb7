package prometheusyaml

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// WriteReport writes for people what was found, and what to do in Prometheus. A
// nil gateway is none: all goes to stores.
func (res *Result) WriteReport(w io.Writer, gateway *url.URL) error {
	var b strings.Builder
	res.writeFindings(&b)
	switch {
	case len(res.jobs) == 0:
	case gateway == nil:
		res.writeAbsences(&b)
		b.WriteString(storeSteps)
	default:
		res.writeScrapeJob(&b, gateway)
		res.writeAlerts(&b)
		res.writeUses(&b)
		res.writeSteps(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// titles of the kinds.
var titles = map[kind]string{
	refused: "Prometheus would refuse this too:",
	dropped: "Did not map:",
	choice:  "Needs something from you:",
	note:    "Good to know:",
}

func (res *Result) writeFindings(b *strings.Builder) {
	for of := refused; of <= note; of++ {
		lines := res.lines(of)
		if len(lines) > 0 {
			fmt.Fprintf(b, "%s\n  %s\n\n", titles[of], strings.Join(lines, "\n  "))
		}
	}
}

// lines are the findings of one kind in the order of the files. What is the same
// at many places is said once; of what is only good to know, not all are named.
func (res *Result) lines(of kind) []string {
	findings := slices.DeleteFunc(slices.Clone(res.findings), func(f finding) bool { return f.kind != of })
	slices.SortStableFunc(findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	var texts []string
	places := map[string][]string{} // by text
	for _, f := range findings {
		if places[f.text] == nil {
			texts = append(texts, f.text)
		}
		places[f.text] = append(places[f.text], f.where())
	}
	for i, text := range texts {
		at := places[text]
		if of == note {
			at = few(at)
		}
		texts[i] = strings.Join(at, ", ") + ": " + text
	}
	return texts
}

// few are three places at most, and how many more there are.
func few(places []string) []string {
	const most = 3
	if len(places) <= most {
		return places
	}
	return append(slices.Clone(places[:most]), fmt.Sprintf("and %d more", len(places)-most))
}

// writeScrapeJob writes the job with which Prometheus scrapes the gateway.
func (res *Result) writeScrapeJob(b *strings.Builder, gateway *url.URL) {
	b.WriteString("For prometheus.yml: this job brings back what promferry pushes:\n\nscrape_configs:\n  - job_name: pushgateway\n")
	b.WriteString("    honor_labels: true # job and instance are those of the targets\n")
	fmt.Fprintf(b, "    scrape_interval: %s # the shortest of the jobs\n", model.Duration(res.shortest()))
	if gateway.Scheme != "http" {
		fmt.Fprintf(b, "    scheme: %s\n", gateway.Scheme)
	}
	if path := strings.TrimSuffix(gateway.Path, "/"); path != "" {
		fmt.Fprintf(b, "    metrics_path: %s\n", strconv.Quote(path+"/metrics"))
	}
	fmt.Fprintf(b, "    static_configs:\n      - targets: [%s]\n\n", strconv.Quote(gateway.Host))
}

func (res *Result) shortest() time.Duration {
	return slices.MinFunc(res.jobs, func(a, b pushed) int { return cmp.Compare(a.interval, b.interval) }).interval
}

// writeAlerts writes an alert for each interval.
func (res *Result) writeAlerts(b *strings.Builder) {
	b.WriteString("For rule_files: up stays as it was when promferry or its host dies. What tells is push_time_seconds:\n\ngroups:\n  - name: promferry\n    rules:\n")
	for _, interval := range res.intervals() {
		labels := res.labels(interval)
		if len(labels) == 0 {
			continue
		}
		fmt.Fprintf(b, "      - alert: PushStale\n        expr: %s\n        for: 1m\n",
			yamlQuoted(fmt.Sprintf("time() - push_time_seconds{job=~%s} > %d", strconv.Quote(strings.Join(labels, "|")), stale(interval))))
	}
	res.writeUnknownLabels(b)
	b.WriteString("\n")
}

// writeUnknownLabels names the jobs for which there is no alert.
func (res *Result) writeUnknownLabels(b *strings.Builder) {
	for _, j := range res.jobs {
		if j.label == "" {
			fmt.Fprintf(b, "      # job_name %q: relabel_configs make its job label; promferry targets shows it: write an alert for it\n", j.name)
		}
	}
}

// labels are the job labels of an interval, for a regular expression.
func (res *Result) labels(interval time.Duration) []string {
	all := res.plainLabels(interval)
	for i, label := range all {
		all[i] = regexp.QuoteMeta(label)
	}
	return all
}

// plainLabels are the job labels of an interval, each once.
func (res *Result) plainLabels(interval time.Duration) []string {
	var all []string
	for _, j := range res.jobs {
		if j.interval == interval && j.label != "" && !slices.Contains(all, j.label) {
			all = append(all, j.label)
		}
	}
	return all
}

func (res *Result) intervals() []time.Duration {
	var all []time.Duration
	for _, j := range res.jobs {
		all = append(all, j.interval)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// stale is after how many seconds a group is late: a few pushes were missed.
func stale(interval time.Duration) int {
	return int(max(4*interval, time.Minute).Seconds())
}

// yamlQuoted is a text in single quotes, in which only those are special.
func yamlQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// writeUses writes the partner of each rule that looks at up.
func (res *Result) writeUses(b *strings.Builder) {
	if len(res.uses) == 0 {
		return
	}
	intervals := res.intervals()
	longest := intervals[len(intervals)-1]
	b.WriteString("These rules look at up, which does not fall when pushes stop. Give each a partner:\n")
	for _, u := range res.uses {
		for _, selector := range u.selectors {
			fmt.Fprintf(b, "  %s:%d: %s: time() - push_time_seconds%s > %d\n",
				u.file, u.line, u.rule, strings.Join(strings.Fields(nameMatcher.ReplaceAllString(selector, "")), " "), stale(longest))
		}
	}
	b.WriteString("\n")
}

// nameMatcher is up in the spelling of a matcher.
var nameMatcher = regexp.MustCompile(`__name__="up"\s*,?\s*`)
