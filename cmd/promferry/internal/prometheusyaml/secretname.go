package prometheusyaml

import (
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// tellsSecret judges the name of a parameter, a header or a label: whether what
// it has carries credentials. auth does not: in the SNMP exporter's parameters
// it is a name.
func tellsSecret(name string) bool {
	return secretName.MatchString(strings.TrimPrefix(name, model.ParamLabelPrefix))
}

var secretName = regexp.MustCompile(`(?i)(?:(?:` + secretWords + `)s?|(?:^|[-_.])(?:key|pass|sig|bearer|authorization)|(?-i:[a-z]Key))[-_]?\d*$`)

const secretWords = `passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private)[-_]?key|credential|assertion|signature|jwt|cookie`

// isPublicParam tells the parameters of a request for a token that are names, by
// RFC 6749, 7521, 8693 and 8707 and as some servers have them. All others may be
// what the server knows the client by.
func isPublicParam(name string) bool { return publicParam.MatchString(name) }

var publicParam = regexp.MustCompile(`(?i)^(?:audience|resource|scope|grant_type|client_id|realm|tenant|client_assertion_type|(?:subject|actor|requested)_token_type)$`)

// carriersOf are the labels out of which rules make one whose name tells a
// secret; then what they have is one too. An address beside others of them is
// still an address.
func carriersOf(rules []*relabel.Config) map[string]bool {
	carriers := map[string]bool{}
	for _, r := range slices.Backward(rules) {
		if !copies(r) || !tellsSecret(r.TargetLabel) && !carriers[r.TargetLabel] {
			continue
		}
		for _, name := range r.SourceLabels {
			if name != model.AddressLabel || len(r.SourceLabels) == 1 {
				carriers[string(name)] = true
			}
		}
	}
	return carriers
}

// copies tells a rule that gives a label what others have.
func copies(r *relabel.Config) bool {
	switch r.Action {
	case relabel.Lowercase, relabel.Uppercase:
		return true
	}
	return r.Action == relabel.Replace && strings.Contains(r.Replacement, "$")
}

// isLiteral tells a replacement or an expression that has more in it than
// references and operators.
func isLiteral(text string) bool {
	return letters.MatchString(noLetters.ReplaceAllString(text, ""))
}

var (
	noLetters = regexp.MustCompile(`\$\d+|\$\{\d+\}|\\[a-zA-Z]|\(\?[a-zA-Z]*`)
	letters   = regexp.MustCompile(`[\pL\pN]`)
)
