package remote

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/promferry/promferry/transport"
)

// news is a change that a log tells of, once.
type news struct {
	level   slog.Level
	message string
	err     error  // nil: it works again
	target  string // that it is about; "": all of them
}

// The shortest times between two logs of the same trouble: of one that begins
// and ends, so that a log which says "answers again" is not wrong for long, and
// of one whose end cannot be told.
const (
	outageInterval = time.Minute
	newsInterval   = 5 * time.Minute
)

// What is told.
const (
	noAnswer    = "remote_write does not answer"
	noSecret    = "no credentials for the remote_write: nothing is sent"
	noTaking    = "remote_write takes no samples now; they wait"
	refusesAll  = "remote_write refuses samples, which are lost"
	refusesSome = "remote_write refuses some samples, which are lost"
	hasAlready  = "remote_write refuses samples that it most likely has; nothing is lost"
	spoolIdle   = "the spool of a remote_write is not in use: samples wait in memory"
	spoolMended = "the spool of a remote_write was damaged"
)

// troubles are what a log was told of. Store.mu guards them.
type troubles struct {
	last   map[string]time.Time // when each was told
	down   string               // the message that is not over yet; "": none
	refuse bool                 // likewise
	spool  bool
	losses losses
	toll   toll    // of the request that ended
	named  victims // by a log
}

// tell is true where it is time to say so, which it is once in an interval.
func (t *troubles) tell(what string, interval time.Duration) bool {
	if last, found := t.last[what]; found && time.Since(last) < interval {
		return false
	}
	if t.last == nil {
		t.last = make(map[string]time.Time)
	}
	t.last[what] = time.Now()
	return true
}

// newsOf returns what the end of a request tells. s.mu is held.
func (s *Store) newsOf(err error, interrupted bool) (all []news) {
	defer func() { s.troubles.toll = toll{} }()
	if !interrupted {
		all = s.newsOfState(err)
	}
	if errors.Is(err, errSpoolRead) && s.troubles.tell(errSpoolRead.Error(), newsInterval) {
		all = append(all, news{level: slog.LevelError, message: "the spool of a remote_write cannot be read; it is tried again", err: err})
	}
	return append(all, s.newsOfLosses()...)
}

// newsOfState tells how the receiver is doing.
func (s *Store) newsOfState(err error) (all []news) {
	t := &s.troubles
	switch {
	case s.health.state == StateDown && t.down == "" && t.tell("down", outageInterval):
		t.down = ailment(s.health.err)
		all = append(all, news{level: slog.LevelError, message: t.down, err: s.health.err})
	case s.health.state != StateDown && t.down != "":
		t.down = ""
		all = append(all, news{level: slog.LevelInfo, message: "remote_write answers again"})
	case !t.toll.lost:
	case s.health.state == StateRefusing && !t.refuse && t.tell(refusesAll, newsInterval):
		t.refuse = true
		all = append(all, news{level: slog.LevelError, message: refusesAll, err: err})
	case s.health.state != StateAnswering:
	case t.toll.target != "" && t.named.name(t.toll.target, time.Now()):
		all = append(all, news{level: slog.LevelWarn, message: refusesSome, err: err, target: readable(t.toll.target)})
	case t.toll.target == "" && t.tell(refusesSome, newsInterval):
		all = append(all, news{level: slog.LevelWarn, message: refusesSome, err: err})
	}
	if s.health.state == StateAnswering && err == nil && t.refuse {
		t.refuse = false
		all = append(all, news{level: slog.LevelInfo, message: "remote_write takes samples again"})
	}
	return all
}

// ailment says what an error means that keeps a receiver from taking anything.
func ailment(err error) string {
	var way *transport.Error
	switch {
	case hasAnswer(err):
		return noTaking
	case errors.As(err, &way) && way.Reason == transport.ReasonCredentials:
		return noSecret
	}
	return noAnswer
}

// hasAnswer tells errors that something at the other end made.
func hasAnswer(err error) bool {
	var status *StatusError
	var page *pageError
	return errors.As(err, &status) || errors.As(err, &page)
}

// tell logs news. s.mu is not held: a log may block.
func (s *Store) tell(all []news) {
	for _, n := range all {
		about := []any{"remote_write", s.Name}
		if n.target != "" {
			about = append(about, "target", n.target)
		}
		if n.err != nil {
			about = append(about, "err", n.err)
		}
		s.logger().Log(context.Background(), n.level, n.message, about...)
	}
}

func (s *Store) logger() *slog.Logger {
	if s.options.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.options.Logger
}
