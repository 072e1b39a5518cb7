package configs

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/zclconf/go-cty/cty"
)

// rules reads the relabeling rules of a job, in their order.
func (s *section) rules(schema *blockSchema) []*relabel.Config {
	var all []*relabel.Config
	for _, block := range s.sections(schema) {
		if rule, ok := block.rule(); ok {
			all = append(all, rule)
		}
	}
	return all
}

// rule reads one rule. What Prometheus refuses is refused here.
func (s *section) rule() (rule *relabel.Config, ok bool) {
	s.checkTemplates()
	rule = &relabel.Config{
		Action:      s.action(),
		Separator:   s.textOr("separator", relabel.DefaultRelabelConfig.Separator),
		Regex:       relabel.DefaultRelabelConfig.Regex,
		Modulus:     uint64(s.integer("modulus", 0, 1)),
		TargetLabel: s.textOr("target_label", ""),
		Replacement: s.textOr("replacement", relabel.DefaultRelabelConfig.Replacement),
	}
	if strings.HasPrefix(rule.TargetLabel, model.ParamLabelPrefix) && s.has("replacement") {
		s.mask(s.at("replacement"))
	}
	for _, t := range s.texts("source_labels") {
		if !model.UTF8Validation.IsValidLabelName(t.value) {
			s.refuse("source_labels", t.at, "Bad label name", "%s is no label name.", quote(t.value))
		}
		rule.SourceLabels = append(rule.SourceLabels, model.LabelName(t.value))
	}
	if expr, set := s.ruleText("regex"); set {
		if rule.Regex, ok = s.regex(expr); !ok {
			return nil, false
		}
	}
	if len(s.bad) > 0 {
		return nil, false
	}
	if err := rule.Validate(model.UTF8Validation); err != nil {
		s.errorf(s.block.DefRange(), "Bad relabeling rule", "%s", sentence(err))
		return nil, false
	}
	return rule, true
}

// regex anchors an expression. Alone it may be good where it is not between
// anchors, as "\\Qa" is, and the other way round; the error of the first one has
// no anchors in its text.
func (s *section) regex(expr string) (relabel.Regexp, bool) {
	_, err := regexp.Compile(expr)
	anchored, anchoredErr := relabel.NewRegexp(expr)
	if err := cmp.Or(err, anchoredErr); err != nil {
		s.refuse("regex", s.at("regex"), "Bad regular expression", "regex has a mistake in its RE2 syntax: %s.", err)
		return relabel.Regexp{}, false
	}
	return anchored, true
}

// action may be written in capitals, as in Prometheus.
func (s *section) action() relabel.Action {
	t, ok := s.text("action")
	if !ok {
		return relabel.DefaultRelabelConfig.Action
	}
	words := make([]string, len(actions))
	for i, a := range actions {
		if string(a) == strings.ToLower(t.value) {
			return a
		}
		words[i] = string(a)
	}
	s.refuse("action", t.at, "Unknown relabeling action", "action is %s; write %s.%s", quote(t.value), alternatives(words), didYouMean(t.value, words))
	return relabel.Replace
}

// actions are all that there are.
var actions = []relabel.Action{
	relabel.Replace, relabel.Keep, relabel.Drop, relabel.KeepEqual, relabel.DropEqual, relabel.HashMod,
	relabel.LabelMap, relabel.LabelDrop, relabel.LabelKeep, relabel.Lowercase, relabel.Uppercase,
}

func (s *section) textOr(name, fallback string) string {
	if value, ok := s.ruleText(name); ok {
		return value
	}
	return fallback
}

// ruleText is text for an attribute that checkTemplates has not refused.
func (s *section) ruleText(name string) (value string, ok bool) {
	if s.bad[name] {
		return "", false
	}
	t, ok := s.text(name)
	return t.value, ok
}

// checkTemplates refuses Prometheus's spelling of a capture group, which is a
// template to HCL: "${1}:9100" is the text 1:9100, in silence.
func (s *section) checkTemplates() {
	for _, attr := range s.block.Body.Attributes {
		if group := captureGroup(attr.Expr); group != "" {
			s.refuse(attr.Name, attr.Expr.Range(), "Capture group in a template",
				"HCL takes ${%s} for a value of its own. Write $%s, or $${%s} where more letters follow.", group, group, group)
		}
	}
}

// captureGroup finds what looks like a capture group in the templates of an
// expression, also of those within calls: a number or a bare name between the
// braces. It returns "" without one.
func captureGroup(expr hclsyntax.Expression) (group string) {
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		switch e := node.(type) {
		case *hclsyntax.TemplateWrapExpr:
			group = cmp.Or(group, groupOf(e.Wrapped))
		case *hclsyntax.TemplateExpr:
			for _, part := range e.Parts {
				group = cmp.Or(group, groupOf(part))
			}
		}
		return nil
	})
	return group
}

func groupOf(part hclsyntax.Expression) string {
	switch p := part.(type) {
	case *hclsyntax.LiteralValueExpr:
		if p.Val.Type() == cty.Number {
			return p.Val.AsBigFloat().Text('f', 0)
		}
	case *hclsyntax.ScopeTraversalExpr:
		return p.Traversal.RootName()
	}
	return ""
}
