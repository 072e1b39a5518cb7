package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// A prometheus is a real one.
type prometheus struct {
	url  string
	file string // its configuration
}

// reload gives it another configuration.
func (p prometheus) reload(t testing.TB, config string) {
	t.Helper()
	if err := os.WriteFile(p.file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, answer := send(t, http.MethodPost, p.url+"/-/reload", "", nil); code != http.StatusOK {
		t.Fatalf("reload of Prometheus: status %d, %q", code, answer)
	}
}

// nativeLabel is one that query adds to a native histogram. Its value is the
// whole histogram, so that two are the same series if they are alike.
const nativeLabel = "native_histogram"

// query returns what an instant query finds.
func (p prometheus) query(expression string) ([]sample, error) {
	var result model.Vector
	if err := p.ask(expression, &result); err != nil {
		return nil, err
	}
	samples := make([]sample, len(result))
	for i, s := range result {
		b := labels.NewBuilder(labels.EmptyLabels())
		for name, value := range s.Metric {
			b.Set(string(name), string(value))
		}
		if s.Histogram != nil {
			b.Set(nativeLabel, s.Histogram.String())
		}
		samples[i] = sample{b.Labels(), float64(s.Value)}
	}
	return samples, nil
}

// ask makes an instant query. What is found goes into result.
func (p prometheus) ask(expression string, result any) error {
	// nocache is for VictoriaMetrics, which else answers for a moment ago.
	return p.read("query?nocache=1&query="+url.QueryEscape(expression), &struct {
		Result any `json:"result"`
	}{result})
}

// read asks the API of Prometheus. The answer's data goes into data.
func (p prometheus) read(request string, data any) error {
	body, err := get(p.url + "/api/v1/" + request)
	if err != nil {
		return err
	}
	answer := struct {
		Data any `json:"data"`
	}{data}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("%s: %w: %.300q", request, err, body)
	}
	return nil
}
