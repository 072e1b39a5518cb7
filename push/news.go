package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// newsInterval is the shortest time between two logs of the same trouble with
// a gateway.
const newsInterval = 5 * time.Minute

// trouble is what a log tells of a gateway as a whole.
type trouble struct {
	told bool      // and not yet that it is over
	at   time.Time // when it was told last
}

// tell is true where it is time to say so.
func (t *trouble) tell() bool {
	if t.told || time.Since(t.at) < newsInterval {
		return false
	}
	t.told, t.at = true, time.Now()
	return true
}

// note keeps how the pushes of a group go now, and returns what is new. That a
// gateway does not answer is news of the gateway, not of each of its groups,
// and so is what is dropped meanwhile. g.mu is held.
func (g *Gateway) note(s *slot, err error) (all []news) {
	s.status.LastError = err
	if isOutage(err) {
		if g.outage.tell() {
			all = append(all, news{slog.LevelError, "gateway does not answer", s.group, err})
		}
		return all
	}
	if isLocal(err) && g.outage.told {
		return all
	}
	if !isLocal(err) && g.outage.told {
		g.outage.told = false
		all = append(all, news{slog.LevelInfo, "gateway answers again", s.group, nil})
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

// superseded counts a body that waited in vain. g.mu is held.
func (g *Gateway) superseded() (all []news) {
	g.Metrics.superseded(g.Name)
	if !g.outage.told && g.behind.tell() {
		g.behind.told = false // it has no end that could be told
		all = append(all, news{level: slog.LevelWarn, message: "gateway does not keep up", err: errBehind})
	}
	return all
}

var errBehind = errors.New("newer bodies take the place of those that wait: its groups are older than their intervals")

// isOutage tells errors of a request that got no answer.
func isOutage(err error) bool {
	var status *StatusError
	return err != nil && !isLocal(err) && !errors.As(err, &status) && !errors.Is(err, errReportLost)
}

// isLocal tells errors of bodies that were never sent.
func isLocal(err error) bool {
	var panicked *panicError
	var group *groupError
	return errors.Is(err, errPendingBytes) || errors.Is(err, errTooLarge) || errors.As(err, &panicked) || errors.As(err, &group)
}

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
