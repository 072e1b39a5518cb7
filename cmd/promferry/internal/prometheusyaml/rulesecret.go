package prometheusyaml

import (
	"maps"
	"regexp"
	"slices"

	"github.com/prometheus/prometheus/model/relabel"
)

// ruleError is the text of an error, which may quote the rule.
func ruleError(v value, err error) string {
	for _, n := range v.node.Content {
		n = valueOf(n, "").node
		for _, text := range append(slices.Clone(n.Content), n) {
			if value := valueOf(text, "").node.Value; tellsSecret(value) || holdsSecret(value) {
				return "the error may quote a secret, and is shown by promtool check config only"
			}
		}
	}
	return oneLine(err)
}

// handlersOf are the handlers for the fields of a rule. What it writes into a
// label whose name tells a secret is one, and so is what it compares such a
// label with.
func handlersOf(rule *relabel.Config, carriers map[string]bool) map[string]handler {
	isSecret := func(name string) bool { return tellsSecret(name) || carriers[name] }
	of := maps.Clone(ruleFields)
	for _, name := range rule.SourceLabels {
		if isSecret(string(name)) {
			of["regex"] = ruleText(string(name))
		}
	}
	if isSecret(rule.TargetLabel) {
		of["replacement"] = ruleText(rule.TargetLabel)
	}
	return of
}

// ruleText writes an expression or a replacement, also an empty one. It is for a
// label that holds a secret, or for "".
func ruleText(secret string) handler {
	return func(s *scope, b *block, f field) {
		t, ok := s.text(f.key, f.value)
		switch {
		case !ok:
		case secret != "" && isLiteral(t):
			b.set(f.key, s.hide(f.key+" of "+secret, f.value, ""), f.comments()...)
		case literalUserinfo.MatchString(t):
			b.set(f.key, s.hide(f.key, f.value, withCredentials), f.comments()...)
		default:
			literal(s, b, f)
		}
	}
}

// literalUserinfo is user:password@ where no operator stands for the password.
var literalUserinfo = regexp.MustCompile(`^[^/\s@:]*:[^\s@\\()\[\]*+?|$]+@`)
