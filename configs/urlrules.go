package configs

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// warnURLRules warns of rules that look for a part of a target's URL in the label
// for it. Until relabeling is over, __address__ is the whole URL, as rules of
// blackbox jobs want it, and its scheme and path win over the labels in the end.
// A job of which a rule replaces __address__ knows what it does.
func (s *section) warnURLRules(targets []listed, rules []*relabel.Config) {
	blocks := slices.DeleteFunc(slices.Clone(s.block.Body.Blocks), func(b *hclsyntax.Block) bool { return b.Type != relabelSchema.kind })
	if len(targets) == 0 || len(blocks) != len(rules) || slices.ContainsFunc(rules, writes(model.AddressLabel)) {
		return // one that is missing has a mistake
	}
	for _, part := range []struct {
		label, attribute string
		of               func(address) string
	}{
		{model.SchemeLabel, "scheme", func(a address) string { return a.scheme }},
		{model.MetricsPathLabel, "metrics_path", func(a address) string { return a.path }},
	} {
		without := func(t listed) bool {
			a, err := parseAddress(t.address.value)
			return err != nil || part.of(a) == ""
		}
		if slices.ContainsFunc(targets, without) {
			continue // the label counts for that one
		}
		for i, rule := range rules {
			if at, uses := whereUsed(part.label, rule, blocks[i].Body.Attributes); uses {
				s.warnf(at, "Rule misses the URL's part", "Each target of this job is a URL that says its %s; that stays in __address__ until relabeling is over, and counts, whatever %s is. Write the targets as host:port and set %s, or have the rule look at __address__.",
					part.attribute, part.label, part.attribute)
			}
		}
	}
}

// whereUsed is where a rule names a label.
func whereUsed(label string, rule *relabel.Config, attributes hclsyntax.Attributes) (at hcl.Range, uses bool) {
	if slices.Contains(rule.SourceLabels, model.LabelName(label)) {
		return attributes["source_labels"].Expr.Range(), true
	}
	if writes(label)(rule) {
		return attributes["target_label"].Expr.Range(), true
	}
	return hcl.Range{}, false
}

func writes(label string) func(*relabel.Config) bool {
	return func(rule *relabel.Config) bool { return rule.TargetLabel == label }
}
