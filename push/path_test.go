package push

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/promferry/promferry/convert"
)

func TestGroupPath(t *testing.T) {
	check := func(want string, labels ...string) {
		t.Helper()
		got, err := GroupPath(labelsOf(labels...))
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", labels, got, err, want)
		}
	}
	check("/metrics/job/node", "job", "node")
	check("/metrics/job/node/instance/host:9100", "job", "node", "instance", "host:9100")
	check("/metrics/job/j/instance/i/Z/2/a/1", "instance", "i", "a", "1", "job", "j", "Z", "2")
	check("/metrics/job/v1.2_x-y", "job", "v1.2_x-y")
	check("/metrics/job/...", "job", "...")
	check("/metrics/job@base64/Lg", "job", ".")
	check("/metrics/job@base64/Li4", "job", "..")
	check("/metrics/job@base64/Lw", "job", "/")
	check("/metrics/job@base64/Li4vYQ", "job", "../a")
	check("/metrics/job@base64/JTJG", "job", "%2F")
	check("/metrics/job@base64/YStiIGM", "job", "a+b c")
	check("/metrics/job@base64/IA", "job", " ")
	check("/metrics/job@base64/w7_Dvg", "job", "ÿþ") // base64 of the URL alphabet
	check("/metrics/job@base64/QGJhc2U2NA", "job", "@base64")
	check("/metrics/job@base64/YQpi", "job", "a\nb")
	check("/metrics/job@base64/AA", "job", "\x00")
	check("/metrics/job/j/instance@base64/Wzo6MV06OTEwMA", "job", "j", "instance", "[::1]:9100")
	check("/metrics/job/j/instance/::1", "job", "j", "instance", "::1")
	check("/metrics/job/j", "job", "j", "instance", "") // no label, to Prometheus (contract C24)
}

func TestGroupPathRefuses(t *testing.T) {
	check := func(want string, labels ...string) {
		t.Helper()
		got, err := GroupPath(labelsOf(labels...))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, %v, want an error with %q", labels, got, err, want)
		}
	}
	check("a group needs a job")
	check("a group needs a job", "instance", "i")
	check("a group needs a job", "job", "")
	check(`label name "a-b" is not`, "job", "j", "a-b", "x")
	check(`label name "a@base64" is not`, "job", "j", "a@base64", "x")
	check(`label name "9" is not`, "job", "j", "9", "x")
	check(`label name "" is not`, "job", "j", "", "x")
	check(`label name "é" is not`, "job", "j", "é", "x")
	check(`label name "__a" begins with "__"`, "job", "j", "__a", "x")
	check(`label name "le" belongs`, "job", "j", "le", "1")
	check(`label name "quantile" belongs`, "job", "j", "quantile", "1")
	check(`label job has a value that is not UTF-8: "\xff"`, "job", "\xff")
	check(`label instance has a value that is not UTF-8`, "job", "j", "instance", "a\xc3")
}

// labelsOf returns labels from names and values in turn, empty ones included.
func labelsOf(pairs ...string) convert.Labels {
	var labels convert.Labels
	for i := 0; i < len(pairs); i += 2 {
		labels = append(labels, convert.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return labels
}

func FuzzGroupPath(f *testing.F) {
	f.Add("node", "host:9100", "a", "b")
	f.Add("..", "/", "_", ".")
	f.Add("a//b", "%2e%2e", "job_", "\x00\n+ ")
	f.Add("\xff", "[::1]", "le", "=")
	f.Fuzz(func(t *testing.T, job, instance, name, value string) {
		group := convert.LabelsOf(map[string]string{name: value, "instance": instance, "job": job})
		got, err := GroupPath(group)
		if err != nil {
			if group.Has("job") && allFit(group) {
				t.Errorf("%v: got %v, want no error", group, err)
			}
			return
		}
		if back := decodePath(t, got); back.Key() != group.Key() {
			t.Errorf("%q: got %v, want %v", got, back, group)
		}
		if path.Clean(got) != got || strings.ContainsAny(got, "%?#+") {
			t.Errorf("%v: got %q, want a path that no router changes", group, got)
		}
	})
}

func allFit(group convert.Labels) bool {
	for _, l := range group {
		if convert.CheckTargetLabel(l.Name, l.Value) != nil {
			return false
		}
	}
	return true
}

// decodePath reads a path as the contract says that a gateway does (C10 to
// C13, C16).
func decodePath(t testing.TB, path string) convert.Labels {
	t.Helper()
	parts := strings.Split(path, "/")
	if len(parts)%2 != 0 || parts[0] != "" || parts[1] != "metrics" || !strings.HasPrefix(parts[2], "job") {
		t.Fatalf("got %q, want /metrics/job and pairs", path)
	}
	labels := make(map[string]string)
	for i := 2; i < len(parts); i += 2 {
		name, value := parts[i], parts[i+1]
		if base, encoded := strings.CutSuffix(name, "@base64"); encoded {
			raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
			if err != nil {
				t.Fatalf("%q: %v", path, err)
			}
			name, value = base, string(raw)
		}
		if _, twice := labels[name]; twice || value == "" {
			t.Fatalf("got %q, want each label once and none empty", path)
		}
		labels[name] = value
	}
	return convert.LabelsOf(labels)
}

var hostileValues = []string{
	"plain", ".", "..", "...", "./", "../..", "/", "//", "/a", "a/", "a/../b", "%", "%2F", "%2e%2e", "%00", "%zz",
	"+", "a+b", " ", "a b", " a ", "?", "?a=b", "#", "#a", "&", ";", "=", "==", "a=b", "@", "@base64", "job@base64",
	"a\nb", "\r\n", "\t", "\x00", "\x1b[31m", "\x7f", `"`, `\`, `\n`, "'", "`", "<a>", "{a=\"b\"}", "[::1]:9100", "::1",
	"é", "e\u0301", "日本語", "🚢", "\u2028", "\ufeff", "\ufffd", "\u202e", "metrics", "job", strings.Repeat("long", 1000),
}

// TestGroupPathReachesRealGateway pushes values through the whole of a Gateway
// and looks what the gateway made of them.
func TestGroupPathReachesRealGateway(t *testing.T) {
	gateway := realGateway(t)
	b := newBench(t, http.DefaultTransport)
	b.at(gateway)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	var want []convert.Labels
	values := append(randomValues(200), hostileValues...)
	for i, value := range values {
		want = append(want, convert.LabelsOf(map[string]string{
			"test": "path", "n": fmt.Sprint(i), "job": value, "instance": values[len(values)-1-i], "other": value,
		}))
	}
	batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
	for _, group := range want {
		(&convert.Family{
			Name: "path_test", Type: convert.Gauge, Series: []convert.Series{{Name: "path_test", Value: 1}},
		}).AppendTo(batch, group)
	}
	b.OnDone = func(out Outcome) {
		if out.Err != nil {
			t.Errorf("%s %v: %v", out.Method, out.Group, out.Err)
		}
	}
	b.run(t)
	batch.Commit()
	b.drain(t)
	stored := storedGroups(t, gateway)
	for _, group := range want {
		if got := stored[group.Key()].families["path_test"]; len(got.Metrics) != 1 {
			t.Errorf("%v: got %v, want one series", group, got)
		}
		Gateways{{b.Gateway}}.Delete(group)
	}
	b.drain(t)
	eventually(t, "groups deleted", func() bool {
		for _, g := range storedGroups(t, gateway) {
			if g.labels.Get("test") == "path" {
				return false
			}
		}
		return true
	})
}

// randomValues returns strings of few runes from all of Unicode, the same each
// time.
func randomValues(n int) []string {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]string, n)
	for i := range values {
		runes := make([]rune, 1+random.IntN(8))
		for j := range runes {
			limits := []rune{0x20, 0x80, 0x800, 0x10000, 0x110000}
			runes[j] = random.Int32N(limits[random.IntN(len(limits))])
		}
		values[i] = strings.ToValidUTF8(string(runes), "?") // a surrogate becomes U+FFFD
	}
	return values
}

func TestGatewayNeverSendsBadGroup(t *testing.T) {
	var f fake
	b := newBench(t, &f)
	b.run(t)
	b.offer(&request{group: labelsOf("job", "\xff"), method: http.MethodPut, body: bodyOf("# TYPE a gauge\na 1\n", 1)})
	b.drain(t)
	if got := f.sent(); got != nil {
		t.Errorf("got %q, want no request", got)
	}
	b.wantCount(t, "promferry_push_errors_total", "group", 1)
	if b.Groups()[0].LastError == nil {
		t.Error("got no error in the status, want one")
	}
}
