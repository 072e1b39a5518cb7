package prometheusyaml

import (
	"cmp"
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
	variables map[secretPart]string
	taken     map[string]bool // variables
	values    []string        // longer ones, to find them in comments
}

// A secretPart is the value that holds a secret, or what of it is one.
type secretPart struct {
	node *yaml.Node
	part string // "" is all of it
}

const credentials = "credentials" // the part of a URL

// variable returns the variable of a secret: one name for one value, however
// many jobs share it through an anchor.
func (s *scope) variable(name string, of secretPart) string {
	if variable, known := s.secrets.variables[of]; known {
		return variable
	}
	stem := "PROMFERRY_" + variableOf(cmp.Or(s.job, s.store), "JOB") + "_" + variableOf(name, "SECRET")
	variable := stem
	for i := 2; s.secrets.taken[variable]; i++ {
		variable = fmt.Sprintf("%s_%d", stem, i)
	}
	s.secrets.taken[variable] = true
	s.secrets.variables[of] = variable
	s.secrets.remember(of.node.Value)
	return variable
}

// variableOf is a name in the letters of a variable; otherwise where it has none
// of them.
func variableOf(name, otherwise string) string {
	return cmp.Or(strings.Trim(notInVariables.ReplaceAllString(strings.ToUpper(name), "_"), "_"), otherwise)
}

var notInVariables = regexp.MustCompile(`[^A-Z0-9]+`)

// remember has comments be searched for a value. Shorter ones are found in every
// other word.
func (s *secrets) remember(value string) {
	if len(value) >= 4 {
		s.values = append(s.values, value)
	}
}

// hide writes env() for a secret and says what the user has to do.
func (s *scope) hide(name string, v value, instead string) hclwrite.Tokens {
	variable := s.variable(name, secretPart{node: v.node})
	s.ask(variable, v.place, "%s is a secret: set %s in promferry's environment to it%s", shown(name), variable, instead)
	return environment(variable)
}

// free writes a text that may hold anything. Where it is a URL with a password
// or a token in it, it is a secret as a whole.
func (s *scope) free(name string, v value, text string) hclwrite.Tokens {
	if holdsSecret(text) {
		return s.hide(name, v, withCredentials)
	}
	return quoted(text)
}

const withCredentials = ", as a whole: it has credentials in it"

// named is free for a value whose name may tell that it is a secret.
func (s *scope) named(name string, v value, text string) hclwrite.Tokens {
	switch {
	case tellsSecret(name) && text != "":
		return s.hide(name, v, "")
	case hasBareUserinfo(text):
		return s.hide(name, v, withCredentials)
	}
	return s.free(name, v, text)
}

// holdsSecret tells a text that has credentials in it, whatever its name.
func holdsSecret(text string) bool {
	return hasPassword(text) || hasSecretQuery(text) || strings.Contains(text, "PRIVATE KEY-----")
}

// visible is a wrong value for a report.
func visible(text string) string {
	if holdsSecret(text) || hasBareUserinfo(text) {
		return hidden
	}
	return text
}

// hasPassword tells a URL with userinfo. It is careful: a password may hold a
// slash or an @.
func hasPassword(text string) bool { return userinfo.MatchString(text) }

var userinfo = regexp.MustCompile(`://[^/?#\s]*@|://[^\s/]*:\S*@`)

// hasBareUserinfo tells user:password@host without a scheme.
func hasBareUserinfo(address string) bool {
	return !strings.Contains(address, "://") && bareUserinfo.MatchString(address)
}

var bareUserinfo = regexp.MustCompile(`^[^/\s@:]*:[^\s]*@`)

// hasSecretQuery tells a text with a parameter in it that is a secret by its
// name. It needs no good URL.
func hasSecretQuery(text string) bool {
	start := strings.IndexAny(text, "?#")
	if start < 0 {
		return false
	}
	for _, p := range strings.FieldsFunc(text[start:], func(c rune) bool { return strings.ContainsRune("?&;#", c) }) {
		name, value, _ := strings.Cut(p, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if tellsSecret(name) && isLiteral(value) {
			return true
		}
	}
	return false
}
