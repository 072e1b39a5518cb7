package configs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlags(t *testing.T) {
	f := Flags{Targets: []string{"localhost:8000", "https://b/m"}, Gateway: "http://gw:9091/${x}", Job: `a "b"`}
	config := load(t, string(f.HCL()))
	if got := config.Gateways[0].URLs[0].Path; got != "/${x}" {
		t.Errorf("got path %q, want /${x}: a template must not be evaluated", got)
	}
	var got []string
	for _, target := range config.Jobs[0].Targets {
		got = append(got, target.Labels.String())
	}
	want := []string{`{instance="myhost:8000",job="a \"b\""}`, `{instance="b",job="a \"b\""}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

func TestFlagsInstanceAndDefaultJob(t *testing.T) {
	f := Flags{Targets: []string{"localhost:8000"}, Gateway: "http://gw:9091", Instance: "pod-1"}
	if got := load(t, string(f.HCL())).Jobs[0].Targets[0].Labels.String(); got != `{instance="pod-1",job="app"}` {
		t.Errorf("got %s", got)
	}
}

func TestFlagsRemoteWrite(t *testing.T) {
	check := func(gateway string, want ...string) {
		t.Helper()
		f := Flags{Targets: []string{"localhost:8000"}, Gateway: gateway, RemoteWrite: "http://store/w?${x}=s3cret"}
		config := load(t, string(f.HCL()))
		if diff := cmp.Diff(want, config.Jobs[0].Gateways); diff != "" {
			t.Errorf("where the job goes (-want +got):\n%s", diff)
		}
		if got := config.RemoteWrites[0].URL.RawQuery; got != "${x}=s3cret" || strings.Contains(config.Text, "s3cret") {
			t.Errorf("got the query %q, want ${x}=s3cret, hidden in\n%s", got, config.Text)
		}
	}
	check("", "store")
	check("http://gw:9091", "default", "store")
}

func TestFlagsWithout(t *testing.T) {
	l := testLoader()
	_, diags := l.LoadBytes("flags", Flags{}.HCL())
	got := written(t, l, diags)
	for _, want := range []string{"No gateway and no remote_write", "No job to scrape"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s\nwant %q in it", got, want)
		}
	}
}

func TestFlagsGatewayAlone(t *testing.T) {
	l := testLoader()
	l.GatewaysOnly = true
	config, diags := l.LoadBytes("flags", Flags{Gateway: "http://gw:9091/p/"}.HCL())
	if config == nil || len(diags) > 0 || config.Gateways[0].URLs[0].String() != "http://gw:9091/p" {
		t.Errorf("got %+v, %v, want a gateway and no job", config, diags)
	}
	if _, diags := l.LoadBytes("flags", Flags{Gateway: "gw:9091"}.HCL()); !strings.Contains(written(t, l, diags), "Bad gateway URL") {
		t.Errorf("got %v, want a bad URL", diags)
	}
}
