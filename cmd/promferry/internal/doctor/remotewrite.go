package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/promferry/promferry/push/remote"
)

// A Receiver is a receiver of remote_write. It is asked by a request without
// samples, which changes nothing there.
type Receiver struct {
	store   *remote.Store
	hearing *hearing
}

// NewReceiver makes one of a store that does not run. The store's requests go on
// as before, and are listened to.
func NewReceiver(s *remote.Store) Receiver {
	settings := s.Settings()
	h := &hearing{next: settings.Transport}
	settings.Transport = h
	s.Set(settings)
	return Receiver{s, h}
}

// An audience is the look at one receiver.
type audience struct {
	RemoteWrite
	who  speaker
	here Here
}

// audience walks the chain of one receiver, and looks at the spool before it.
func (e Examination) audience(ctx context.Context, r Receiver) RemoteWrite {
	status := r.store.Status()
	a := &audience{
		RemoteWrite: RemoteWrite{Name: status.Name, URL: status.URL},
		who:         speaker{fmt.Sprintf("remote_write %q", status.Name), "the receiver", "url"},
		here:        e.Here,
	}
	a.ask(ctx, r)
	a.checkSpool(status.Spool)
	return a.RemoteWrite
}

func (a *audience) ask(ctx context.Context, r Receiver) {
	seen := new(trail)
	err := r.store.Ask(seen.watch(ctx))
	if err != nil && ctx.Err() != nil && r.hearing.answer().code == 0 && !seen.isConnected() {
		a.Checks.notReached(linkResolve, linkConnect, linkAnswers) // time was up
		return
	}
	if !seen.links(&a.Checks, r.store.Settings().URL.Scheme == "https", err, a.who) {
		a.Checks.notReached(linkAnswers)
		return
	}
	got := r.hearing.answer()
	a.judge(ctx, got, err)
	if got.code != 0 {
		a.checkClock(got.ahead)
	}
}

// judge says what the answer means. err is that of the request, nil where it was
// taken.
func (a *audience) judge(ctx context.Context, got heard, err error) {
	switch {
	case err == nil:
		a.Checks.ok(linkAnswers, fmt.Sprintf("it takes remote_write: status %d", got.code))
	case got.code == 0:
		a.Checks.fail(linkAnswers, oneLine(err.Error()), a.noAnswerAdvice(ctx, err))
	case got.isWarning():
		a.Checks.warn(linkAnswers, got.found(), a.who.answerAdvice(got))
	default:
		a.Checks.fail(linkAnswers, got.found(), a.who.answerAdvice(got))
	}
}

// noAnswerAdvice is for a connection on which no answer came.
func (a *audience) noAnswerAdvice(ctx context.Context, err error) string {
	switch {
	case isWithoutCredentials(err):
		return fmt.Sprintf("Nothing was sent, for want of credentials: look at the files and the token endpoint that %s names.", a.who.name)
	case errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		return fmt.Sprintf("It takes connections and does not answer: look at its load, restart it, or raise timeout of %s.", a.who.name)
	}
	return fmt.Sprintf("Look at its log, and at what stands between: a proxy, a load balancer. Its credentials are those of %s.", a.who.name)
}

// checkClock compares this machine's clock with the receiver's.
func (a *audience) checkClock(ahead time.Duration) {
	const name = "clock"
	ahead = ahead.Round(time.Second)
	direction := "ahead of"
	switch {
	case ahead.Abs() < skewed:
		a.Checks.ok(name, "that of this host")
		return
	case ahead < 0:
		direction = "behind"
	}
	a.Checks.warn(name, fmt.Sprintf("the receiver's clock is %s %s this host's", ahead.Abs(), direction),
		"Let both be set by NTP: samples have the time of this host, and receivers refuse those that are too old or ahead of their own.")
}
