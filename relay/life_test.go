package relay

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promferry/promferry/push"
)

// A job that changes shows no gap: what the new target makes as well is not
// deleted, what it makes no more goes after its first good cycle.
func TestSuccessorTakesTheGroupsOver(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.honoring("i", exposes("m{instance=\"a\"} 1\nm{instance=\"b\"} 1\nm 1\n")))
		w.running(p)
		pass(time.Minute)
		pushedTo(&w.requests)
		next := w.honoring("i", refused, exposes("m{instance=\"b\"} 2\nm 2\n"))
		next.KeepOnFailure = true
		next.Interval = 20 * time.Second
		replace(p, next)
		w.checkPushed()
		if got := p.Status()[0]; got.Samples != 3 || got.Interval != 20*time.Second {
			t.Errorf("got status %+v, want the last scrape of the old one", got)
		}
		pass(5 * time.Second)
		w.checkPushed(post + report(0, 0, 0, 0))
		pass(20 * time.Second)
		w.checkPushed(deleteA, putB+"m 2\n", put+"m 2\n"+healthy(2))
		if got := w.log.count("scrape failed"); got != 1 {
			t.Errorf("failure logged %d times, want once", got)
		}
	})
}

// The groups of a target whose successor was removed before it began go all the
// same.
func TestSuccessorRemovedBeforeItBegins(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", inTurn(exposes("a 1\n"), deaf(time.Hour, exposes("a 2\n")))))
		w.running(p)
		pass(time.Minute)
		pushedTo(&w.requests)
		never := &clocked{source: exposes("a 3\n")}
		first := p.Replace([]*Target{w.target("i", never)})
		second := p.Replace([]*Target{w.target("i", exposes("a 4\n"))})
		third := p.Replace(nil)
		pass(30 * time.Minute)
		w.checkPushed()
		pass(time.Hour)
		<-first
		<-second
		<-third
		if len(never.begun) != 0 {
			t.Error("a target was scraped after its removal")
		}
		if got := w.lines(&w.requests); len(got) == 0 || got[len(got)-1] != deleteI {
			t.Errorf("pushed %q, want the DELETE last", got)
		}
	})
}

// A target that goes elsewhere leaves the old place and fills the new one soon.
// Another gateway with the same URL is the same place.
func TestTargetMovesToAnotherGateway(t *testing.T) {
	for name, test := range map[string]struct {
		gateway string
		deleted []string
		soon    bool
	}{
		"another URL":  {"elsewhere", []string{deleteI + "\n"}, true},
		"the same URL": {"gw", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				var elsewhere recorder
				source := &clocked{source: exposes("a 1\n")}
				before := w.target("i", source)
				before.Interval = time.Hour
				p := w.pool(before)
				w.running(p)
				pass(3 * time.Hour)
				pushedTo(&w.requests)
				moved := w.target("i", source)
				moved.Interval = time.Hour
				moved.Gateways = push.Gateways{{w.newGateway(test.gateway, &elsewhere)}}
				replace(p, moved)
				pass(5 * time.Second)
				w.checkPushed(test.deleted...)
				if got := len(pushedTo(&elsewhere)) == 1; got != test.soon {
					t.Errorf("scraped soon: %v, want %v", got, test.soon)
				}
				pass(2 * time.Hour)
				w.checkPushed()
				last := source.begun[len(source.begun)-1]
				if offset := last.Sub(source.begun[1]) % time.Hour; offset != 0 {
					t.Errorf("the ticks moved by %v", offset)
				}
			})
		})
	}
}

// Of two gateways one is left; a group that only the old target made goes at
// both.
func TestTargetLeavesOneOfTwoGateways(t *testing.T) {
	inBubble(t, func(w *world) {
		var elsewhere recorder
		before := w.honoring("i", exposes("m{instance=\"a\"} 1\nm 1\n"))
		before.Gateways = append(before.Gateways, push.Shards{w.newGateway("other", &elsewhere)})
		p := w.pool(before)
		w.running(p)
		pass(time.Minute)
		pushedTo(&w.requests)
		pushedTo(&elsewhere)
		replace(p, w.target("i", exposes("m 2\n")))
		w.checkPushedTo(&elsewhere, deleteA, deleteI+"\n")
		pass(5 * time.Second)
		pass(15 * time.Second)
		if got := w.lines(&w.requests); !slices.Contains(got, strings.TrimSpace(deleteA)) || slices.Contains(got, deleteI) {
			t.Errorf("pushed %q, want only the group deleted that is not made any more", got)
		}
	})
}
