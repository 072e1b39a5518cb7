package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/promferry/promferry/push/remote"
)

// An audience is the look at one receiver of remote_write, and at the spool before
// it. It is asked by a request without samples, which changes nothing there.
type audience struct {
	RemoteWrite
	who  speaker
	here Here
}

// audience walks the chain of one receiver.
func (e Examination) audience(ctx context.Context, s *remote.Store) RemoteWrite {
	status := s.Status()
	a := &audience{
		RemoteWrite: RemoteWrite{Name: status.Name, URL: status.URL},
		who:         speaker{fmt.Sprintf("remote_write %q", status.Name), "the receiver", "url", strings.HasPrefix(status.URL, "http:")},
		here:        e.Here,
	}
	a.ask(ctx, s)
	a.checkSpool(status.Spool)
	return a.RemoteWrite
}

func (a *audience) ask(ctx context.Context, s *remote.Store) {
	seen := new(trail)
	got := s.Ask(seen.watch(ctx))
	if got.Err != nil && (interrupted(ctx) || ctx.Err() != nil && !seen.isConnected()) {
		a.Checks.notReached(linkResolve, linkConnect, linkAnswers) // or time was up
		return
	}
	if !seen.links(&a.Checks, strings.HasPrefix(a.URL, "https:"), got.Err, a.who) {
		a.Checks.notReached(linkAnswers)
		return
	}
	if a.judge(got.Err, seen.isAnswered()) {
		a.checkClock(got.ClockOffset)
	}
}

// judge says what the answer means, and whether there was one. err is that of the
// request, nil where it was taken; begun tells that something came back.
func (a *audience) judge(err error, begun bool) (answered bool) {
	var status *remote.StatusError
	switch {
	case err == nil:
		a.Checks.ok(linkAnswers, "it takes remote_write")
	case !errors.As(err, &status) && begun:
		a.Checks.fail(linkAnswers, oneLine(err.Error()), fmt.Sprintf("What answers is no receiver: a login page, or another server. Correct url of %s: %s.", a.who.name, paths))
	case status == nil:
		a.Checks.fail(linkAnswers, oneLine(err.Error()), a.noAnswerAdvice(err))
		return false
	case isPassing(status):
		a.Checks.warn(linkAnswers, foundStatus(status), a.who.refusalAdvice(status))
	default:
		a.Checks.fail(linkAnswers, foundStatus(status), a.who.refusalAdvice(status))
	}
	return true
}

// noAnswerAdvice is for a connection on which no answer came.
func (a *audience) noAnswerAdvice(err error) string {
	switch {
	case isWithoutCredentials(err):
		return fmt.Sprintf("Nothing was sent, for want of credentials: look at the files and the token endpoint that %s names.", a.who.name)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("It takes connections and does not answer: look at its load, restart it, or raise timeout of %s.", a.who.name)
	}
	return fmt.Sprintf("Look at its log, and at what stands between: a proxy, a load balancer. Its credentials are those of %s.%s", a.who.name, a.who.orTLS())
}

// checkClock compares this machine's clock with the receiver's.
func (a *audience) checkClock(ahead time.Duration) {
	const name = "clock"
	ahead = ahead.Round(time.Second)
	direction := "behind"
	switch {
	case ahead.Abs() < skewed:
		a.Checks.ok(name, "that of this host")
		return
	case ahead < 0:
		direction = "ahead of"
	}
	a.Checks.warn(name, fmt.Sprintf("the receiver's clock is %s %s this host's", ahead.Abs(), direction),
		"Let both be set by NTP: samples have the time of this host, and receivers refuse those that are too old or ahead of their own.")
}
