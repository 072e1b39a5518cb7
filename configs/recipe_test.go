package configs

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/convert"
)

// finding is a job that finds its targets; attributes and rules are added.
func finding(t *testing.T, more string) *Job {
	t.Helper()
	return &load(t, minimal+`job "node" {
  file_sd_config {
    files = ["/etc/targets/*.json"]
  }
`+more+`
}`).Jobs[1]
}

type find map[string]string

// TestResolveFoundTargets is the way from what discovery finds to a target, with
// the rules of Prometheus.
func TestResolveFoundTargets(t *testing.T) {
	check := func(more string, in find, url string, want map[string]string) {
		t.Helper()
		target, kept, err := finding(t, more).Resolve(in)
		if err != nil || !kept {
			t.Errorf("%v: got kept %v, error %v", in, kept, err)
			return
		}
		if got := target.UnixSocket + target.URL.String(); got != url {
			t.Errorf("%v: got URL %s, want %s", in, got, url)
		}
		if diff := cmp.Diff(convert.LabelsOf(want), target.Labels); diff != "" {
			t.Errorf("%v: labels (-want +got):\n%s", in, diff)
		}
	}
	rule := func(lines ...string) string {
		return "relabel_config {\n" + strings.Join(lines, "\n") + "\n}\n"
	}

	check("", find{"__address__": "a:1"}, "http://a:1/metrics", find{"job": "node", "instance": "a:1"})
	// What a group says beats the job, but an empty value is none.
	check(`labels = { env = "x", rack = "r" }`, find{"__address__": "a:1", "env": "y", "job": "mine", "rack": ""},
		"http://a:1/metrics", find{"job": "mine", "instance": "a:1", "env": "y"})
	check("", find{"__address__": "a:1", "job": ""}, "http://a:1/metrics", find{"job": "node", "instance": "a:1"})
	// Labels say how a target is scraped, and go; so do those that say how it was found.
	check(`params = { module = ["m", "n"] }`, find{
		"__address__": "a:1", "__scheme__": "https", "__metrics_path__": "/x", "__param_module": "o", "__param_target": "t", "__meta_filepath": "f", "__tmp": "z",
	}, "https://a:1/x?module=o&module=n&target=t", find{"job": "node", "instance": "a:1"})
	// The pattern of the blackbox exporter: the address as written is the parameter.
	check(rule(`source_labels = ["__address__"]`, `target_label = "__param_target"`)+
		rule(`source_labels = ["__param_target"]`, `target_label = "instance"`)+
		rule(`target_label = "__address__"`, `replacement = "localhost:9115"`),
		find{"__address__": "https://example.net/a?b=c"},
		"http://localhost:9115/metrics?target=https%3A%2F%2Fexample.net%2Fa%3Fb%3Dc", find{"job": "node", "instance": "https://example.net/a?b=c"})
	// Meta labels are there for rules alone.
	check(rule(`action = "labelmap"`, `regex = "__meta_kind_(.+)"`), find{"__address__": "a:1", "__meta_kind_rack": "r7"},
		"http://a:1/metrics", find{"job": "node", "instance": "a:1", "rack": "r7"})
	// A loopback host is this machine, found or not; a socket as well.
	check("", find{"__address__": "localhost:1"}, "http://localhost:1/metrics", find{"job": "node", "instance": "myhost:1"})
	check("", find{"__address__": "unix:///run/app.sock:/x"}, "/run/app.sockhttp://localhost/x", find{"job": "node", "instance": "myhost"})
	check("", find{"__address__": "app", "__unix_socket__": "/run/app.sock"}, "/run/app.sockhttp://app/metrics", find{"job": "node", "instance": "app"})
	check("", find{"__unix_socket__": "/run/app.sock"}, "/run/app.sockhttp://localhost/metrics", find{"job": "node", "instance": "myhost"})
	// A name that no grouping key takes is written with underscores.
	check("", find{"__address__": "a:1", "app.kubernetes.io/name": "shop"}, "http://a:1/metrics",
		find{"job": "node", "instance": "a:1", "app_kubernetes_io_name": "shop"})
	check("", find{"__address__": "a:1", "a:b": "x"}, "http://a:1/metrics", find{"job": "node", "instance": "a:1", "a_b": "x"})
}

func TestResolveTimes(t *testing.T) {
	job := finding(t, `scrape_interval = "30s"`)
	target, _, err := job.Resolve(find{"__address__": "a:1", "__scrape_interval__": "1m", "__scrape_timeout__": "7s"})
	if err != nil || target.ScrapeInterval != time.Minute || target.ScrapeTimeout != 7*time.Second {
		t.Errorf("got %v and %v, error %v; want 1m and 7s", target.ScrapeInterval, target.ScrapeTimeout, err)
	}
	target, _, err = job.Resolve(find{"__address__": "a:1"})
	if err != nil || target.ScrapeInterval != 30*time.Second || target.ScrapeTimeout != 10*time.Second {
		t.Errorf("got %v and %v, error %v; want the job's 30s and 10s", target.ScrapeInterval, target.ScrapeTimeout, err)
	}
}

// TestResolveDrops: what was before relabeling is known of a dropped target, too.
func TestResolveDrops(t *testing.T) {
	job := finding(t, "relabel_config {\n source_labels = [\"env\"]\n regex = \"test\"\n action = \"drop\"\n}")
	target, kept, err := job.Resolve(find{"__address__": "a:1", "env": "test"})
	if kept || err != nil {
		t.Fatalf("got kept %v, error %v, want it dropped", kept, err)
	}
	want := convert.LabelsOf(find{
		"__address__": "a:1", "__metrics_path__": "/metrics", "__scheme__": "http",
		"__scrape_interval__": "15s", "__scrape_timeout__": "10s", "env": "test", "job": "node",
	})
	if diff := cmp.Diff(want, target.Discovered); diff != "" || target.Labels != nil {
		t.Errorf("labels %v, discovered (-want +got):\n%s", target.Labels, diff)
	}
}

// TestResolveRefuses: one target that is wrong is told apart, without secrets.
func TestResolveRefuses(t *testing.T) {
	check := func(in find, want string) {
		t.Helper()
		target, kept, err := finding(t, "").Resolve(in)
		if kept || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%v: got kept %v, error %v, want %q in it", in, kept, err, want)
		}
		if target.Discovered == nil || target.Labels != nil {
			t.Errorf("%v: got %+v, want what it was before relabeling", in, target)
		}
	}
	check(find{}, "no __address__")
	check(find{"__address__": "a b"}, "characters that no host has")
	check(find{"__address__": "a:1/metrics"}, "has a path but no scheme")
	check(find{"__address__": "http://u:canary@a:1"}, "user:password@")
	check(find{"__address__": "http://a:1/?key=canary"}, "query")
	check(find{"__address__": "a:1", "__scheme__": "gopher"}, "__scheme__")
	check(find{"__address__": "a:1", "__metrics_path__": "/m?key=canary"}, "__metrics_path__")
	check(find{"__address__": "a:1", "__scrape_interval__": "0s"}, "__scrape_interval__")
	check(find{"__address__": "a:1", "__scrape_timeout__": "1h"}, "above __scrape_interval__")
	check(find{"__address__": "a:1", "le": "1"}, "histograms and summaries")
	check(find{"__address__": "a:1", "env": "\xff"}, "not UTF-8")
	check(find{"__unix_socket__": "app.sock"}, "absolute path")
	check(find{"__address__": "a:1", "a.b": "x", "a_b": "y"}, `"a.b" and "a_b"`)
	check(find{"__address__": "a:1", "..b": "x"}, "reserved")
}
