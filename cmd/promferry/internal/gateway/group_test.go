package gateway

import (
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// TestGroupIsLeftAsItIs holds what lets a scrape read a snapshot while a push
// makes the next one.
func TestGroupIsLeftAsItIs(t *testing.T) {
	now := time.Unix(1700000000, 500_000_000)
	old := group{labels: model.LabelSet{"job": "j"}}.put(families{"a": gaugeFamily("a")}, now)
	before := snapshot{}.with(old)
	want := asText(t, old.families)

	after := before.with(old.post(families{"b": gaugeFamily("b")}, now)).
		with(old.put(families{}, now)).
		with(old.fail(now)).
		without(old.labels)
	if got := asText(t, before.group(old.labels).families); got != want {
		t.Errorf("got %s, want unchanged %s", got, want)
	}
	if len(before) != 1 || len(after) != 0 {
		t.Errorf("got %d groups before and %d after, want 1 and 0", len(before), len(after))
	}
}

func TestMarkerIsInSeconds(t *testing.T) {
	g := group{labels: model.LabelSet{"job": "j"}}
	check := func(at time.Time, want float64) {
		t.Helper()
		if got := g.marker(pushTime, at).Metric[0].Gauge.GetValue(); got != want {
			t.Errorf("%v: got %v, want %v", at, got, want)
		}
	}
	check(time.Unix(1700000000, 500_000_000), 1700000000.5)
	check(time.Time{}, 0)
}

// TestGatherLeavesGroupsApart guards against appending into a stored slice.
func TestGatherLeavesGroupsApart(t *testing.T) {
	s := snapshot{}
	for _, job := range []model.LabelValue{"a", "b", "c"} {
		g := s.group(model.LabelSet{"job": job})
		s = s.with(g.put(families{"m": gaugeFamily("m")}, time.Unix(1700000000, 0)))
	}
	for range 2 {
		merged, err := s.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range merged {
			if got := len(family.Metric); got != 3 {
				t.Errorf("%s: got %d series, want 3", family.GetName(), got)
			}
		}
	}
	for key, g := range s {
		if got := len(g.families["m"].Metric); got != 1 {
			t.Errorf("%s: got %d series stored, want 1", key, got)
		}
	}
}
