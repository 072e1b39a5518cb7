package relay

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// entry is a group of the job at the world's gateway.
func (w *world) entry(instance, owner string) push.Entry {
	group := func(instance string) convert.Labels {
		return convert.LabelsOf(map[string]string{"job": "j", "instance": instance})
	}
	return push.Entry{URL: w.gateway.Place(), Group: group(instance), Owner: group(owner)}
}

// TestRestore: what a target made before a restart and makes no more is deleted
// after its first good cycle, not before, and nothing else is.
func TestRestore(t *testing.T) {
	inBubble(t, func(w *world) {
		target := w.honoring("i", refused, exposes("m{instance=\"a\"} 1\nm 1\n"))
		target.KeepOnFailure = true
		p := w.pool(target)
		p.Restore([]push.Entry{w.entry("i", "i"), w.entry("a", "i"), w.entry("b", "i")})
		if orphans := p.Unclaimed(); len(orphans) > 0 {
			t.Errorf("got orphans %v, want none", orphans)
		}
		_ = p.Once(w.Context())
		w.checkPushed(post + report(0, 0, 0, 0))
		w.once(p)
		w.checkPushed(putA+"m 1\n", put+"m 1\n"+healthy(2), "DELETE /metrics/job/j/instance/b\n")
	})
}

// TestRestoreOrphans: groups without a target, or at another place than its
// gateway, are for the caller; one that is a target's own by now is not.
func TestRestoreOrphans(t *testing.T) {
	inBubble(t, func(w *world) {
		elsewhere := w.entry("i", "i")
		elsewhere.URL = "http://old:9091"
		orphans := []push.Entry{w.entry("gone", "gone"), w.entry("made", "gone"), elsewhere}
		p := w.pool(w.target("i", exposes("m 1\n")), w.target("own", exposes("m 1\n")))
		p.Restore(slices.Concat(orphans, []push.Entry{w.entry("own", "gone"), w.entry("own", "i"), w.entry("own", "own")}))
		if diff := cmp.Diff(orphans, p.Unclaimed()); diff != "" {
			t.Errorf("orphans (-want +got):\n%s", diff)
		}
		if again := p.Unclaimed(); len(again) > 0 {
			t.Errorf("got %v a second time", again)
		}
		w.once(p)
		w.checkPushed(put+"m 1\n"+healthy(1), "PUT /metrics/job/j/instance/own\nm 1\n"+healthy(1))
	})
}

// TestRestoreRetires: a stop before the first scrape leaves what was restored as
// configured.
func TestRestoreRetires(t *testing.T) {
	inBubble(t, func(w *world) {
		target := w.honoring("i", exposes("m 1\n"))
		p := w.pool(target, w.target("never", exposes("m 1\n")))
		p.Restore([]push.Entry{w.entry("i", "i"), w.entry("a", "i")})
		if err := p.Retire(w.Context()); err != nil {
			t.Error(err)
		}
		w.checkPushed(deleteA, put+report(0, 0, 0, 0))
	})
}

// TestRestoreClaims: a group that was a target's stays so until it makes it no
// more; another target may not write into it meanwhile.
func TestRestoreClaims(t *testing.T) {
	inBubble(t, func(w *world) {
		first := w.honoring("first", exposes("m{instance=\"a\"} 1\n"))
		second := w.honoring("second", exposes("m{instance=\"a\"} 2\n"))
		p := w.pool(second, first)
		p.Restore([]push.Entry{w.entry("a", "first")})
		w.once(p)
		for _, text := range pushedTo(&w.requests) {
			if text == putA+"m 2\n" {
				t.Errorf("pushed %q, which is the other target's", text)
			}
		}
	})
}

// TestRestoreToTargetsThatComeLater: a target that is found after the start gets
// what was pushed for it, too.
func TestRestoreToTargetsThatComeLater(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", exposes("m 1\n")))
		p.Restore([]push.Entry{w.entry("found", "found"), w.entry("a", "found"), w.entry("gone", "gone")})
		found := w.honoring("found", exposes("m 1\n"))
		p.Replace(append(p.all(), found))
		if diff := cmp.Diff([]push.Entry{w.entry("gone", "gone")}, p.Unclaimed()); diff != "" {
			t.Errorf("orphans (-want +got):\n%s", diff)
		}
		w.once(p)
		w.checkPushed(put+"m 1\n"+healthy(1), "PUT /metrics/job/j/instance/found\nm 1\n"+healthy(1), deleteA)
	})
}
