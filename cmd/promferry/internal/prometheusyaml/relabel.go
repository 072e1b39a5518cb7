package prometheusyaml

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

var ruleFields = map[string]handler{
	"source_labels": texts,
	"separator":     literal,
	"regex":         ruleText(""),
	"replacement":   ruleText(""),
	"modulus":       number,
	"target_label":  text,
	"action":        action,
}

// action writes an action in lower case, in which Prometheus reads it.
func action(s *scope, b *block, f field) {
	if t, ok := s.text(f.key, f.value); ok && t != "" {
		b.set(f.key, quoted(strings.ToLower(t)), f.comments()...)
	}
}

// A taker tells whether a rule can be written, and says so where not. The later
// rules of its list may mend what it does.
type taker func(at place, rule *relabel.Config, later []*relabel.Config) bool

// rules writes relabel_configs or metric_relabel_configs, and returns those that
// were written.
func (s *scope) rules(b *block, f field, take taker) []*relabel.Config {
	var rules []*relabel.Config
	comments := f.above
	b.below = append(b.below, f.below)
	items, kind := s.items(f), strings.TrimSuffix(f.key, "s")
	later := decodeRules(items)
	carriers := carriersOf(later)
	for _, item := range items {
		rule, err := decodeRule(item)
		if err != nil {
			s.refused(item.place, "%s: %s: the rule was left out", kind, ruleError(item, err))
			continue
		}
		if later = later[1:]; !take(item.place, rule, later) {
			continue
		}
		s.write(b.add(kind, slices.Concat(comments, item.comments())), item, handlersOf(rule, carriers))
		comments = nil
		rules = append(rules, rule)
	}
	return rules
}

// decodeRule reads a rule as Prometheus does.
func decodeRule(v value) (*relabel.Config, error) {
	rule := new(relabel.Config)
	if err := v.node.Decode(rule); err != nil {
		return nil, err
	}
	return rule, rule.Validate(model.UTF8Validation)
}

// decodeRules returns those that Prometheus would take.
func decodeRules(items []value) []*relabel.Config {
	var rules []*relabel.Config
	for _, item := range items {
		if rule, err := decodeRule(item); err == nil {
			rules = append(rules, rule)
		}
	}
	return rules
}

// oneLine is the text of an error that YAML's parser may have written on many.
func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
}

// setsInstance tells whether one of the rules gives each target an instance: it
// copies what is never empty, the address, also as the parameter of an exporter.
func setsInstance(rules []*relabel.Config) bool {
	for _, r := range rules {
		if r.Action == relabel.Replace && r.TargetLabel == model.InstanceLabel &&
			r.Regex.String() == "(.*)" && r.Replacement == "$1" && slices.ContainsFunc(r.SourceLabels, isAddress) {
			return true
		}
	}
	return false
}

func isAddress(name model.LabelName) bool {
	return name == model.AddressLabel || name == model.ParamLabelPrefix+"target"
}

// keepInstance adds the rule that is Prometheus's own default for instance. Ours
// has this machine's name in the place of a loopback host.
func keepInstance(b *block) {
	rule := b.add("relabel_config", []string{"instance stays what it is in Prometheus: the address, where nothing sets it"})
	rule.set("source_labels", list([]element{{value: quoted(model.InstanceLabel)}, {value: quoted(model.AddressLabel)}}))
	rule.set("regex", quoted(";(.+)"))
	rule.set("target_label", quoted(model.InstanceLabel))
}

// keepLocal adds the rule that drops the targets of other hosts.
func keepLocal(b *block, regex string) {
	rule := b.add("relabel_config", []string{"only targets on this machine"})
	rule.set("source_labels", list([]element{{value: quoted(model.AddressLabel)}}))
	rule.set("regex", quoted(regex))
	rule.set("action", quoted(string(relabel.Keep)))
}
