package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/cmd/promferry/internal/verify"
)

// findingTexts say of each kind what it is, and what to do.
var findingTexts = map[verify.Kind]struct{ title, hint string }{
	verify.NothingToCompare: {"nothing to compare yet", "No series was there by both ways from the first quarter of the window to its last. Wait until it is over, or take a --window of at least four intervals."},
	verify.SameSeries:       {"series of both ways", "The selectors must not choose the same series. Each way needs a job of its own."},
	verify.NoHonorLabels:    {"groups without their job and instance", "In Prometheus, " + honorLabelsHint + ". Until then nothing else can be compared."},
	verify.Ambiguous:        {"series of one way that are alike but for labels that are ignored", "Choose fewer series, or leave out an --ignore."},
	verify.TargetNotRelayed: {"targets that are not relayed", "Is it in promferry's configuration, with this instance? `promferry targets` shows the labels of each. Targets that have another instance by each way are compared one by one, with a matcher for instance in both selectors."},
	verify.TargetNotDirect:  {"targets that are only relayed", "If it is gone, so should its group be: `promferry delete`, or `promferry prune`."},
	verify.NotPushed:        {"groups that nobody pushes", "Their values only look fresh. Does promferry run, and reach the gateway? Where it pushes less often, take a longer --window."},
	verify.OtherLabel:       {"labels that are different", "The labels of a target are set with labels in promferry's job. Give --ignore=LABEL for one that is meant to be different: without that, the values of these series are not compared."},
	verify.NotRelayed:       {"series that are not relayed", "docs/transparency.md has what cannot be, and promferry_series_dropped_total and promferry_families_refused_total count it; promferry's log names families that the gateway refuses."},
	verify.NotDirect:        {"series that are only relayed", "Values with timestamps of their own come too late to be seen by the direct way; a metric_relabel_configs of the pull job may drop them; --direct may be narrower than --relayed."},
	verify.OtherShape:       {"native histograms by one way only", "The gateway must get protobuf from promferry, and Prometheus must ask it for that; see docs/transparency.md."},
	verify.OtherValue:       {"series with other values", "By one way at least they did not change within the window, and the other never had that value."},
}

// maxFindings bounds the differences of each kind that are shown without --all.
const maxFindings = 20

func writeReport(to io.Writer, r verify.Report, window model.Duration, all bool) {
	verdict := paint(to, good, "alike")
	if !r.Alike() {
		verdict = paint(to, bad, "not alike") + ", " + count(len(r.Findings), "difference", "differences")
	}
	fmt.Fprintf(to, "%s: %s\n", verdict, summary(r, window))
	if r.Renamed != nil {
		fmt.Fprintf(to, "instance %q of the direct way is compared with %q of the relayed: dashboards and rules that name it have to change, or set instance in promferry's job\n", r.Renamed.Direct, r.Renamed.Relayed)
	}
	if r.Down > 0 {
		fmt.Fprintf(to, "%s down all the time, and of that only the report series can be compared\n", count(r.Down, "target is", "targets are"))
	}
	for len(r.Findings) > 0 {
		kind := r.Findings[0].Kind
		end := slices.IndexFunc(r.Findings, func(f verify.Finding) bool { return f.Kind != kind })
		if end < 0 {
			end = len(r.Findings)
		}
		writeKind(to, r.Findings[:end], all)
		r.Findings = r.Findings[end:]
	}
}

// summary says what was compared.
func summary(r verify.Report, window model.Duration) string {
	text := fmt.Sprintf("within %s both ways have %s of %s, %d compared by value, %d (moving or new) by name",
		window, count(r.Series, "series", "series"), count(r.Targets, "target", "targets"), r.ByValue, r.Series-r.ByValue)
	if r.Passing > 0 {
		text += fmt.Sprintf("; %d that came or went are left out", r.Passing)
	}
	return text
}

func writeKind(to io.Writer, findings []verify.Finding, all bool) {
	kind := findings[0].Kind
	text := findingTexts[kind]
	title := text.title
	if kind != verify.NothingToCompare {
		title += fmt.Sprintf(": %d", len(findings))
	}
	fmt.Fprintf(to, "\n%s\n", title)
	shown := findings
	if !all {
		shown = findings[:min(len(findings), maxFindings)]
	}
	for _, f := range shown {
		if f.What != "" {
			fmt.Fprintln(to, "  "+cut(f.What))
		}
	}
	if more := len(findings) - len(shown); more > 0 {
		fmt.Fprintf(to, "  and %d more; --all shows them\n", more)
	}
	fmt.Fprintln(to, strings.TrimSpace(text.hint))
}
