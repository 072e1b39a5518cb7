package configs

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/convert"
)

// load returns the configuration of a text that must be good.
func load(t *testing.T, src string) *Config {
	t.Helper()
	l := testLoader()
	config, diags := l.LoadBytes("test.hcl", []byte(src))
	if config == nil {
		t.Fatalf("got no configuration:\n%s", written(t, l, diags))
	}
	return config
}

// plain compares values of a configuration: expressions by their text.
var plain = cmp.Options{
	cmp.Comparer(func(a, b *regexp.Regexp) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
	}),
	cmpopts.IgnoreUnexported(promconfig.ProxyConfig{}, Job{}),
}

const minimal = `
gateway "default" {
  url = "http://localhost:9091"
}
job "app" {
  targets = ["localhost:8000"]
}
`

func TestDefaults(t *testing.T) {
	want := &Config{
		Workers:         16,
		MaxPendingBytes: 64 << 20,
		Gateways: []Gateway{{
			Name:                "default",
			URLs:                []*url.URL{{Scheme: "http", Host: "localhost:9091"}},
			Loopback:            true,
			Encoding:            "auto",
			Compression:         "auto",
			Timeout:             10 * time.Second,
			MaxConcurrentPushes: 4,
			MinBackoff:          500 * time.Millisecond,
			MaxBackoff:          10 * time.Second,
			HTTP:                promconfig.HTTPClientConfig{EnableHTTP2: true},
		}},
		Jobs: []Job{{
			Name: "app",
			Targets: []Target{{
				URL:      &url.URL{Scheme: "http", Host: "localhost:8000", Path: "/metrics"},
				Loopback: true,
				Labels:   convert.Labels{{Name: "instance", Value: "myhost:8000"}, {Name: "job", Value: "app"}},
				Discovered: convert.Labels{
					{Name: "__address__", Value: "localhost:8000"},
					{Name: "__metrics_path__", Value: "/metrics"},
					{Name: "__scheme__", Value: "http"},
					{Name: "__scrape_interval__", Value: "15s"},
					{Name: "__scrape_timeout__", Value: "10s"},
					{Name: "job", Value: "app"},
				},
				ScrapeInterval: 15 * time.Second,
				ScrapeTimeout:  10 * time.Second,
			}},
			Gateways:          []string{"default"},
			ScrapeInterval:    15 * time.Second,
			ScrapeTimeout:     10 * time.Second,
			HonorTimestamps:   true,
			EnableCompression: true,
			BodySizeLimit:     32 << 20,
			Limits:            convert.Limits{Groups: 100},
			OnScrapeFailure:   MarkDown,
			OnShutdown:        MarkDown,
			HTTP:              promconfig.HTTPClientConfig{FollowRedirects: true, EnableHTTP2: true},
		}},
		Text: "# test.hcl\n" + strings.TrimSpace(minimal) + "\n",
	}
	if diff := cmp.Diff(want, load(t, minimal), plain); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestGatewayValues(t *testing.T) {
	got := load(t, `
gateway "a" {
  url                   = "https://push.example.net/prefix/"
  encoding              = "text"
  compression           = "snappy"
  timeout               = "3s"
  max_concurrent_pushes = 2
  retry {
    min_backoff = "20s"
  }
  basic_auth {
    username = "relay"
    password = env("PASSWORD")
  }
  http_header "x-scope" {
    values = ["edge"]
    files  = ["/run/tenant"]
  }
}
builtin "self" {}
`).Gateways[0]
	want := Gateway{
		Name:                "a",
		URLs:                []*url.URL{{Scheme: "https", Host: "push.example.net", Path: "/prefix"}},
		Encoding:            EncodingText,
		Compression:         CompressionSnappy,
		Timeout:             3 * time.Second,
		MaxConcurrentPushes: 2,
		MinBackoff:          20 * time.Second,
		MaxBackoff:          20 * time.Second, // raised with it
		HTTP: promconfig.HTTPClientConfig{
			EnableHTTP2: true,
			BasicAuth:   &promconfig.BasicAuth{Username: "relay", Password: "s3cr3t-of-env"},
			HTTPHeaders: &promconfig.Headers{Headers: map[string]promconfig.Header{
				"X-Scope": {Values: []string{"edge"}, Files: []string{"/run/tenant"}},
			}},
		},
	}
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Errorf("gateway (-want +got):\n%s", diff)
	}
}

func TestGatewayChoices(t *testing.T) {
	check := func(attribute, encoding, compression string) {
		t.Helper()
		g := load(t, strings.Replace(minimal, `9091"`, "9091\"\n"+attribute, 1)).Gateways[0]
		if g.Encoding != encoding || g.Compression != compression {
			t.Errorf("%s: got %q and %q, want %q and %q", attribute, g.Encoding, g.Compression, encoding, compression)
		}
	}
	check(`encoding = "auto"`, EncodingAuto, CompressionAuto)
	check(`encoding = "protobuf"`, EncodingProtobuf, CompressionAuto)
	check(`encoding = "text"`, EncodingText, CompressionAuto)
	check(`compression = "auto"`, EncodingAuto, CompressionAuto)
	check(`compression = "none"`, EncodingAuto, CompressionNone)
	check(`compression = "gzip"`, EncodingAuto, CompressionGzip)
	check(`compression = "snappy"`, EncodingAuto, CompressionSnappy)
}

func TestGatewayShards(t *testing.T) {
	src := strings.Replace(minimal, `url = "http://localhost:9091"`, `urls = ["http://localhost:9091/a/", "https://b"]`, 1)
	got := load(t, src).Gateways[0]
	want := []*url.URL{{Scheme: "http", Host: "localhost:9091", Path: "/a"}, {Scheme: "https", Host: "b"}}
	if diff := cmp.Diff(want, got.URLs); diff != "" {
		t.Errorf("shards (-want +got):\n%s", diff)
	}
	if got.Loopback {
		t.Error("not all of them are on this machine")
	}
}

func TestGatewayLoopback(t *testing.T) {
	check := func(host string, want bool) {
		t.Helper()
		if got := load(t, strings.Replace(minimal, "localhost:9091", host, 1)).Gateways[0].Loopback; got != want {
			t.Errorf("%s: got %v, want %v", host, got, want)
		}
	}
	check("localhost/prefix", true)
	check("127.0.0.2:9091", true)
	check("[::1]:9091", true)
	check("0.0.0.0:9091", false)
	check("10.0.0.1:9091", false)
	check("localhost.example.net:9091", false)
}

func TestJobValues(t *testing.T) {
	config := load(t, minimal+`
global {
  scrape_interval = "30s"
  sample_limit    = 5
  label_limit     = 6
  on_shutdown     = "keep"
}
job "node" {
  targets                  = ["node:9100"]
  scheme                   = "https"
  metrics_path             = "/m"
  params                   = { module = ["a b", "c"], empty = [] }
  honor_labels             = true
  honor_timestamps         = false
  fallback_scrape_protocol = "OpenMetricsText1.0.0"
  enable_compression       = false
  follow_redirects         = false
  scrape_interval          = "1m30s"
  body_size_limit          = "1KiB"
  sample_limit             = 7
  label_name_length_limit  = 8
  label_value_length_limit = 9
  group_limit              = 0
  on_scrape_failure        = "keep"
  basic_auth {
    username_file = "/run/user"
    password_file = "/run/password"
  }
}
`)
	want := Job{
		Name: "node",
		Targets: []Target{{
			URL:    &url.URL{Scheme: "https", Host: "node:9100", Path: "/m", RawQuery: "module=a+b&module=c"},
			Labels: convert.Labels{{Name: "instance", Value: "node:9100"}, {Name: "job", Value: "node"}},
			Discovered: convert.Labels{
				{Name: "__address__", Value: "node:9100"},
				{Name: "__metrics_path__", Value: "/m"},
				{Name: "__param_module", Value: "a b"},
				{Name: "__scheme__", Value: "https"},
				{Name: "__scrape_interval__", Value: "1m30s"},
				{Name: "__scrape_timeout__", Value: "10s"},
				{Name: "job", Value: "node"},
			},
			ScrapeInterval: 90 * time.Second,
			ScrapeTimeout:  10 * time.Second,
		}},
		Gateways:          []string{"default"},
		ScrapeInterval:    90 * time.Second,
		ScrapeTimeout:     10 * time.Second,
		HonorLabels:       true,
		FallbackMediaType: "application/openmetrics-text",
		BodySizeLimit:     1024,
		Limits:            convert.Limits{Samples: 7, Labels: 6, LabelNameLength: 8, LabelValueLength: 9},
		OnScrapeFailure:   Keep,
		OnShutdown:        Keep,
		HTTP: promconfig.HTTPClientConfig{
			EnableHTTP2: true,
			BasicAuth:   &promconfig.BasicAuth{UsernameFile: "/run/user", PasswordFile: "/run/password"},
		},
	}
	if diff := cmp.Diff(want, config.Jobs[1], plain); diff != "" {
		t.Errorf("job (-want +got):\n%s", diff)
	}
}

func TestFallbackMediaType(t *testing.T) {
	check := func(protocol, want string) {
		t.Helper()
		src := strings.Replace(minimal, `8000"]`, "8000\"]\nfallback_scrape_protocol = \""+protocol+`"`, 1)
		if got := load(t, src).Jobs[0].FallbackMediaType; got != want {
			t.Errorf("%s: got %q, want %q", protocol, got, want)
		}
	}
	check("PrometheusText0.0.4", "text/plain")
	check("PrometheusText1.0.0", "text/plain")
	check("OpenMetricsText0.0.1", "application/openmetrics-text")
	check("OpenMetricsText1.0.0", "application/openmetrics-text")
	check("PrometheusProto", "application/vnd.google.protobuf")
}

func TestFilesAreOneTarget(t *testing.T) {
	got := load(t, minimal+`
job "textfile" {
  files   = ["/var/*.prom", "/srv/a.prom"]
  max_age = "1d"
}
`).Jobs[1].Targets
	want := []Target{{
		Files:  []string{"/var/*.prom", "/srv/a.prom"},
		MaxAge: 24 * time.Hour,

		ScrapeInterval: 15 * time.Second,
		ScrapeTimeout:  10 * time.Second,

		Labels:     convert.Labels{{Name: "instance", Value: "myhost"}, {Name: "job", Value: "textfile"}},
		Discovered: convert.Labels{{Name: "job", Value: "textfile"}},
	}}
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func TestBuiltinValues(t *testing.T) {
	got := load(t, `
global {
  labels       = { site = "fra1" }
  sample_limit = 1 # not for builtins
}
gateway "default" {
  url = "http://localhost:9091"
}
builtin "network" {}
builtin "self" {
  job             = "me"
  instance        = "it"
  scrape_interval = "5s"
  on_shutdown     = "delete"
}
`).Jobs
	want := []Job{{
		Name:    "network_traffic",
		Builtin: "network",
		Network: Network{DeviceExclude: anchored(defaultDeviceExclude), RequireAddress: "any"},
		Targets: []Target{{
			Labels:     convert.LabelsOf(map[string]string{"job": "network_traffic", "instance": "myhost", "site": "fra1"}),
			Discovered: convert.LabelsOf(map[string]string{"job": "network_traffic", "site": "fra1"}),

			ScrapeInterval: 15 * time.Second,
			ScrapeTimeout:  10 * time.Second,
		}},
		Gateways:          []string{"default"},
		ScrapeInterval:    15 * time.Second,
		ScrapeTimeout:     10 * time.Second,
		EnableCompression: true,
		OnScrapeFailure:   MarkDown,
		OnShutdown:        MarkDown,
	}, {
		Name:    "me",
		Builtin: "self",
		Targets: []Target{{
			Labels:     convert.LabelsOf(map[string]string{"job": "me", "instance": "it", "site": "fra1"}),
			Discovered: convert.LabelsOf(map[string]string{"job": "me", "instance": "it", "site": "fra1"}),

			ScrapeInterval: 5 * time.Second,
			ScrapeTimeout:  5 * time.Second,
		}},
		Gateways:          []string{"default"},
		ScrapeInterval:    5 * time.Second,
		ScrapeTimeout:     5 * time.Second,
		EnableCompression: true,
		OnScrapeFailure:   MarkDown,
		OnShutdown:        Delete,
	}}
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}
}

func TestNetworkDevices(t *testing.T) {
	check := func(attributes, device string, include, exclude bool) {
		t.Helper()
		n := load(t, minimal+`builtin "network" {`+attributes+`}`).Jobs[1].Network
		if got := n.DeviceInclude != nil && n.DeviceInclude.MatchString(device); got != include {
			t.Errorf("%s: include %s: got %v, want %v", attributes, device, got, include)
		}
		if got := n.DeviceExclude != nil && n.DeviceExclude.MatchString(device); got != exclude {
			t.Errorf("%s: exclude %s: got %v, want %v", attributes, device, got, exclude)
		}
	}
	check(``, "lo", false, true)
	check(``, "veth0a1b", false, true)
	check(``, "lo2", false, false) // anchored
	check(``, "eth0", false, false)
	check(`device_include = "lo|eth0"`, "lo", true, false)
	check(`device_include = "lo|eth0"`, "eth01", false, false)
	check(`device_exclude = ""`, "lo", false, false)
	check(`device_exclude = "eth.*"`, "lo", false, false)
}

// TestTimeouts: an inherited timeout gives way to a shorter interval.
func TestTimeouts(t *testing.T) {
	check := func(global, job string, interval, timeout time.Duration) {
		t.Helper()
		got := load(t, minimal+"global {\n"+global+"\n}\njob \"node\" {\n targets = [\"node\"]\n"+job+"\n}").Jobs[1]
		if got.ScrapeInterval != interval || got.ScrapeTimeout != timeout {
			t.Errorf("global %q, job %q: got %v and %v, want %v and %v", global, job, got.ScrapeInterval, got.ScrapeTimeout, interval, timeout)
		}
	}
	const second = time.Second
	check(``, ``, 15*second, 10*second)
	check(`scrape_interval = "5s"`, ``, 5*second, 5*second)
	check(`scrape_timeout = "12s"`, `scrape_interval = "8s"`, 8*second, 8*second)
	check(`scrape_timeout = "12s"`, `scrape_interval = "1m"`, 60*second, 12*second)
	check(`scrape_interval = "5s"`, `scrape_interval = "1m"`, 60*second, 5*second)
	check(``, `scrape_timeout = "15s"`, 15*second, 15*second)
}
