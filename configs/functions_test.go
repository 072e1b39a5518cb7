package configs

import (
	"errors"
	"strings"
	"testing"
)

func TestFunctions(t *testing.T) {
	check := func(expr, want string) {
		t.Helper()
		got := load(t, minimal+"job \"f\" {\n targets = [\"f\"]\n labels = { x = "+expr+" }\n}").Jobs[1].Targets[0].Labels.Get("x")
		if got != want {
			t.Errorf("%s: got %q, want %q", expr, got, want)
		}
	}
	check(`env("PASSWORD")`, "s3cr3t-of-env")
	check(`env("NOT_SET", "d")`, "d")
	check(`env("NOT_SET", "")`, "")
	check(`coalesce(env("NOT_SET", null), "d")`, "d")
	check(`hostname()`, "myhost")
	check(`fqdn()`, "myhost.example.net")
	check(`file("/etc/machine")`, "m1")
	check(`lower(upper("aB"))`, "ab")
	check(`trimspace(" a ")`, "a")
	check(`join("-", split(",", "a,b"))`, "a-b")
	check(`replace("a.b", ".", "-")`, "a-b")
	check(`regex("[0-9]+", "web-17")`, "17")
	check(`format("%s-%03d", "a", 7)`, "a-007")
	check(`jsondecode("{\"a\": [\"b\"]}").a[0]`, "b")
	check(`try(env("NOT_SET"), "d")`, "d")
	check(`can(file("/nonexistent")) ? "yes" : "no"`, "no")
}

// TestComputedCollections: a list or a map that is not written out has one range
// for all, and is read the same.
func TestComputedCollections(t *testing.T) {
	job := load(t, minimal+`
job "f" {
  targets = split(",", "a,b")
  labels  = { for k in ["x", "y"] : k => upper(k) }
  params  = jsondecode("{\"p\": [\"1\", \"2\"]}")
}`).Jobs[1]
	if got, want := job.Targets[1].Labels.String(), `{instance="b",job="f",x="X",y="Y"}`; got != want {
		t.Errorf("got labels %s, want %s", got, want)
	}
	if got, want := job.Targets[1].URL.String(), "http://b/metrics?p=1&p=2"; got != want {
		t.Errorf("got URL %s, want %s", got, want)
	}
}

func TestHostNameFails(t *testing.T) {
	l := testLoader()
	l.Hostname = func() (string, error) { return "", errors.New("no name") }
	_, diags := l.LoadBytes("test.hcl", []byte(minimal))
	if len(diags) != 1 || diags[0].Summary != "Host name not known" || !strings.Contains(diags[0].Detail, "no name") {
		t.Errorf("got %v, want one error about the host name", diags)
	}
}

func TestZeroLoaderAsksTheSystem(t *testing.T) {
	t.Setenv("PROMFERRY_TEST_URL", "http://push:9091")
	config, diags := new(Loader).LoadBytes("test.hcl", []byte(`
gateway "default" {
  url = env("PROMFERRY_TEST_URL")
}
job "app" {
  targets  = ["a"]
  instance = hostname()
  labels   = { site = file("testdata/site"), full = fqdn() }
}`))
	if config == nil {
		t.Fatal(diags)
	}
	labels := config.Jobs[0].Targets[0].Labels
	if config.Gateways[0].URLs[0].Host != "push:9091" || labels.Get("site") != "fra1" || !labels.Has("full") {
		t.Errorf("got URL %v, labels %v", config.Gateways[0].URLs[0], labels)
	}
}

func TestNotUTF8(t *testing.T) {
	l := testLoader()
	l.LookupEnv = func(string) (string, bool) { return "\xff", true }
	l.ReadFile = func(string) ([]byte, error) { return []byte("\xff"), nil }
	_, diags := l.LoadBytes("test.hcl", []byte(minimal+`
job "bad" {
  targets  = [env("A")]
  instance = file("b")
}`))
	if got := diags.Error(); len(diags) != 2 || !strings.Contains(got, "not UTF-8") {
		t.Errorf("got %v, want two errors about UTF-8", diags)
	}
}
