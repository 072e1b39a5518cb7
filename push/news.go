package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/promferry/promferry/convert"
)

// news is a change that a log tells of, once.
type news struct {
	level   slog.Level
	message string
	group   convert.Labels // nil: it is about all of them
	err     error          // nil: it works again
}

// The shortest times between two logs of the same trouble with a gateway: of one
// that begins and ends, so that a log which says "answers again" is not wrong
// for long, and of one whose end cannot be told.
const (
	outageInterval = time.Minute
	newsInterval   = 5 * time.Minute
)

// trouble is what a log tells of a gateway as a whole.
type trouble struct {
	told  string               // and not yet that it is over; "": none
	since time.Time            // when that was told
	at    map[string]time.Time // when each was told last
}

// tell is true where it is time to say so, which it is once in an interval.
func (t *trouble) tell(what string, interval time.Duration) bool {
	last, found := t.at[what]
	if t.told == what || found && time.Since(last) < interval {
		return false
	}
	if t.at == nil {
		t.at = make(map[string]time.Time)
	}
	t.told, t.since = what, time.Now()
	t.at[what] = t.since
	return true
}

// over ends it.
func (t *trouble) over() { t.told = "" }

// What ails a gateway as a whole.
const (
	noAnswer = "gateway does not answer"
	noAccess = "gateway refuses the credentials"
	noSecret = "no credentials for the gateway"
	noPushes = "gateway takes no pushes"
	isBehind = "gateway does not keep up"
)

// ails returns what an error says of the gateway as a whole, or "". g.mu is held.
func (g *Gateway) ails(err error) string {
	c := classify(err)
	switch {
	case c != soon && c != later:
		return ""
	case isAuth(err) && isOutage(err):
		return noSecret
	case isOutage(err):
		return noAnswer
	case isAuth(err):
		return noAccess
	case g.circuit.open || g.outage.told != "":
		return noPushes
	}
	return ""
}

// note keeps how the pushes of a group go now, and returns what is new. That a
// gateway does not answer is news of the gateway, not of each of its groups,
// and so is what is dropped meanwhile. What began before that was told does not
// end it. g.mu is held.
func (g *Gateway) note(s *slot, err error, began time.Time) (all []news) {
	s.status.LastError = err
	if IsHeld(err) {
		return nil // what it waits for is known; it may have ended since
	}
	if what := g.ails(err); what != "" {
		if g.outage.tell(what, outageInterval) {
			all = append(all, news{slog.LevelError, what, s.group, err})
		}
		return all
	}
	told := g.outage.told
	if isLocal(err) && (told != "" || g.circuit.open) {
		return all
	}
	if told != "" && !isLocal(err) && !began.Before(g.outage.since) {
		g.outage.over()
		all = append(all, news{slog.LevelInfo, recovery(told), s.group, nil})
	}
	switch {
	case err != nil && !s.failing:
		all = append(all, news{slog.LevelError, "push failed", s.group, err})
	case err == nil && s.failing:
		all = append(all, news{slog.LevelInfo, "push works again", s.group, nil})
	}
	s.failing = err != nil
	return all
}

// recovery is the end of a trouble in words.
func recovery(told string) string {
	if told == noAnswer {
		return "gateway answers again"
	}
	return "gateway takes pushes again"
}

// superseded counts a body that waited in vain. Where the group waits for another
// try that says nothing of the gateway's speed. g.mu is held.
func (g *Gateway) superseded(s *slot) (all []news) {
	g.supersedes()
	if s.tries == (streak{}) && g.outage.told == "" && g.behind.tell(isBehind, newsInterval) {
		g.behind.over() // it has no end that could be told
		all = append(all, news{level: slog.LevelWarn, message: isBehind, err: errBehind})
	}
	return all
}

var errBehind = errors.New("newer bodies take the place of those that wait: its groups are older than their intervals")

// repeats keeps whether the group's bodies have series twice, and returns what
// is new. Gateway.mu is held.
func (s *slot) repeats(out Outcome) []news {
	switch {
	case out.Duplicates > 0 && !s.twice && out.Err == nil:
		s.twice = true
		return []news{{slog.LevelWarn, "series stand more than once; the first is kept", s.group, fmt.Errorf("%d series left out", out.Duplicates)}}
	case out.Duplicates == 0 && s.twice && out.Err == nil:
		s.twice = false
		return []news{{slog.LevelInfo, "no series stands more than once any more", s.group, nil}}
	}
	return nil
}

// differs keeps what the gateway makes of the group's families, and returns what
// is new. A body with nothing of the target's own says nothing of its families.
// Gateway.mu is held.
func (s *slot) differs(out Outcome, sent *body) []news {
	if out.Method == http.MethodDelete || out.Err != nil && !errors.Is(out.Err, errReportLost) {
		return nil
	}
	now := unlike(out)
	if now == s.unlike || now == "" && contentOf(sent).isBare() {
		return nil
	}
	s.unlike = now
	if now == "" {
		return []news{{slog.LevelInfo, "gateway takes all families of this group as they are again", s.group, nil}}
	}
	return []news{{slog.LevelWarn, "gateway does not take all families of this group as they are", s.group, errors.New(now)}}
}

// unlike says how a body differs from what the target said: "" not at all.
func unlike(out Outcome) string {
	var parts []string
	if out.Retyped > 0 {
		parts = append(parts, fmt.Sprintf("%d sent with the type that the gateway has", out.Retyped))
	}
	if n := len(out.Refused); n > 0 {
		names := slices.Sorted(slices.Values(out.Refused))
		more := ""
		if n > maxNamesTold {
			names, more = names[:maxNamesTold], fmt.Sprintf(" and %d more", n-maxNamesTold)
		}
		parts = append(parts, fmt.Sprintf("%d left out: %s%s", n, strings.Join(names, " "), more))
	}
	return strings.Join(parts, "; ")
}

// maxNamesTold bounds the families in one line.
const maxNamesTold = 20

// tell logs news. g.mu is not held: a log may block.
func (g *Gateway) tell(all []news) {
	for _, n := range all {
		about := []any{"gateway", g.Name}
		if n.group != nil {
			about = append(about, "group", n.group.String())
		}
		if n.err != nil {
			about = append(about, "err", n.err)
		}
		g.logger().Log(context.Background(), n.level, n.message, about...)
	}
}
