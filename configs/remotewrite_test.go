package configs

import (
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

const minimalStore = `
remote_write "store" {
  url = "http://localhost:9090/api/v1/write"
}
job "app" {
  targets = ["localhost:8000"]
}
`

// plainRules compares the expressions of rules by their text.
var plainRules = cmp.Options{plain, cmp.Comparer(func(a, b relabel.Regexp) bool { return a.String() == b.String() })}

func TestRemoteWriteDefaults(t *testing.T) {
	config := load(t, minimalStore)
	want := []RemoteWrite{{
		Name:     "store",
		URL:      &url.URL{Scheme: "http", Host: "localhost:9090", Path: "/api/v1/write"},
		Loopback: true,
		Timeout:  30 * time.Second,
		Queue: Queue{
			Capacity:          10000,
			MaxSamplesPerSend: 2000,
			BatchSendDeadline: 5 * time.Second,
			MinBackoff:        30 * time.Millisecond,
			MaxBackoff:        5 * time.Second,
		},
		HTTP: promconfig.HTTPClientConfig{EnableHTTP2: true},
	}}
	if diff := cmp.Diff(want, config.RemoteWrites, plainRules); diff != "" {
		t.Errorf("remote_writes (-want +got):\n%s", diff)
	}
	if len(config.Gateways) > 0 || !slices.Equal(config.Jobs[0].Gateways, []string{"store"}) {
		t.Errorf("got gateways %v, and a job for %q, want none, and the store", config.Gateways, config.Jobs[0].Gateways)
	}
}

func TestRemoteWriteValues(t *testing.T) {
	got := load(t, minimalStore+`
remote_write "mimir" {
  url          = "https://mimir.example.net/api/v1/push?tenant=a%20b"
  timeout      = "3s"
  enable_http2 = false
  queue {
    capacity             = 500
    max_samples_per_send = 400
    batch_send_deadline  = "1s"
    min_backoff          = "1s"
    max_backoff          = "1m"
  }
  spool {
    directory = "spool/./mimir/"
    max_size  = "512MB"
    max_age   = "6h"
  }
  write_relabel_config {
    source_labels = ["__name__", "team"]
    regex         = "go_.*;(.*)"
    action        = "drop"
  }
  write_relabel_config {
    target_label = "replica"
    replacement  = "$1"
  }
  http_header "X-Scope-OrgID" {
    values = ["edge"]
  }
  authorization {
    credentials_file = "/run/token"
  }
}
`).RemoteWrites[1]
	want := RemoteWrite{
		Name:    "mimir",
		URL:     &url.URL{Scheme: "https", Host: "mimir.example.net", Path: "/api/v1/push", RawQuery: "tenant=a%20b"},
		Timeout: 3 * time.Second,
		Queue: Queue{
			Capacity:          500,
			MaxSamplesPerSend: 400,
			BatchSendDeadline: time.Second,
			MinBackoff:        time.Second,
			MaxBackoff:        time.Minute,
		},
		Spool: &Spool{Directory: "spool/mimir", MaxSize: 512 << 20, MaxAge: 6 * time.Hour},
		WriteRules: []*relabel.Config{{
			SourceLabels: model.LabelNames{"__name__", "team"},
			Separator:    ";",
			Regex:        relabel.MustNewRegexp("go_.*;(.*)"),
			Replacement:  "$1",
			Action:       relabel.Drop,

			NameValidationScheme: model.UTF8Validation,
		}, {
			Separator:   ";",
			Regex:       relabel.MustNewRegexp("(.*)"),
			TargetLabel: "replica",
			Replacement: "$1",
			Action:      relabel.Replace,

			NameValidationScheme: model.UTF8Validation,
		}},
		HTTP: promconfig.HTTPClientConfig{
			HTTPHeaders:   &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Scope-Orgid": {Values: []string{"edge"}}}},
			Authorization: &promconfig.Authorization{Type: "Bearer", CredentialsFile: "/run/token"},
		},
	}
	if diff := cmp.Diff(want, got, plainRules); diff != "" {
		t.Errorf("remote_write (-want +got):\n%s", diff)
	}
}

// TestQueueGivesWay: of capacity and max_samples_per_send the one that is not set
// goes by the other; a max_backoff that is not set goes by min_backoff.
func TestQueueGivesWay(t *testing.T) {
	check := func(queue string, capacity, once int, longest time.Duration) {
		t.Helper()
		q := load(t, strings.Replace(minimalStore, "/write\"\n", "/write\"\nqueue {\n"+queue+"\n}\n", 1)).RemoteWrites[0].Queue
		if q.Capacity != capacity || q.MaxSamplesPerSend != once || q.MaxBackoff != longest {
			t.Errorf("%s: got %+v, want %d, %d and %s", queue, q, capacity, once, longest)
		}
	}
	check("", 10000, 2000, 5*time.Second)
	check("capacity = 1500", 1500, 1500, 5*time.Second)
	check("capacity = 50000", 50000, 2000, 5*time.Second)
	check("max_samples_per_send = 20000", 20000, 20000, 5*time.Second)
	check("max_samples_per_send = 10000", 10000, 10000, 5*time.Second)
	check("capacity = 1\nmax_samples_per_send = 1\nmin_backoff = \"10s\"", 1, 1, 10*time.Second)
}

func TestSpoolDefaults(t *testing.T) {
	got := load(t, strings.Replace(minimalStore, "/write\"\n", "/write\"\nspool {\ndirectory = \"/var/lib/store\"\n}\n", 1)).RemoteWrites[0].Spool
	if want := (Spool{Directory: "/var/lib/store", MaxSize: 1 << 30}); *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

// TestSpoolUsedTwice names both, whatever the spelling.
func TestSpoolUsedTwice(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	resolve := func(path string) (string, error) { // link leads to real
		switch path {
		case filepath.Join(here, "real"), filepath.Join(here, "link"):
			return filepath.Join(here, "real"), nil
		case here, filepath.Dir(here):
			return path, nil
		}
		return "", fs.ErrNotExist
	}
	check := func(first, second string, twice bool) {
		t.Helper()
		l := testLoader()
		l.Resolve = resolve
		config, diags := l.LoadBytes("test.hcl", []byte(`remote_write "one" {
  url = "http://a/write"
  spool { directory = "`+first+`" }
}
remote_write "two" {
  url = "http://a/write"
  spool { directory = "`+second+`" }
}
builtin "self" {}
`))
		if twice != (config == nil) {
			t.Errorf("%s and %s: got %v, want a refusal: %t", first, second, diags, twice)
		}
		if text := written(t, l, diags); twice && (!strings.Contains(text, `The remote_write "one" at test.hcl:1 has the directory`) || !strings.Contains(text, `"two" needs`)) {
			t.Errorf("%s and %s: got\n%s\nwant the names of both", first, second, text)
		}
	}
	check("spool", "spool", true)
	check("spool", "./spool/", true)
	check("spool", here+"/x/../spool", true)
	check("/spool", "/spool2", false)
	check("/spool", "/spool/2", false)
	check(filepath.Join(here, "real"), filepath.Join(here, "link"), true)
	check("real/new/one", "link/new/one", true)
	check("real/new", "link/new2", false)
	check("link", "missing", false)
}
