package prometheusyaml

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v3"
)

func TestTellsSecret(t *testing.T) {
	for name := range strings.FieldsSeq(`token __param_token access_token x-auth-token tokens token2 password passwd
		pwd db_pass passphrase client_secret secrets api_key apikey API-Key X-Api-Key key __param_key
		x-functions-key sessionKey private_key credentials client_assertion signature sig cookie jwt Authorization`) {
		if !tellsSecret(name) {
			t.Errorf("%s: is a secret", name)
		}
	}
	for name := range strings.FieldsSeq(`module target __param_module auth author team monkey compass keyspace
		token_type secret_name tokenizer user username job instance __address__ match[] collect[] format design`) {
		if tellsSecret(name) {
			t.Errorf("%s: is none", name)
		}
	}
}

// TestCarriers: what rules copy into a secret is one, over several rules too.
func TestCarriers(t *testing.T) {
	check := func(rules, want string) {
		t.Helper()
		var all []*relabel.Config
		if err := yaml.Unmarshal([]byte(rules), &all); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(carriersOf(all))), " "); got != want {
			t.Errorf("%s: got %q, want %q", rules, got, want)
		}
	}
	check("[{source_labels: [a], target_label: __param_module}]", "")
	check("[{source_labels: [a], target_label: __param_token}]", "a")
	check("[{source_labels: [a], target_label: __param_token, replacement: x}]", "")
	check("[{source_labels: [a], target_label: b}, {source_labels: [b], target_label: token, action: lowercase}]", "a b")
	check("[{source_labels: [b], target_label: token}, {source_labels: [a], target_label: b}]", "b")
	check("[{source_labels: [__address__, a], target_label: token}]", "a")
	check("[{source_labels: [__address__], target_label: token}]", "__address__")
	check("[{source_labels: [a], target_label: token, action: hashmod, modulus: 2}]", "")
}

func TestIsLiteral(t *testing.T) {
	for _, text := range []string{"", "$1", "${1}", "$1:$2", "(.+)", `\\w+\\d`, "(?i)(.*)", "-"} {
		if isLiteral(text) {
			t.Errorf("%q: is none", text)
		}
	}
	for _, text := range []string{"hunter2", "x$1", "$hunter2", "$$hunter2", "${hunter2}", "hunter2|.*"} {
		if !isLiteral(text) {
			t.Errorf("%q: is one", text)
		}
	}
}
