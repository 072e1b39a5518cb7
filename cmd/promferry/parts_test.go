package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
)

const twoJobs = `
gateway "a" {
  url = "http://a:9091"
}
gateway "b" {
  url = "http://b:9091"
  basic_auth {
    username = "u"
    password = env("PASSWORD")
  }
}
job "one" {
  targets = ["t1:80", "t2:80", "unix:///run/app.sock"]
}
job "two" {
  targets = ["t3:80"]
  gateways = ["a"]
  proxy_url = "http://proxy:3128"
  no_proxy = "10.0.0.0/8"
  tls_config {
    min_version = "TLS13"
  }
  oauth2 {
    client_id = "id"
    client_secret = env("SECRET")
    token_url = "https://tokens.example/"
    proxy_from_environment = true
  }
}
builtin "network" {
  device_exclude = "lo|veth.*"
}
`

// assembled makes the parts of a text, of those before.
func assembled(t testing.TB, f *ferry, text string, before *parts) *parts {
	t.Helper()
	loader := &configs.Loader{LookupEnv: func(string) (string, bool) { return "secret", true }}
	cfg, diags := loader.LoadBytes("test.hcl", []byte(text))
	if cfg == nil {
		t.Fatal(diags)
	}
	p := f.assemble(cfg, before)
	f.settle(p, before)
	return p
}

func TestAssembleKeepsWhatIsTheSame(t *testing.T) {
	f := newFerry(1<<20, composition{})
	before := assembled(t, f, twoJobs, new(parts))
	type kept struct {
		gateways, targets, clients string // 1 for one that is the same object
	}
	for name, test := range map[string]struct {
		change [][2]string
		want   kept
	}{
		"nothing":               {nil, kept{"11", "11111", "11111"}},
		"a comment":             {[][2]string{{`job "one"`, "# one\njob \"one\""}}, kept{"11", "11111", "11111"}},
		"the order":             {[][2]string{{`"t1:80", "t2:80"`, `"t2:80", "t1:80"`}}, kept{"11", "11111", "11111"}},
		"a target less":         {[][2]string{{`"t1:80", `, ""}}, kept{"11", "1111", "1111"}},
		"a target more":         {[][2]string{{`"t1:80", `, `"t1:80", "t4:80", `}}, kept{"11", "101111", "111111"}},
		"an interval":           {[][2]string{{`targets = ["t3:80"]`, "targets = [\"t3:80\"]\nscrape_interval = \"20s\""}}, kept{"11", "11101", "11111"}},
		"labels":                {[][2]string{{`targets = ["t3:80"]`, "targets = [\"t3:80\"]\nlabels = { a = \"b\" }"}}, kept{"11", "11101", "11111"}},
		"where a job goes":      {[][2]string{{`gateways = ["a"]`, `gateways = ["b"]`}}, kept{"11", "11101", "11111"}},
		"a gateway's user":      {[][2]string{{`"u"`, `"v"`}}, kept{"10", "00010", "11111"}},
		"a gateway's URL":       {[][2]string{{"http://a:9091", "http://c:9091"}}, kept{"01", "00000", "11111"}},
		"a gateway in shards":   {[][2]string{{`url = "http://a:9091"`, `urls = ["http://a:9091", "http://c:9091"]`}}, kept{"001", "00000", "11111"}},
		"a gateway more":        {[][2]string{{`gateway "a"`, "gateway \"c\" { url = \"http://c\" }\ngateway \"a\""}}, kept{"011", "00010", "11111"}},
		"the devices":           {[][2]string{{"veth", "tun"}}, kept{"11", "11110", "11111"}},
		"a job of another name": {[][2]string{{`"two"`, `"three"`}}, kept{"11", "11101", "11101"}},
		"a gateway elsewhere":   {[][2]string{{"gateway \"a\" {\n  url = \"http://a:9091\"\n}\n", ""}, {"job \"one\"", "gateway \"a\" {\n  url = \"http://a:9091\"\n}\njob \"one\""}}, kept{"11", "11111", "11111"}},
	} {
		after := assembled(t, f, replaced(t, twoJobs, test.change), before)
		var got kept
		for _, g := range after.named().All() {
			got.gateways += mark(slices.Contains(before.named().All(), g))
		}
		for _, target := range after.targets() {
			got.targets += mark(slices.Contains(before.targets(), target))
			source, overHTTP := target.Source.(*scrape.HTTP)
			got.clients += mark(!overHTTP || before.clients()[source.Client])
		}
		if got != test.want {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}

const threeShards = `
gateway "a" {
  urls = ["http://a:9091", "http://b:9091", "http://c:9091/x"]
}
job "one" {
  targets = ["t1:80", "t2:80"]
}
`

func TestAssembleKeepsShards(t *testing.T) {
	f := newFerry(1<<20, composition{})
	before := assembled(t, f, threeShards, new(parts))
	for name, test := range map[string]struct {
		change          [2]string
		shards, targets string // 1 for one that is the same object
	}{
		"nothing":      {[2]string{}, "111", "11"},
		"their order":  {[2]string{`"http://a:9091", "http://b:9091"`, `"http://b:9091", "http://a:9091"`}, "111", "11"},
		"one less":     {[2]string{`"http://a:9091", `, ""}, "11", "00"},
		"one more":     {[2]string{`"http://b:9091"`, `"http://b:9091", "http://d"`}, "1101", "00"},
		"another path": {[2]string{"/x", "/y"}, "110", "00"},
		"another port": {[2]string{"//a:9091", "//a:9092"}, "011", "00"},
		"a setting":    {[2]string{"urls", "timeout = \"5s\"\nurls"}, "000", "00"},
	} {
		after := assembled(t, f, replaced(t, threeShards, [][2]string{test.change}), before)
		var shards, targets string
		for _, g := range after.named().All() {
			shards += mark(slices.Contains(before.named().All(), g))
		}
		for _, target := range after.targets() {
			targets += mark(slices.Contains(before.targets(), target))
		}
		if shards != test.shards || targets != test.targets {
			t.Errorf("%s: got shards %s and targets %s, want %s and %s", name, shards, targets, test.shards, test.targets)
		}
	}
}

func mark(same bool) string {
	if same {
		return "1"
	}
	return "0"
}

// replaced changes a text that has each of the old parts.
func replaced(t *testing.T, text string, changes [][2]string) string {
	t.Helper()
	for _, change := range changes {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("no %q in the text", change[0])
		}
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	return text
}

// A source that keeps something from cycle to cycle is kept where its target
// only goes elsewhere.
func TestAssembleKeepsSources(t *testing.T) {
	f := newFerry(1<<20, composition{})
	before := assembled(t, f, twoJobs, new(parts))
	after := assembled(t, f, replaced(t, twoJobs, [][2]string{{`"u"`, `"v"`}}), before)
	last := func(p *parts) *relay.Target { return p.targets()[len(p.targets())-1] }
	if last(before) == last(after) || last(before).Source != last(after).Source {
		t.Error("the network collector has lost its counters with the gateway's user")
	}
}
