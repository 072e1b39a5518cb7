package gateway

import (
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

func TestParseGrouping(t *testing.T) {
	check := func(path string, want model.LabelSet) {
		t.Helper()
		got, err := parseGrouping(path)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v, error %v, want %v", path, got, err, want)
		}
	}
	check("/metrics/job/j", model.LabelSet{"job": "j"})
	check("/metrics/job/j/", model.LabelSet{"job": "j"})
	check("/metrics/job/j/instance/a b:9", model.LabelSet{"job": "j", "instance": "a b:9"})
	check("/metrics/job/j/instance/", model.LabelSet{"job": "j", "instance": ""})
	check("/metrics/job@base64/ag==", model.LabelSet{"job": "j"})
	check("/metrics/job@base64/L8O8/path@base64/L3g_", model.LabelSet{"job": "/ü", "path": "/x?"})
	check("/metrics/job/j/a@base64/=", model.LabelSet{"job": "j", "a": ""})
	check("/metrics/job/j/a/1/a/2/job/k", model.LabelSet{"job": "j", "a": "2"})
}

func TestParseGroupingRefuses(t *testing.T) {
	check := func(path, want string) {
		t.Helper()
		if got, err := parseGrouping(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, error %v, want %q", path, got, err, want)
		}
	}
	check("/metrics/job/", "job is empty")
	check("/metrics/job@base64/=", "job is empty")
	check("/metrics/job@base64/a+b", "decode job@base64")
	check("/metrics/job/j/a", "odd number")
	check("/metrics/job/j/instance/a/", "odd number")
	check("/metrics/job/j/a-b/1", `label name "a-b"`)
	check("/metrics/job/j/a@BASE64/MQ", `label name "a@BASE64"`)
	check("/metrics/job/j/__a/1", `label name "__a"`)
	check("/metrics/job/j/a@base64/*", "decode a@base64")
}
