package relay

import (
	"slices"
	"testing"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// honoring is a target whose series' own labels win.
func (w *world) honoring(instance string, sources ...sourceFunc) *Target {
	t := w.target(instance, inTurn(sources...))
	t.HonorLabels = true
	return t
}

const (
	putA    = "PUT /metrics/job/j/instance/a\n"
	putB    = "PUT /metrics/job/j/instance/b\n"
	deleteA = "DELETE /metrics/job/j/instance/a\n"
)

func TestHonoredGroupsComeAndGo(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.honoring("i",
			exposes("m{instance=\"a\"} 1\nm{instance=\"b\"} 2\nm 3\n"),
			exposes("m{instance=\"b\"} 4\n"),
			exposes("m{instance=\"a\"} 5\n"),
		))
		w.once(p)
		w.checkPushed(putA+"m 1\n", putB+"m 2\n", put+"m 3\n"+healthy(3))
		w.once(p)
		w.checkPushed(deleteA, putB+"m 4\n", put+healthy(1))
		w.once(p)
		w.checkPushed(putA+"m 5\n", "DELETE /metrics/job/j/instance/b\n", put+healthy(1))
	})
}

func TestHonoredGroupsWhenTheScrapeFails(t *testing.T) {
	both := exposes("m{instance=\"a\"} 1\nm 2\n")
	for name, test := range map[string]struct {
		keep   bool
		failed []string
	}{
		"mark_down": {false, []string{put + report(0, 0, 0, 0), deleteA}},
		"keep":      {true, []string{post + report(0, 0, 0, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				target := w.honoring("i", both, refused, refused, exposes("m 3\n"))
				target.KeepOnFailure = test.keep
				p := w.pool(target)
				w.once(p)
				w.checkPushed(putA+"m 1\n", put+"m 2\n"+healthy(2))
				_ = p.Once(w.Context())
				w.checkPushed(test.failed...)
				_ = p.Once(w.Context())
				w.checkPushed(test.failed[0]) // there is nothing left to delete
				w.once(p)
				want := []string{put + "m 3\n" + healthy(1)}
				if test.keep {
					want = append(want, deleteA) // kept until now
				}
				w.checkPushed(want...)
			})
		})
	}
}

// A failed scrape has made its groups before it failed, but none goes out and
// none is claimed.
func TestFailedScrapeClaimsNothing(t *testing.T) {
	inBubble(t, func(w *world) {
		half := exposes("m{instance=\"a\"} 1\nrubbish\n")
		for _, keep := range []bool{false, true} {
			first := w.honoring("1", half)
			first.KeepOnFailure = keep
			second := w.honoring("2", exposes("m{instance=\"a\"} 2\n"))
			p := NewPool([]*Target{first, second}, Options{Workers: 1})
			_ = p.Once(w.Context())
			pushedTo(&w.requests)
			_ = p.Once(w.Context())
			report := report(0, 0, 1, 1)
			method := "PUT"
			if keep {
				method = "POST"
			}
			w.checkPushed(method+" /metrics/job/j/instance/1\n"+report, putA+"m 2\n", "PUT /metrics/job/j/instance/2\n"+healthy(1))
		}
	})
}

func TestSecondClaimantIsLeftOut(t *testing.T) {
	inBubble(t, func(w *world) {
		first := w.honoring("1", exposes("m{instance=\"a\"} 1\n"), exposes("m{instance=\"a\"} 1\n"), exposes(""))
		second := w.honoring("2", exposes("m{instance=\"a\"} 2\nn{instance=\"a\"} 2\n"))
		p := NewPool([]*Target{first, second}, Options{Workers: 1, Metrics: w.metrics})
		for range 2 {
			w.once(p)
			w.checkPushed(putA+"m 1\n", "PUT /metrics/job/j/instance/1\n"+healthy(1), "PUT /metrics/job/j/instance/2\n"+healthy(2))
		}
		if got := w.metric("promferry_series_dropped_total", "group_owned"); got != 4 {
			t.Errorf("%v series counted as group_owned, want 4", got)
		}
		if got := p.Status()[1].Dropped[convert.DropGroupOwned]; got != 4 {
			t.Errorf("the status has %d group_owned series, want 4", got)
		}
		// The first lets the group go, deletes it, and the second has it then.
		// The DELETE gives way to the PUT where it has not left by then.
		w.once(p)
		if pushed := pushedTo(&w.requests); slices.Contains(pushed, putA+"m 1\n") || !slices.Contains(pushed, putA+"m 2\nn 2\n") {
			t.Errorf("pushed %q, want the group of the second now", pushed)
		}
		w.once(p)
		w.checkPushed(putA+"m 2\nn 2\n", "PUT /metrics/job/j/instance/1\n"+healthy(0), "PUT /metrics/job/j/instance/2\n"+healthy(2))
	})
}

// A target's own key beats a group of honor_labels, also where the other comes
// first and the target itself is down.
func TestOwnGroupBeatsClaims(t *testing.T) {
	inBubble(t, func(w *world) {
		claimant := w.honoring("1", exposes("m{instance=\"a\"} 1\n"))
		owner := w.target("a", sourceFunc(refused))
		p := NewPool([]*Target{claimant, owner}, Options{Workers: 1, Metrics: w.metrics})
		for range 2 {
			_ = p.Once(w.Context())
			w.checkPushed("PUT /metrics/job/j/instance/1\n"+healthy(1), putA+report(0, 0, 0, 0))
		}
		if got := w.metric("promferry_series_dropped_total", "group_owned"); got != 2 {
			t.Errorf("%v series counted as group_owned, want 2", got)
		}
	})
}

// The owner of a group is that of one gateway: targets of different gateways
// do not meet.
func TestOwnersAreOfOneGateway(t *testing.T) {
	inBubble(t, func(w *world) {
		var elsewhere recorder
		other := w.newGateway("other", &elsewhere)
		first := w.honoring("1", exposes("m{instance=\"a\"} 1\n"))
		second := w.honoring("2", exposes("m{instance=\"a\"} 2\n"))
		second.Gateways = push.Gateways{{other}}
		both := w.honoring("3", exposes("m{instance=\"a\"} 3\n"))
		both.Gateways = push.Gateways{{w.gateway}, {other}}
		w.once(NewPool([]*Target{first, second, both}, Options{Workers: 1}))
		third := "PUT /metrics/job/j/instance/3\n" + healthy(1)
		w.checkPushed(putA+"m 1\n", "PUT /metrics/job/j/instance/1\n"+healthy(1), third)
		w.checkPushedTo(&elsewhere, putA+"m 2\n", "PUT /metrics/job/j/instance/2\n"+healthy(1), third)
	})
}

func TestOwnersReleaseAndKeep(t *testing.T) {
	inBubble(t, func(w *world) {
		var o owners
		first, second := w.target("1", nil), w.target("2", nil)
		for _, target := range []*Target{first, second} {
			target.join(&o)
		}
		a := convert.Labels{{Name: "instance", Value: "a"}, {Name: "job", Value: "j"}}
		check := func(step string, t *Target, group convert.Labels, want bool) {
			w.Helper()
			if got := o.claim(t, group); got != want {
				w.Errorf("%s: claim is %v, want %v", step, got, want)
			}
		}
		check("free", first, a, true)
		check("again", first, a, true)
		check("taken", second, a, false)
		check("another's own", second, first.Labels, false)
		o.keep(first, map[string]placement{a.Key(): {group: a}})
		check("kept", second, a, false)
		o.keep(first, nil)
		check("released", second, a, true)
		check("taken by the second", first, a, false)
		check("own is never released", second, first.Labels, false)
	})
}
