package prometheusyaml

import (
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// A placedRule is one that was written.
type placedRule struct {
	place
	*relabel.Config
}

// readRules reads relabel_configs.
func (j *job) readRules(f field) {
	j.rules = j.scope.rules(&j.ruleBlocks, f, j.takeTargetRule)
}

// takeTargetRule tells whether a rule for targets can be written: a group at a
// gateway has no label le or quantile.
func (j *job) takeTargetRule(at place, rule *relabel.Config, later []*relabel.Config) bool {
	label := rule.TargetLabel
	if isOfPoints(label) && !removed(label, later) {
		j.dropped(at, "relabel_config: the rule that sets %s was left out: a Pushgateway mixes it up with that of histograms and summaries; write another target_label", label)
		return false
	}
	j.written = append(j.written, placedRule{at, rule})
	return true
}

// isOfPoints tells the labels of the points of histograms and summaries.
func isOfPoints(label string) bool {
	return label == model.BucketLabel || label == model.QuantileLabel
}

// readSeriesRules reads metric_relabel_configs.
func (j *job) readSeriesRules(f field) {
	j.dropReserved(f.place, j.scope.rules(&j.metricBlocks, f, j.takeSeriesRule))
}

// takeSeriesRule tells whether a rule for series can be written: one that takes
// job or instance away would cost all that it is for.
func (j *job) takeSeriesRule(at place, rule *relabel.Config, later []*relabel.Config) bool {
	for _, label := range []string{model.JobLabel, model.InstanceLabel} {
		switch {
		case takesAway(rule, label) && !slices.ContainsFunc(later, func(r *relabel.Config) bool { return sets(r, label) }):
			j.dropped(at, "metric_relabel_config: the rule that takes %s away was left out: each group at a gateway has a job and an instance, and series without are not pushed (reason empty_identity); spare it in the rule, or write that into the job that scrapes the gateway, where it is for all jobs", label)
			return false
		case sets(rule, label) && !copies(rule):
			j.note(at, "metric_relabel_config: a constant %s may bring series of several targets into one group, which is of one of them: those of the others are not pushed (reason group_owned)", label)
		}
	}
	j.written = append(j.written, placedRule{at, rule})
	return true
}

// takesAway tells whether a rule leaves series without a label.
func takesAway(r *relabel.Config, label string) bool {
	switch r.Action {
	case relabel.LabelDrop:
		return r.Regex.MatchString(label)
	case relabel.LabelKeep:
		return !r.Regex.MatchString(label)
	case relabel.Replace:
		return r.TargetLabel == label && r.Replacement == ""
	}
	return false
}

// sets tells whether a rule gives a label a value.
func sets(r *relabel.Config, label string) bool {
	return r.TargetLabel == label && (r.Action != relabel.Replace || r.Replacement != "")
}

// removed tells whether a label is taken away by one of the rules.
func removed(label string, by []*relabel.Config) bool {
	return slices.ContainsFunc(by, func(r *relabel.Config) bool { return takesAway(r, label) })
}

// dropReserved adds the rule that takes away the labels __… which rules for
// series leave behind. Prometheus stores them; promferry pushes no series with
// one.
func (j *job) dropReserved(at place, rules []*relabel.Config) {
	var names, patterns []string
	for i, r := range rules {
		name := r.TargetLabel
		if isReserved(name) && !slices.Contains(names, name) && !removed(name, rules[i+1:]) {
			names, patterns = append(names, name), append(patterns, regexp.QuoteMeta(name))
		}
	}
	if names == nil {
		return
	}
	rule := j.metricBlocks.add("metric_relabel_config", []string{"series with a label __… are not pushed"})
	rule.set("regex", quoted(strings.Join(patterns, "|")))
	rule.set("action", quoted(string(relabel.LabelDrop)))
	j.note(at, "metric_relabel_configs leave series with %s, which Prometheus stores and promferry does not push (reason reserved_label): a rule that takes it away was added", strings.Join(names, ", "))
}

func isReserved(label string) bool {
	return strings.HasPrefix(label, model.ReservedLabelPrefix) && label != model.MetricNameLabel && !strings.Contains(label, "$")
}

// findRenamed names the rules that read a label which has another name now.
func (j *job) findRenamed() {
	for _, r := range j.written {
		for _, label := range r.SourceLabels {
			if name, renamed := j.renamed[string(label)]; renamed {
				j.choice(r.place, "source_labels names %.60q, which was written as %s in static_configs: write %s there", label, name, name)
			}
		}
	}
}
