package push

import (
	"errors"
	"time"

	"github.com/promferry/promferry/convert"
)

// news is a change that a log tells of, once.
type news struct {
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
			all = append(all, news{"gateway does not answer", s.group, err})
		}
		return all
	}
	if isLocal(err) && g.outage.told {
		return all
	}
	if !isLocal(err) && g.outage.told {
		g.outage.told = false
		all = append(all, news{"gateway answers again", s.group, nil})
	}
	switch {
	case err != nil && !s.failing:
		all = append(all, news{"push failed", s.group, err})
	case err == nil && s.failing:
		all = append(all, news{"push works again", s.group, nil})
	}
	s.failing = err != nil
	return all
}

// superseded counts a body that waited in vain. g.mu is held.
func (g *Gateway) superseded() (all []news) {
	g.Metrics.superseded(g.Name)
	if !g.outage.told && g.behind.tell() {
		g.behind.told = false // it has no end that could be told
		all = append(all, news{message: "gateway does not keep up", err: errBehind})
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

// tell logs news. g.mu is not held: a log may block.
func (g *Gateway) tell(all []news) {
	for _, n := range all {
		switch {
		case n.group == nil:
			g.logger().Warn(n.message, "gateway", g.Name, "err", n.err)
		case n.err != nil:
			g.logger().Error(n.message, "gateway", g.Name, "group", n.group.String(), "err", n.err)
		default:
			g.logger().Info(n.message, "gateway", g.Name, "group", n.group.String())
		}
	}
}
