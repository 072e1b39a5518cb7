package prometheusyaml

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// TestTextsReadBack: what HCL takes for its own in a text of Prometheus's is
// escaped, in values, keys and names.
func TestTextsReadBack(t *testing.T) {
	for _, text := range []string{
		"$1:9100", "${1}:9100", "$${1}", "$$", "%{if}", "%%{x}", `(.+)\.(\d+)`, `\\host\share`, `"quoted"`,
		"two\nlines\r\n", "\ttab", "# no comment", "/* nor this */", "été", "for", "null", "a-b", "__param_x", "",
	} {
		var b block
		b.add("job", nil, text).set("labels", object([]element{{key: text, value: list([]element{{value: quoted(text)}})}}))
		src := b.bytes(func(comment string) string { return comment })
		file, diags := hclsyntax.ParseConfig(src, "x.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%q: %v\n%s", text, diags, src)
			continue
		}
		job := file.Body.(*hclsyntax.Body).Blocks[0]
		if got := job.Labels[0]; got != text {
			t.Errorf("label %q: got %q of\n%s", text, got, src)
		}
		value, diags := job.Body.Attributes["labels"].Expr.Value(nil)
		if diags.HasErrors() {
			t.Errorf("%q: %v\n%s", text, diags, src)
			continue
		}
		if got := value.AsValueMap()[text].Index(cty.NumberIntVal(0)).AsString(); got != text {
			t.Errorf("text %q: got %q of\n%s", text, got, src)
		}
	}
}
