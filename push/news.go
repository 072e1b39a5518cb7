package push

import (
	"errors"
	"time"

	"github.com/promferry/promferry/convert"
)

// news is a change that a log tells of, once.
type news struct {
	message string         // "" is none
	group   convert.Labels // nil: it is about all of them
	err     error          // nil: it works again
}

// note keeps how the pushes of a group go now, and returns what is new. A
// gateway that does not answer is one piece of news, from the first of its
// groups that meets it. g.mu is held.
func (g *Gateway) note(s *slot, err error) news {
	before := s.status.LastError
	s.status.LastError = err
	switch {
	case isOutage(err) && g.outage != nil:
		return news{}
	case isOutage(err):
		g.outage = s
		return news{"gateway does not answer", s.group, err}
	case err == nil && g.outage != nil && (g.outage == s || g.slots[g.outage.group.Key()] != g.outage):
		g.outage = nil
		return news{"gateway answers again", s.group, nil}
	case err != nil && (before == nil || isOutage(before)):
		return news{"push failed", s.group, err}
	case err == nil && before != nil && !isOutage(before):
		return news{"push works again", s.group, nil}
	}
	return news{}
}

// behindInterval is the shortest time between two logs of superseded bodies.
const behindInterval = 5 * time.Minute

// superseded counts a body that waited in vain. g.mu is held.
func (g *Gateway) superseded() news {
	g.Metrics.superseded(g.Name)
	if g.outage != nil || time.Since(g.behind) < behindInterval {
		return news{}
	}
	g.behind = time.Now()
	return news{message: "gateway does not keep up", err: errBehind}
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
func (g *Gateway) tell(n news) {
	switch {
	case n.message == "":
	case n.group == nil:
		g.logger().Warn(n.message, "gateway", g.Name, "err", n.err)
	case n.err != nil:
		g.logger().Error(n.message, "gateway", g.Name, "group", n.group.String(), "err", n.err)
	default:
		g.logger().Info(n.message, "gateway", g.Name, "group", n.group.String())
	}
}
