package push

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/convert"
)

func TestDescribe(t *testing.T) {
	f := fake{says: `{"data":{"flags":{"a":"b"},"build_information":{"version":"1.11.3"},"start_time":"2026-01-02T03:04:05.5Z"}}`}
	b := newBench(t, &f)
	got, err := b.Describe(t.Context())
	want := Description{Version: "1.11.3", Flags: map[string]string{"a": "b"}, Started: time.Date(2026, 1, 2, 3, 4, 5, 5e8, time.UTC)}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if !got.From(1, 11) || got.From(1, 12) || !got.HasVersion() || (Description{Version: "devel"}).HasVersion() {
		t.Error("the version is not compared")
	}
}

func TestDescribeOfSomethingElse(t *testing.T) {
	for _, text := range []string{"", "<html>", "{}", `{"status":"success","data":{"yaml":"x"}}`} {
		f := fake{says: text}
		_, err := newBench(t, &f).Describe(t.Context())
		var status *StatusError
		var answer *AnswerError
		if !errors.As(err, &answer) && !errors.As(err, &status) {
			t.Errorf("%q: got %v, want an answer that is no Pushgateway's", text, err)
		}
		if answer != nil && answer.Page != (text == "<html>") {
			t.Errorf("%q: got page %v", text, answer.Page)
		}
	}
}

func TestExposureLines(t *testing.T) {
	const text = "# HELP a x\n# TYPE a counter\na{instance=\"i\",job=\"j\"} 1\n" +
		"# TYPE go_goroutines gauge\ngo_goroutines 9\ngo_goroutines{instance=\"i\",job=\"j\"} 9\n" +
		"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total{instance=\"i\",job=\"j\"} 7\nprocess_cpu_seconds_total 1.5\n" +
		"# TYPE push_time_seconds gauge\npush_time_seconds{instance=\"i\",job=\"j\"} 1.7e+09\n" +
		"# TYPE pushgateway_http_requests_total counter\n" +
		"pushgateway_http_requests_total{code=\"200\",handler=\"push\",method=\"put\"} 3\n" +
		"pushgateway_http_requests_total{code=\"400\",handler=\"push\",method=\"post\"} 4\n" +
		"pushgateway_http_requests_total{code=\"200\",handler=\"static\",method=\"get\"} 100\n" +
		"pushgateway_http_requests_total{code=\"200\",handler=\"push\",job=\"federated\",method=\"put\"} 1000\n"
	x := Exposure{types: make(types), Own: make(types)}
	if err := readLines(strings.NewReader(text), x.line); err != nil {
		t.Fatal(err)
	}
	own := map[string]convert.Type{"go_goroutines": convert.Gauge, "process_cpu_seconds_total": convert.Counter, "pushgateway_http_requests_total": convert.Counter}
	if x.Series != 10 || !x.Pushgateway || x.Pushes != 7 || x.CPU != 1500*time.Millisecond || len(x.types) != 5 || !cmp.Equal(x.Own, own) {
		t.Errorf("got %+v", x)
	}
	other := Exposure{types: make(types), Own: make(types)}
	if err := readLines(strings.NewReader("\n# TYPE up gauge\nup 1\n"), other.line); err != nil || other.Pushgateway || other.Series != 1 {
		t.Errorf("got %+v, %v, want no Pushgateway", other, err)
	}
}
