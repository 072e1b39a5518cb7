package doctor

import (
	"strings"
	"testing"
	"time"
	"unique"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/relay"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func group(labels ...string) convert.Labels {
	m := make(map[string]string)
	for i := 0; i < len(labels); i += 2 {
		m[labels[i]] = labels[i+1]
	}
	return convert.LabelsOf(m)
}

// stored is a group of promferry's that was pushed so long ago.
func stored(labels convert.Labels, age time.Duration, families ...string) push.StoredGroup {
	g := push.StoredGroup{Labels: labels, Identified: true, LastPushSuccessful: true, PushTime: noon.Add(-age), Types: map[string]convert.Type{
		"up": convert.Gauge, "scrape_duration_seconds": convert.Gauge, "push_time_seconds": convert.Gauge,
	}}
	for _, name := range families {
		g.Types[name] = convert.Gauge
	}
	return g
}

// looks has a target of job j, instance i, every 15 s, with the family a, and
// returns what the groups at its gateway say.
func looks(here Here, groups ...push.StoredGroup) Checks {
	labels := group("job", "j", "instance", "i")
	v := &visit{target: &relay.Target{Labels: labels, Interval: 15 * time.Second}, scraped: true, families: []unique.Handle[string]{unique.Make("a")}}
	in := &inspection{
		Subject: Subject{Now: func() time.Time { return noon }},
		here:    here,
		own:     map[string]*ownGroup{labels.Key(): {labels: labels, visit: v, isTarget: true}},
		holders: make(holdersOf),
	}
	s := newStock(in)
	for _, g := range groups {
		s.add(g)
	}
	s.say()
	return in.Checks
}

func TestGroupsOfAGateway(t *testing.T) {
	ours := group("job", "j", "instance", "i")
	refused := stored(ours, time.Second, "a")
	refused.LastPushSuccessful, refused.PushFailureTime = false, noon
	never := stored(ours, 0)
	never.NeverPushed = true
	replaced := stored(ours, time.Second, "a")
	delete(replaced.Types, "up")
	others := stored(group("job", "x", "instance", "i"), 0)
	others.NeverPushed, others.PushTime = true, time.Time{}
	hidden := stored(nil, time.Second)
	hidden.Identified = false

	check := func(what string, checks Checks, name string, outcome Outcome, says string) {
		t.Helper()
		for _, c := range checks {
			if c.Name == name && (c.Outcome != outcome || !strings.Contains(c.Found, says)) {
				t.Errorf("%s: got %+v, want %s with %q", what, c, outcome, says)
			}
			if c.Name == name {
				return
			}
		}
		t.Errorf("%s: no check %q in %+v", what, name, checks)
	}
	check("all well", looks(Running, stored(ours, time.Second, "a")), "writers", OK, "no sign")
	check("all well", looks(Running, stored(ours, time.Second, "a")), "pushes", OK, "fresh")
	check("not there", looks(Absent), "groups", Note, `0 of 1 of this configuration; not there: {instance="i",job="j"}`)
	check("not there, though it runs", looks(Running), "groups", Warning, "not there")
	check("fresh without a promferry", looks(Absent, stored(ours, time.Second, "a")), "writers", Warning, `{instance="i",job="j"}, 1s ago`)
	check("fresh, who knows", looks(Unknown, stored(ours, time.Second, "a")), "writers", OK, "")
	check("late without a promferry", looks(Absent, stored(ours, time.Hour, "a")), "pushes", Note, "1h ago")
	check("late without a promferry", looks(Absent, stored(ours, time.Hour, "a")), "writers", OK, "")
	check("late, though it runs", looks(Running, stored(ours, time.Hour, "a")), "pushes", Warning, "1h ago")
	check("foreign family", looks(Running, stored(ours, time.Second, "a", "b")), "writers", Warning, `{instance="i",job="j"} has b`)
	check("without up", looks(Running, replaced), "writers", Failed, "no up")
	check("refused", looks(Running, refused), "pushes", Warning, "last push was refused")
	check("never", looks(Running, never), "pushes", Warning, "refused since ever")
	check("left", looks(Running, stored(group("job", "old", "instance", "i"), time.Minute)), "others", Note, `{instance="i",job="old"}, pushed 1m ago`)
	check("never by others", looks(Running, others), "others", Note, "1 group of others never pushed: every push was refused")
	check("never by others", looks(Running, others), "others", Note, `{instance="i",job="x"}, never pushed`)
	check("old", looks(Running, stored(group("job", "x"), 2*time.Hour), hidden), "others", Note, "1 group of others not pushed for more than an hour (promferry prune shows them); 1 group whose key")
}

// TestForeignFamiliesAreOnlyThoseThatAreKnown: of a target that could not be
// scraped nobody knows what it serves.
func TestForeignFamiliesAreOnlyThoseThatAreKnown(t *testing.T) {
	g := stored(nil, 0, "b")
	for _, v := range []*visit{{scraped: false}, {scraped: true, partial: true}} {
		own := &ownGroup{visit: v, isTarget: true}
		if got := own.foreign(g); got != nil {
			t.Errorf("%+v: got %v", v, got)
		}
	}
	own := &ownGroup{visit: &visit{scraped: true}, isTarget: true}
	if got := own.foreign(g); len(got) != 1 || got[0] != "b" {
		t.Errorf("got %v, want b", got)
	}
}
