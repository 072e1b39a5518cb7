package prometheusyaml

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"go.yaml.in/yaml/v3"
)

// secrets are those that were met. Each has a variable of the environment, which
// stands in the output instead.
type secrets struct {
	variables map[*yaml.Node]string // by the value that holds the secret
	taken     map[string]bool       // variables
	values    []string              // longer ones, to find them in comments
}

// variable returns the variable of a secret: one name for one value, however
// many jobs share it through an anchor.
func (s *scope) variable(name string, v value) string {
	if variable, known := s.secrets.variables[v.node]; known {
		return variable
	}
	stem := "PROMFERRY_" + notInVariables.ReplaceAllString(strings.ToUpper(s.job+"_"+name), "_")
	variable := stem
	for i := 2; s.secrets.taken[variable]; i++ {
		variable = fmt.Sprintf("%s_%d", stem, i)
	}
	s.secrets.taken[variable] = true
	s.secrets.variables[v.node] = variable
	if len(v.node.Value) >= 4 { // shorter ones are found in every other word
		s.secrets.values = append(s.secrets.values, v.node.Value)
	}
	return variable
}

var notInVariables = regexp.MustCompile(`[^A-Z0-9]+`)

// hide writes env() for a secret and says what the user has to do.
func (s *scope) hide(name string, v value, instead string) hclwrite.Tokens {
	variable := s.variable(name, v)
	s.choice(v.place, "%s is a secret: set %s in promferry's environment%s", shown(name), variable, instead)
	return environment(variable)
}

// free writes a text that may hold anything. Where it is a URL with a password
// or a token in it, it is a secret as a whole.
func (s *scope) free(name string, v value, text string) hclwrite.Tokens {
	u, err := url.Parse(text)
	if hasPassword(text) || err == nil && hasSecretQuery(u) {
		return s.hide(name, v, ": it is a URL with credentials")
	}
	return quoted(text)
}

// named is free for a value whose name may tell that it is a secret.
func (s *scope) named(name string, v value, text string) hclwrite.Tokens {
	if secretName.MatchString(name) && text != "" {
		return s.hide(name, v, "")
	}
	return s.free(name, v, text)
}

// secretName are names of parameters and headers that carry credentials. auth
// is none: in the SNMP exporter's parameters it is a name.
var secretName = regexp.MustCompile(`(?i)(^key|password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|credentials?)$`)

// hasPassword tells a URL with userinfo. It is careful: a password may hold a
// slash or an @.
func hasPassword(text string) bool { return userinfo.MatchString(text) }

var userinfo = regexp.MustCompile(`://[^/?#\s]*@|://[^\s/]*:\S*@`)

// hasBareUserinfo tells user:password@host without a scheme.
func hasBareUserinfo(address string) bool {
	return !strings.Contains(address, "://") && bareUserinfo.MatchString(address)
}

var bareUserinfo = regexp.MustCompile(`^[^/\s@:]*:[^\s]*@`)

// hasSecretQuery tells a URL with a parameter that is a secret by its name.
func hasSecretQuery(u *url.URL) bool {
	for name := range u.Query() {
		if secretName.MatchString(name) {
			return true
		}
	}
	return false
}

// masked returns a comment without what may be a secret: old credentials are
// often commented out, not deleted.
func (r *reader) masked(comment string) string {
	for _, secret := range r.secrets.values {
		comment = strings.ReplaceAll(comment, secret, hidden)
	}
	comment = assigned.ReplaceAllString(comment, "${1}"+hidden)
	comment = bearer.ReplaceAllString(comment, "${1}"+hidden)
	return anyUserinfo.ReplaceAllString(comment, "://"+hidden+"@")
}

const hidden = "<secret>"

var (
	assigned    = regexp.MustCompile(`(?i)((?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|credential)s?["']?[ \t]*[:=][\s#-]*)[^\s#-][^\n]*`)
	bearer      = regexp.MustCompile(`(?i)\b(bearer |basic )[\w.~+/=-]{12,}`)
	anyUserinfo = regexp.MustCompile(`://\S*@`)
)
