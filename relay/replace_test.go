package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/scrape"
)

// running runs the pool until the bubble ends, or until stop is called.
func (w *world) running(p *Pool) (stop func()) {
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	w.Cleanup(stop)
	synctest.Wait()
	return stop
}

// replace waits until those that are removed have told their gateways.
func replace(p *Pool, targets ...*Target) {
	<-p.Replace(targets)
	synctest.Wait()
}

// pass lets that much time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// lines are the first lines of the requests since the last call.
func (w *world) lines(to *recorder) (lines []string) {
	for _, text := range pushedTo(to) {
		line, _, _ := strings.Cut(text, "\n")
		lines = append(lines, line)
	}
	return lines
}

const deleteI = "DELETE /metrics/job/j/instance/i"

func TestReplaceLeavesTheSamePointersAlone(t *testing.T) {
	inBubble(t, func(w *world) {
		source := &clocked{source: exposes("a 1\n")}
		kept := w.target("kept", source)
		p := w.pool(kept, w.target("old", exposes("b 1\n")))
		w.running(p)
		for i := range 50 {
			pass(7 * time.Second)
			replace(p, kept, w.target(fmt.Sprint("new-", i%3), exposes("c 1\n")))
		}
		for i, at := range source.begun[2:] {
			if gap := at.Sub(source.begun[i+1]); gap != 15*time.Second {
				t.Errorf("scrape %d came %v after the one before, want 15s", i+2, gap)
			}
		}
		if slices.Contains(w.lines(&w.requests), "DELETE /metrics/job/j/instance/kept") {
			t.Error("the group of the target that stays was deleted")
		}
		if got := p.Status(); len(got) != 2 || got[0].Address != "http://kept/metrics" || got[0].Samples != 1 {
			t.Errorf("got status %+v, want that of the target that stays first", got)
		}
	})
}

// C8: nothing of a target comes after the DELETE of its group.
func TestRemovedInTheMiddleOfAScrape(t *testing.T) {
	inBubble(t, func(w *world) {
		began := make(chan struct{}, 1)
		source := inTurn(exposes("a 1\n"), func(ctx context.Context) (*scrape.Exposition, error) {
			began <- struct{}{}
			return hangs(ctx)
		})
		p := w.pool(w.target("i", source))
		w.running(p)
		<-began
		pushedTo(&w.requests)
		start := time.Now()
		replace(p)
		if took := time.Since(start); took != 0 {
			t.Errorf("the removal took %v, want no wait for the scrape", took)
		}
		w.checkPushed(deleteI + "\n")
		pass(5 * time.Minute)
		w.checkPushed()
		if got := w.metric("promferry_scrape_errors_total"); got != 0 {
			t.Error("a scrape that the removal has ended is counted as an error")
		}
		if got := w.log.String(); got != "" {
			t.Errorf("logged: %s", got)
		}
	})
}

// C8: a push on its way ends before the DELETE leaves.
func TestRemovedInTheMiddleOfAPush(t *testing.T) {
	inBubble(t, func(w *world) {
		slow := &slowRecorder{took: 20 * time.Second}
		w.gateway = w.newGatewayTo("slow", slow)
		p := w.pool(w.target("i", exposes("a 1\n")))
		w.running(p)
		pass(6 * time.Second) // the first PUT is on its way
		replace(p)
		pass(5 * time.Minute)
		w.checkPushedTo(&slow.recorder, put+"a 1\n"+healthy(1), deleteI+"\n")
		if got := slow.level.since(); got != 1 {
			t.Errorf("%d requests of one group at once", got)
		}
	})
}

// A target that does not listen is waited for alone: its group goes when it has
// ended, others go at once, and those that stay are on time.
func TestRemovedTargetThatIsDeaf(t *testing.T) {
	inBubble(t, func(w *world) {
		source := &clocked{source: exposes("a 1\n")}
		good := w.target("good", source)
		p := w.pool(good, w.target("i", inTurn(exposes("a 1\n"), deaf(10*time.Minute, exposes("a 2\n")))), w.target("other", exposes("b 1\n")))
		w.running(p)
		pass(time.Minute)
		pushedTo(&w.requests)
		left := p.Replace([]*Target{good})
		synctest.Wait()
		w.checkPushed("DELETE /metrics/job/j/instance/other\n")
		pass(20 * time.Minute)
		<-left
		got := w.lines(&w.requests)
		if at := slices.Index(got, deleteI); at < 0 || slices.Contains(got[at:], "PUT /metrics/job/j/instance/i") {
			t.Errorf("pushed %q, want a DELETE of the deaf target's group, and nothing of it after", got)
		}
		for i, at := range source.begun[2:] {
			if gap := at.Sub(source.begun[i+1]); gap != 15*time.Second {
				t.Errorf("scrape %d came %v after the one before, want 15s", i+2, gap)
			}
		}
	})
}

// A new target's own group beats the claim of one that stays, whatever that one
// has under way: it is neither written nor deleted by the claimant any more.
func TestNewTargetBeatsAClaim(t *testing.T) {
	inBubble(t, func(w *world) {
		began := make(chan struct{}, 1)
		claimed := exposes("m{instance=\"a\"} 1\nm 1\n")
		slow := func(ctx context.Context) (*scrape.Exposition, error) {
			began <- struct{}{}
			return &scrape.Exposition{Body: io.NopCloser(&slowEnd{text: strings.NewReader("m{instance=\"a\"} 1\nm 1\n"), ctx: ctx}), MediaType: scrape.MediaTypeText}, nil
		}
		claimant := w.honoring("i", claimed, slow, claimed)
		p := w.pool(claimant)
		stop := w.running(p)
		<-began
		pass(time.Second) // it has read, and claimed, the group by now
		w.checkPushed(putA+"m 1\n", put+"m 1\n"+healthy(2))
		p.Replace([]*Target{claimant, w.target("a", exposes("own 1\n"))})
		pass(2 * time.Minute)
		stop()
		for _, text := range pushedTo(&w.requests) {
			if strings.HasPrefix(text, deleteA) || strings.HasPrefix(text, putA+"m") {
				t.Errorf("pushed %q, want nothing of the claimant in the group of the new target", text)
			}
		}
	})
}

// A slowEnd gives all of a text, and its end nine seconds later.
type slowEnd struct {
	text *strings.Reader
	ctx  context.Context
}

func (s *slowEnd) Read(p []byte) (int, error) {
	if s.text.Len() > 0 {
		return s.text.Read(p)
	}
	return 0, cmp.Or(wait(s.ctx, 9*time.Second), io.EOF)
}

func TestGroupOfARemovedTargetIsFree(t *testing.T) {
	inBubble(t, func(w *world) {
		claimant := w.honoring("i", exposes("m{instance=\"a\"} 1\nm 1\n"))
		p := w.pool(claimant, w.target("a", exposes("own 1\n")))
		w.running(p)
		pass(time.Minute)
		replace(p, claimant)
		pushedTo(&w.requests)
		pass(15 * time.Second)
		w.checkPushed(putA+"m 1\n", put+"m 1\n"+healthy(2))
	})
}

// A stop right after a reload leaves the groups of targets that were not
// scraped since.
func TestRetireAfterReplace(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", exposes("a 1\n")))
		stop := w.running(p)
		pass(time.Minute)
		pushedTo(&w.requests)
		replace(p, w.target("i", exposes("a 2\n")))
		stop()
		if err := p.Retire(w.Context()); err != nil {
			t.Error(err)
		}
		w.checkPushed(put + report(0, 0, 0, 0))
	})
}

// A pool that does not run replaces at once, before and after.
func TestReplaceAtRest(t *testing.T) {
	inBubble(t, func(w *world) {
		kept := w.target("kept", exposes("a 1\n"))
		p := w.pool(kept, w.target("never", exposes("b 1\n")))
		replace(p, kept, w.target("i", exposes("c 1\n")))
		w.once(p)
		w.checkPushed("PUT /metrics/job/j/instance/kept\na 1\n"+healthy(1), put+"c 1\n"+healthy(1))
		stop := w.running(p)
		stop()
		replace(p, kept)
		w.checkPushed(deleteI + "\n")
		replace(p, w.target("kept", exposes("a 1\n")))
		w.checkPushed()
	})
}

// Many targets come and go, and those that stay notice nothing.
func TestReplaceOftenWithManyTargets(t *testing.T) {
	inBubble(t, func(w *world) {
		var targets []*Target
		var sources []*clocked
		for i := range 500 {
			source := &clocked{source: exposes("a 1\n")}
			sources = append(sources, source)
			targets = append(targets, w.target(fmt.Sprint(i), source))
		}
		p := w.pool(targets...)
		stop := w.running(p)
		const leaving = 50
		for i := range leaving {
			pass(time.Second)
			targets = slices.Concat(targets[1:], []*Target{w.target(fmt.Sprint("new-", i), exposes("b 1\n"))})
			p.Replace(targets)
		}
		pass(5*time.Minute - leaving*time.Second)
		stop()
		for i, source := range sources[leaving:] {
			if n := len(source.begun); n < 20 || n > 22 {
				t.Errorf("target %d was scraped %d times in 5m, want about 21", i, n)
			}
		}
		deleted := 0
		for _, line := range w.lines(&w.requests) {
			if strings.HasPrefix(line, http.MethodDelete) {
				deleted++
			}
		}
		if deleted > leaving || deleted < leaving/2 { // some were never pushed
			t.Errorf("%d groups deleted, want about %d", deleted, leaving)
		}
		if p.owners.groups[placeOf(w.gateway, w.target("0", nil).Labels)] != nil || len(p.owners.groups) != len(targets) {
			t.Errorf("%d groups owned, want %d", len(p.owners.groups), len(targets))
		}
	})
}

// A stop while a removed target does not end gives up in time, and so does what
// comes after it.
func TestStopWhileARemovedTargetIsDeaf(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", inTurn(exposes("a 1\n"), deaf(time.Minute, refused))))
		stop := w.running(p)
		pass(40 * time.Second)
		left := p.Replace([]*Target{w.target("i", exposes("a 2\n"))})
		pushedTo(&w.requests)
		stop()
		<-left
		if err := p.Retire(w.Context()); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		w.checkPushed(put + report(0, 0, 0, 0))
	})
}
