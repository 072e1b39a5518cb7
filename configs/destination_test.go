package configs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const bothKinds = `
remote_write "store" {
  url = "http://localhost:9090/api/v1/write"
}
gateway "edge" {
  url = "http://localhost:9091"
}
`

// TestDestinations: a job that names none goes to all, in their order.
func TestDestinations(t *testing.T) {
	config := load(t, bothKinds+`
job "all" {
  targets = ["a:1"]
}
job "stored" {
  targets  = ["b:1"]
  gateways = ["store"]
}
builtin "self" {
  gateways = ["edge", "store"]
}
`)
	var got [][]string
	for _, job := range config.Jobs {
		got = append(got, job.Gateways)
	}
	if diff := cmp.Diff([][]string{{"store", "edge"}, {"store"}, {"edge", "store"}}, got); diff != "" {
		t.Errorf("where jobs go (-want +got):\n%s", diff)
	}
}

// TestDestinationNamesAreOneSet: the error names both places, and both kinds.
func TestDestinationNamesAreOneSet(t *testing.T) {
	l := testLoader()
	_, diags := l.LoadBytes("test.hcl", []byte(strings.Replace(bothKinds, "edge", "store", 1)))
	if got, want := written(t, l, diags), `There is a remote_write "store" at test.hcl:2 already.`; !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant in it\n%s", got, want)
	}
	l = testLoader()
	_, diags = l.LoadBytes("test.hcl", []byte(bothKinds+"job \"a\" {\n targets = [\"a\"]\n gateways = [\"stor\", \"egde\"]\n}\n"))
	got := written(t, l, diags)
	for _, want := range []string{`no gateway or remote_write "stor". Did you mean "store"?`, `"egde". Did you mean "edge"?`} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant in it\n%s", got, want)
		}
	}
}

// TestGatewaysOnlyNeedsOne: a command that scrapes nothing pushes to gateways.
func TestGatewaysOnlyNeedsOne(t *testing.T) {
	check := func(src, want string) {
		t.Helper()
		l := testLoader()
		l.GatewaysOnly = true
		config, diags := l.LoadBytes("test.hcl", []byte(src))
		if got := written(t, l, diags); config != nil || !strings.Contains(got, "No gateway to push to") || !strings.Contains(got, want) {
			t.Errorf("%s: got %v and\n%s\nwant %q", src, config, got, want)
		}
	}
	check(minimalStore, "The configuration has only remote_write")
	check("", "Write at least one: gateway")
	l := testLoader()
	l.GatewaysOnly = true
	if config, diags := l.LoadBytes("test.hcl", []byte(bothKinds)); config == nil || len(config.Gateways) != 1 {
		t.Errorf("got %v, %v, want one gateway", config, diags)
	}
}

// TestClashText says what would happen where the two meet.
func TestClashText(t *testing.T) {
	check := func(gateways, want string) {
		t.Helper()
		l := testLoader()
		_, diags := l.LoadBytes("test.hcl", []byte(bothKinds+`
job "app" {
  targets = ["a:1"]
}
builtin "self" {
  job      = "app"
  instance = "a:1"
  gateways = [`+gateways+`]
}
`))
		if got := strings.Join(strings.Fields(written(t, l, diags)), " "); !strings.Contains(got, want) {
			t.Errorf("%s: got\n%s\nwant in it\n%s", gateways, got, want)
		}
	}
	check(`"edge"`, `has the grouping key {instance="a:1",job="app"} on the gateway "edge", and so has at test.hcl:12: one would overwrite the other.`)
	check(`"store"`, `has the labels {instance="a:1",job="app"} at the remote_write "store", and so has at test.hcl:12: their samples would mix in the same series.`)
}
