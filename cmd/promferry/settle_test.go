package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"

	"github.com/promferry/promferry/scrape"
	"github.com/promferry/promferry/scrape/discovery"
)

// discovers is a Discoverer of addresses that change.
type discovers struct {
	addresses []string
	err       error // where it is set, it finds nothing
}

func (d *discovers) Discover(context.Context) []discovery.Answer {
	if d.err != nil {
		return []discovery.Answer{{From: "test", Err: d.err}}
	}
	group := &targetgroup.Group{Source: "test"}
	for _, a := range d.addresses {
		group.Targets = append(group.Targets, model.LabelSet{model.AddressLabel: model.LabelValue(a), "__meta_rack": "r1"})
	}
	return []discovery.Answer{{From: "test", Groups: []*targetgroup.Group{group}}}
}

const findingJobs = `
gateway "a" {
  url = "http://a:9091"
}
gateway "b" {
  url = "http://b:9091"
}
job "one" {
  gateways = ["a"]
  targets  = ["listed:80"]
  file_sd_config {
    files = ["*.json"]
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "(.+):.*"
    target_label  = "instance"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "dropped.*"
    action        = "drop"
  }
}
job "two" {
  file_sd_config {
    files = ["*.json"]
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "(.+):.*"
    target_label  = "instance"
  }
  relabel_config {
    target_label = "job"
    replacement  = "one"
  }
}
`

// A searched ferry has parts whose jobs find what a test says.
type searched struct {
	*ferry
	now      *parts
	one, two *discovers
}

func finds(t testing.TB) *searched {
	t.Helper()
	w := &searched{ferry: newFerry(1<<20, composition{}), one: new(discovers), two: new(discovers)}
	w.now = assembled(t, w.ferry, findingJobs, new(parts))
	w.now.finders()[0].Discoverer = w.one
	w.now.finders()[1].Discoverer = w.two
	return w
}

// BenchmarkSettle is one change of ten thousand found targets, of which half are
// dropped.
func BenchmarkSettle(b *testing.B) {
	w := finds(b)
	for i := range 5_000 {
		w.one.addresses = append(w.one.addresses, fmt.Sprintf("h%d:80", i), fmt.Sprintf("dropped%d:80", i))
	}
	_ = look(b.Context(), w.now.finders(), firstLook)
	w.settle(w.now, new(parts))
	b.ReportAllocs()
	for b.Loop() {
		next := w.now.clone()
		w.settle(next, w.now)
		w.now = next
	}
}

// settles lets both jobs find other addresses, and returns the instances of what
// is scraped and of what is refused, job by job.
func (w *searched) settles(t *testing.T, one, two string) (kept, refused string) {
	t.Helper()
	w.one.addresses, w.two.addresses = strings.Fields(one), strings.Fields(two)
	if unknown := look(t.Context(), w.now.finders(), firstLook); unknown != nil {
		t.Fatal(unknown)
	}
	next := w.now.clone()
	w.settle(next, w.now)
	w.now = next
	var all, lost []string
	for i, job := range next.jobs {
		for _, target := range job.targets {
			all = append(all, fmt.Sprintf("%d:%s", i+1, target.Labels.Get("instance")))
		}
		for _, target := range job.refused {
			lost = append(lost, fmt.Sprintf("%d:%s:%s", i+1, target.Labels.Get("instance"), target.reason))
		}
	}
	return strings.Join(all, " "), strings.Join(lost, " ")
}

// TestSettleGivesEachGroupOneOwner: the second job's rules give its targets the
// first one's keys.
func TestSettleGivesEachGroupOneOwner(t *testing.T) {
	w := finds(t)
	check := func(one, two, kept, refused string) {
		t.Helper()
		gotKept, gotRefused := w.settles(t, one, two)
		if gotKept != kept || gotRefused != refused {
			t.Errorf("%q and %q: got %q and refused %q, want %q and %q", one, two, gotKept, gotRefused, kept, refused)
		}
	}
	check("", "", "1:listed", "")
	check("a:1 b:1", "c:1", "1:listed 1:a 1:b 2:c", "")
	check("a:1 a:1", "c:1", "1:listed 1:a 2:c", "") // one that is found twice is one
	check("a:1 a:2", "c:1", "1:listed 1:a 2:c", "1:a:key_taken")
	check("a:2 a:1", "c:1", "1:listed 1:a 2:c", "1:a:key_taken") // who has it keeps it, and that is the one at port 1
	if target := w.now.jobs[0].targets[1]; target.Address != "http://a:1/metrics" {
		t.Errorf("got %s, want the target that had the group", target.Address)
	}
	check("c:1", "c:1", "1:listed 2:c", "1:c:key_taken") // also where the other comes first in the text
	check("c:1", "", "1:listed 1:c", "")
	check("listed:80", "", "1:listed", "") // the same target as that of the text
	check("b:1", "listed:80 d:1", "1:listed 1:b 2:d", "2:listed:key_taken")
	check("a_b:1 a\x00b:1", "", "1:listed 1:a_b", "1::invalid")
}

// TestTargetMetrics: they say what there is, job by job.
func TestTargetMetrics(t *testing.T) {
	w := finds(t)
	w.settles(t, "a:1 a:2 a:3 dropped:1", "c:1 a_b:1 a\x00b:1")
	w.parts = w.now
	check := func(metric string, want ...float64) { // of the first job, then of the second
		t.Helper()
		if got := valuesOf(t, targetMetrics{w.ferry}, metric); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", metric, got, want)
		}
	}
	check("promferry_targets", 2, 2)
	check("promferry_targets_dropped", 1, 0)
	check("promferry_targets_refused", 0, 2, 1, 0) // invalid and key_taken of each
	check("promferry_discovery_failures_total", 0, 0)
	w.one.err = errors.New("broken")
	_ = look(t.Context(), w.now.finders(), firstLook)
	check("promferry_targets", 2, 2) // those found before stay
	check("promferry_discovery_failures_total", 1, 0)
}

// valuesOf are those of a metric, in the order of its labels.
func valuesOf(t testing.TB, c prometheus.Collector, metric string) (values []float64) {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(c)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == metric {
				values = append(values, m.GetCounter().GetValue()+m.GetGauge().GetValue())
			}
		}
	}
	return values
}

// TestSettleKeepsTargets: what is found again is the same target, in any order.
func TestSettleKeepsTargets(t *testing.T) {
	w := finds(t)
	w.settles(t, "a:1 b:1", "")
	before := slices.Clone(w.now.jobs[0].targets)
	w.settles(t, "c:1 b:1 a:1", "")
	now := w.now.jobs[0].targets
	if now[0] != before[0] || now[2] != before[2] || now[3] != before[1] {
		t.Errorf("got targets %p, want those of %p again", now, before)
	}
	w.settles(t, "a:2", "")
	if moved := w.now.jobs[0].targets[1]; moved == before[1] || !reflect.DeepEqual(moved.Labels, before[1].Labels) {
		t.Errorf("got %s %v, want another target in the place of %v", moved.Address, moved.Labels, before[1].Labels)
	}
}

// TestSettleTargetLimit: beyond it all targets are there and fail; below it they
// are scraped again.
func TestSettleTargetLimit(t *testing.T) {
	w := finds(t)
	w.now.jobs[0].settings.TargetLimit = 2
	fails := func() (n int) {
		for _, target := range w.now.jobs[0].targets {
			if _, refused := target.Source.(scrape.Refused); refused {
				n++
			}
		}
		return n
	}
	for _, step := range []struct {
		one         string
		there, fail int
	}{{"a:1", 2, 0}, {"a:1 b:1", 3, 3}, {"b:1", 2, 0}} {
		w.settles(t, step.one, "")
		if there := len(w.now.jobs[0].targets); there != step.there || fails() != step.fail {
			t.Errorf("%q: %d targets of which %d fail, want %d and %d", step.one, there, fails(), step.there, step.fail)
		}
	}
}

// TestSettleIsWholeWithWhatItAsked: groups of before are deleted as nobody's only
// where the targets that are settled are all that there are.
func TestSettleIsWholeWithWhatItAsked(t *testing.T) {
	w := finds(t)
	w.settle(w.now, new(parts))
	if w.now.whole {
		t.Error("whole before anybody has looked")
	}
	next := w.now.clone()
	w.settle(next, w.now)
	_ = look(t.Context(), next.finders(), firstLook) // too late for these
	if next.whole {
		t.Error("whole by what was found after it was settled")
	}
	w.settle(next, w.now)
	if !next.whole {
		t.Error("not whole, although all have looked")
	}
}

// TestDiscoveryDefaults: what is looked at how often without a word is said by
// the configuration and by who looks, and is the same.
func TestDiscoveryDefaults(t *testing.T) {
	p := assembled(t, newFerry(1<<20, composition{}), `
gateway "a" {
  url = "http://a:9091"
}
job "one" {
  file_sd_config {
    files = ["*.json"]
  }
  http_sd_config {
    url = "http://sd/"
  }
}
`, new(parts))
	want := []time.Duration{discovery.DefaultFilesRefresh, discovery.DefaultHTTPRefresh}
	for i, fi := range p.finders() {
		if got := fi.settings.RefreshInterval; got != want[i] {
			t.Errorf("%s: every %s, want %s", fi.settings.Kind(), got, want[i])
		}
	}
}
