package configs

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// TestExamples loads each example without an error or a warning.
func TestExamples(t *testing.T) {
	for _, name := range slices.Concat(glob(t, "examples/*.hcl"), glob(t, "testdata/shared/*.hcl")) {
		l := testLoader()
		config, diags := l.Load(name)
		if config == nil || len(diags) > 0 {
			t.Errorf("%s: got diagnostics:\n%s", name, written(t, l, diags))
		}
		src, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(src, hclwrite.Format(src)) {
			t.Errorf("%s: %v, or not formatted", name, err)
		}
	}
}

// TestFullExample: full.hcl has each attribute and each block of the schema.
func TestFullExample(t *testing.T) {
	src, err := os.ReadFile("examples/full.hcl")
	if err != nil {
		t.Fatal(err)
	}
	file, diags := hclsyntax.ParseConfig(src, "full.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	seen := map[string]bool{}
	note(seen, "", file.Body.(*hclsyntax.Body))
	// Only one of the two may be set, so the other stands there as a comment.
	for path, comment := range map[string]string{
		"builtin network/device_include": `# device_include = "`,
		"gateway/tls_config/ca":          `# or ca = env\(`,
		"gateway/tls_config/cert":        `# or cert = env\(`,
		"gateway/tls_config/key":         `# or key = env\(`,
	} {
		seen[path] = regexp.MustCompile(comment).Match(src)
	}
	jobs := jobSchema
	jobs.attributes = withoutHTTP(&jobSchema)
	http := fileSDSchema
	http.kind, http.required, http.attributes = httpSDSchema.kind, httpSDSchema.required, []string{"refresh_interval", "follow_redirects"}
	jobs.blocks = []*blockSchema{&staticConfigSchema, &fileSDSchema, &http, &dnsSDSchema, &relabelSchema, &metricRelabelSchema} // httpClient reads the others: the gateways show it
	writes := remoteWriteSchema
	writes.attributes = withoutHTTP(&remoteWriteSchema)
	writes.blocks = []*blockSchema{&queueSchema, &spoolSchema, &writeRelabelSchema}
	for _, schema := range []*blockSchema{&globalSchema, &gatewaySchema, &writes, &jobs} {
		wantNames(t, seen, schema.kind, schema)
	}
	wantNames(t, seen, "builtin network", &networkSchema)
	wantNames(t, seen, "builtin self", &selfSchema)
}

// withoutHTTP are the attributes that httpClient does not read.
func withoutHTTP(schema *blockSchema) []string {
	return slices.DeleteFunc(slices.Clone(schema.attributes), func(name string) bool { return slices.Contains(httpNames, name) })
}

// note remembers each name in a body under the path of its blocks.
func note(seen map[string]bool, path string, body *hclsyntax.Body) {
	for name := range body.Attributes {
		seen[path+"/"+name] = true
	}
	for _, block := range body.Blocks {
		inner := path + "/" + block.Type
		if path == "" {
			inner = block.Type
		}
		if block.Type == "builtin" {
			inner += " " + block.Labels[0]
		}
		seen[inner] = true
		note(seen, inner, block.Body)
	}
}

func wantNames(t *testing.T, seen map[string]bool, path string, schema *blockSchema) {
	t.Helper()
	for _, name := range schema.names() {
		if !seen[path+"/"+name] {
			t.Errorf("full.hcl has no %s in %s", name, path)
		}
	}
	for _, child := range schema.blocks {
		if path != "gateway/oauth2" { // its blocks are like the gateway's
			wantNames(t, seen, path+"/"+child.kind, child)
		}
	}
}
