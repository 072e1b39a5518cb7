package test

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// A prometheus is a real one.
type prometheus struct{ url string }

// query returns what an instant query finds.
func (p prometheus) query(expression string) ([]sample, error) {
	body, err := get(p.url + "/api/v1/query?query=" + url.QueryEscape(expression))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Result model.Vector `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("query %s: %w: %.300q", expression, err, body)
	}
	samples := make([]sample, len(answer.Data.Result))
	for i, s := range answer.Data.Result {
		b := labels.NewBuilder(labels.EmptyLabels())
		for name, value := range s.Metric {
			b.Set(string(name), string(value))
		}
		samples[i] = sample{b.Labels(), float64(s.Value)}
	}
	return samples, nil
}
