package test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/prometheus/common/model"
)

// A gateway is a real one.
type gateway struct{ url string }

// metrics returns all that the gateway says.
func (g gateway) metrics() ([]sample, []byte, error) {
	body, err := get(g.url + "/metrics")
	if err != nil {
		return nil, nil, err
	}
	samples, err := parse(body, "text/plain")
	return samples, body, err
}

// group returns what a gateway holds for a job and an instance, without these
// two labels and without the gateway's own two series. It is empty where there
// is no such group.
func (g gateway) group(job, instance string) (seriesSet, error) {
	all, _, err := g.metrics()
	if err != nil {
		return nil, err
	}
	return groupOf(all, job, instance), nil
}

func groupOf(all []sample, job, instance string) seriesSet {
	var own []sample
	for _, s := range all {
		name := s.labels.Get(model.MetricNameLabel)
		if s.labels.Get(model.JobLabel) == job && s.labels.Get(model.InstanceLabel) == instance &&
			name != "push_time_seconds" && name != "push_failure_time_seconds" {
			own = append(own, s)
		}
	}
	return setOf(own, model.JobLabel, model.InstanceLabel)
}

// must returns the group.
func (g gateway) must(t testing.TB, job, instance string) seriesSet {
	t.Helper()
	set, err := g.group(job, instance)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// groupHolds checks what is in the group of instance i.
func (g gateway) groupHolds(job string, want seriesSet, up float64) func() error {
	return func() error {
		got, err := g.group(job, "i")
		if err != nil {
			return err
		}
		return got.holds(want, up)
	}
}

// isGone checks that there is no group of instance i.
func isGone(gw gateway, job string) func() error {
	return func() error {
		got, err := gw.group(job, "i")
		if err == nil && len(got) > 0 {
			err = fmt.Errorf("there: %v", got)
		}
		return err
	}
}

// put makes a group, or what else the path stands for, and returns the gateway's
// answer.
func (g gateway) put(t testing.TB, path, text string) (code int, answer string) {
	t.Helper()
	return send(t, http.MethodPut, g.url+path, text, nil)
}

// delete removes a group.
func (g gateway) delete(t testing.TB, job, instance string) {
	t.Helper()
	path := "/metrics/job/" + job + "/instance/" + instance
	if code, answer := send(t, http.MethodDelete, g.url+path, "", nil); code != http.StatusAccepted {
		t.Fatalf("delete %s: status %d, %q, want 202", path, code, answer)
	}
}
