package main

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

func TestStale(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	matchers, err := parseMatchers(`job="a",env=""`)
	if err != nil {
		t.Fatal(err)
	}
	ago := func(d time.Duration, labels map[string]string) push.StoredGroup {
		return push.StoredGroup{Labels: convert.LabelsOf(labels), PushTime: now.Add(-d)}
	}
	a, prod, b := map[string]string{"job": "a"}, map[string]string{"job": "a", "env": "prod"}, map[string]string{"job": "b"}
	for name, c := range map[string]struct {
		group push.StoredGroup
		want  bool
	}{
		"older":            {ago(time.Hour+time.Second, a), true},
		"not older":        {ago(time.Hour, a), false},
		"from the future":  {ago(-time.Hour, a), false},
		"another job":      {ago(time.Hour+time.Second, b), false},
		"another label":    {ago(time.Hour+time.Second, prod), false},
		"no labels shown":  {push.StoredGroup{NeverPushed: true}, false},
		"never pushed":     {push.StoredGroup{NeverPushed: true, Labels: convert.LabelsOf(a)}, true},
		"no time is shown": {push.StoredGroup{Labels: convert.LabelsOf(a)}, false},
	} {
		if got := (staleness{time.Hour, matchers}).stale(c.group, now); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if !(staleness{olderThan: time.Hour}).stale(push.StoredGroup{NeverPushed: true}, now) {
		t.Error("a group without a matcher to say otherwise: got false, want true")
	}
}

// TestIdentify: where no path is surely the group's own, nothing is deleted.
func TestIdentify(t *testing.T) {
	check := func(g push.StoredGroup, path, problem string) {
		t.Helper()
		got, err := identify(g)
		if got != path || (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: got %q, %v, want %q and %q", g.Labels, got, err, path, problem)
		}
	}
	of := func(name, value string) push.StoredGroup {
		return push.StoredGroup{Identified: true, Labels: convert.LabelsOf(map[string]string{"job": "j", name: value})}
	}
	check(of("instance", "a/b"), "/metrics/job/j/instance@base64/YS9i", "")
	check(of("instance", "a\ufffd"), "", "may not be UTF-8")
	check(of("le", "1"), "", "belongs to histograms")
	hidden := of("instance", "i")
	hidden.Identified = false
	check(hidden, "", "does not show all of its key")
}

// TestGatewayClock: the gateway's time counts, as far as it says it.
func TestGatewayClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		date := time.Now().Add(-48 * time.Hour).Truncate(time.Second)
		header := http.Header{}
		clock := &gatewayClock{next: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{Header: header, Body: http.NoBody}, nil
		})}
		ask := func() {
			if _, err := clock.RoundTrip(nil); err != nil {
				t.Fatal(err)
			}
		}
		ask()
		if got := clock.now(); !got.Equal(time.Now()) {
			t.Errorf("without a date: got %v, want our own time", got)
		}
		header.Set("Date", date.UTC().Format(http.TimeFormat))
		ask()
		<-time.After(time.Hour) // of the bubble
		if got := clock.now(); !got.Equal(date.Add(time.Hour)) {
			t.Errorf("got %v, want %v", got, date.Add(time.Hour))
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestLastPush(t *testing.T) {
	now := time.Unix(1_700_000_000, 5e8)
	for want, g := range map[string]push.StoredGroup{
		"never pushed":              {NeverPushed: true},
		"pushed at an unknown time": {},
		"last pushed 1d1h ago":      {PushTime: now.Add(-25 * time.Hour)},
		"last pushed 0s ago":        {PushTime: now.Add(time.Hour)},
	} {
		if got := lastPush(g, now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestCut: a gateway's labels may be of any length.
func TestCut(t *testing.T) {
	if got := cut(strings.Repeat("ü", 1000)); len(got) > 310 || !strings.HasSuffix(got, "ü…") {
		t.Errorf("got %d bytes, want some 300: %q", len(got), got)
	}
	if got := cut("short"); got != "short" {
		t.Errorf("got %q", got)
	}
}
