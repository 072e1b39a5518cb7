package test

import (
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// newestPushgateway builds the one of test/pushgateway, once, beside binary.
var newestPushgateway = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(filepath.Dir(binary), "pushgateway")
	version, err := inPushgatewayModule("list", "-m", "-f", "{{.Version}}", pushgatewayModule)
	if err != nil {
		return "", err
	}
	stamp := "-X github.com/prometheus/common/version.Version=" + strings.TrimPrefix(version, "v") // as in its releases
	_, err = inPushgatewayModule("build", "-o", path, "-ldflags", stamp, pushgatewayModule)
	return path, err
})

const pushgatewayModule = "github.com/prometheus/pushgateway"

func inPushgatewayModule(args ...string) (out string, err error) {
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stderr = "pushgateway", os.Stderr
	text, err := cmd.Output()
	return strings.TrimSpace(string(text)), err
}

func startNewestPushgateway(t testing.TB, flags ...string) gateway {
	t.Helper()
	program, err := newestPushgateway()
	if err != nil {
		t.Fatalf("build %s: %v", pushgatewayModule, err)
	}
	return gateway{"http://" + startPart(t, "/-/ready", func(host, port string) *exec.Cmd {
		return exec.Command(program, append([]string{"--web.listen-address=" + net.JoinHostPort(host, port)}, flags...)...)
	})}
}

// utf8Names has all types, and names with what has a meaning in the formats.
const utf8Names = `# HELP "http.requests" With a "quote" and a \\.
# TYPE "http.requests" counter
{"http.requests",code="200"} 1
{"http.requests","status.code"="500"} 2
# TYPE "took.seconds" histogram
{"took.seconds_bucket","a b"="c",le="0.5"} 1
{"took.seconds_bucket","a b"="c",le="+Inf"} 2
{"took.seconds_sum","a b"="c"} 4
{"took.seconds_count","a b"="c"} 2
# TYPE "size/é" summary
{"size/é",quantile="0.5"} 10
{"size/é_sum"} 30
{"size/é_count"} 3
# TYPE classic gauge
classic{"x\ny=\"1\"} 1"="2"} 5
classic{x="1"} 6
{"line\nbreak \\ \"quoted\" {a=\"b\"} 1 # x"} 7
{"9"} 8
{"温度","房a间"="厨"} 9
`

const textWithUTF8 = "text/plain; version=1.0.0; escaping=allow-utf-8"

// TestUTF8Names: of several gateways each gets the names that it takes, by one
// scrape. The newest with its flag has them as they are; without it, as text, and
// Debian's, have what the target itself would have told a Prometheus without
// UTF-8 names.
func TestUTF8Names(t *testing.T) {
	t.Parallel()
	takes, refuses, old := startNewestPushgateway(t, "--push.enable-utf8-names"), startNewestPushgateway(t), startPushgateway(t)
	target := startScripted(t, typed("text/plain; version=1.0.0", utf8Names))
	path := config(t, `
		gateway "takes" { url = %q }
		gateway "refuses" { url = %q }
		gateway "old" { url = %q }
		gateway "text" {
			url      = %[1]q
			encoding = "text"
		}
		job "app" {
			targets  = [%[4]q]
			instance = "i"
			gateways = ["takes", "refuses", "old"]
		}
		job "text" {
			targets  = [%[4]q]
			instance = "i"
			gateways = ["text"]
		}
	`, takes.url, refuses.url, old.url, target.address())
	once(t, path).mustBeSilent(t)

	direct, err := parse([]byte(utf8Names), textWithUTF8)
	if err != nil {
		t.Fatal(err)
	}
	whole, escaped := setOf(direct), setOf(underscored(direct))
	if len(whole) != len(direct) || len(escaped) != len(direct) {
		t.Fatalf("%d series are %d with their names and %d with others", len(direct), len(whole), len(escaped))
	}
	for _, c := range []struct {
		gateway gateway
		job     string
		want    seriesSet
	}{
		{takes, "app", whole}, {takes, "text", escaped}, {refuses, "app", escaped}, {old, "app", escaped},
	} {
		got := groupOf(c.gateway.withUTF8(t), c.job, "i")
		if err := got.holds(c.want, 1); err != nil {
			t.Errorf("%s: %v", c.job, err)
		}
	}
	wantTypes(t, takes, map[string]model.MetricType{
		"http.requests": model.MetricTypeCounter, "took.seconds": model.MetricTypeHistogram, "size/é": model.MetricTypeSummary,
		"classic": model.MetricTypeGauge, "http_requests": model.MetricTypeCounter, "took_seconds": model.MetricTypeHistogram,
	})
}

// TestUTF8NamesClash: the gateway refuses a push for the type of such a family,
// and its types are read under its name.
func TestUTF8NamesClash(t *testing.T) {
	t.Parallel()
	gw := startNewestPushgateway(t, "--push.enable-utf8-names")
	to := "--gateway=" + gw.url
	pushed(t, "# TYPE \"a \\\"b\\\"\" counter\n{\"a \\\"b\\\"\"} 1\n", to, "--job=first", "--instance=i").mustBeSilent(t)
	r := pushed(t, "# TYPE \"a \\\"b\\\"\" gauge\n{\"a \\\"b\\\"\"} 2\n{\"a_b\"} 3\n", to, "--job=second", "--instance=i")
	if r.code != 0 || !strings.Contains(r.stderr, "1 families sent with the type that the gateway has") {
		t.Errorf("exit code %d, want 0 and a family retyped: %s", r.code, r.stderr)
	}
	want := []sample{{labels.FromStrings("__name__", `a "b"`), 2}, {labels.FromStrings("__name__", "a_b"), 3}}
	if err := same(groupOf(gw.withUTF8(t), "second", "i"), setOf(want)); err != nil {
		t.Error(err)
	}
}

// underscored returns the series with the names that a target tells a Prometheus
// without UTF-8 names.
func underscored(samples []sample) []sample {
	escaped := make([]sample, len(samples))
	for i, s := range samples {
		b := labels.NewBuilder(labels.EmptyLabels())
		s.labels.Range(func(l labels.Label) {
			if l.Name == model.MetricNameLabel {
				l.Value = model.EscapeName(l.Value, model.UnderscoreEscaping)
			}
			b.Set(model.EscapeName(l.Name, model.UnderscoreEscaping), l.Value)
		})
		escaped[i] = sample{b.Labels(), s.value}
	}
	return escaped
}

// expositionWithUTF8 returns what the gateway says to who takes UTF-8 names.
func (g gateway) expositionWithUTF8(t testing.TB) []byte {
	t.Helper()
	code, body := send(t, http.MethodGet, g.url+"/metrics", "", map[string]string{"Accept": "text/plain;version=1.0.0;escaping=allow-utf-8"})
	if code != http.StatusOK {
		t.Fatalf("status %d: %.200s", code, body)
	}
	return []byte(body)
}

func (g gateway) withUTF8(t testing.TB) []sample {
	t.Helper()
	body := g.expositionWithUTF8(t)
	all, err := parse(body, textWithUTF8)
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return all
}

func wantTypes(t *testing.T, g gateway, want map[string]model.MetricType) {
	t.Helper()
	got, err := parseTypes(g.expositionWithUTF8(t), textWithUTF8)
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(got, func(name string, _ model.MetricType) bool { return want[name] == "" })
	if !maps.Equal(got, want) {
		t.Errorf("got types %v, want %v", got, want)
	}
}
