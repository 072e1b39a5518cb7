package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/promferry/promferry/push"
)

// An inspection is the look at one gateway.
type inspection struct {
	Subject
	Gateway
	who      speaker
	here     Here
	own      map[string]*ownGroup
	holders  holdersOf
	about    push.Description
	exposure push.Exposure
	isPage   bool // it shows a web page where a Pushgateway has its status
}

const linkAnswers = "answers"

// inspect walks the chain of one gateway.
func (e Examination) inspect(ctx context.Context, s Subject, w *walk, visits []visit) Gateway {
	in := &inspection{
		Subject: s,
		Gateway: Gateway{Name: s.Gateway.Name, Shard: s.Gateway.Shard, URL: s.Place()},
		who:     speaker{fmt.Sprintf("gateway %q", s.Gateway.Name), "the Pushgateway", "url", s.Gateway.URL.Scheme == "http"},
		here:    e.Here,
		own:     ownGroups(s.Gateway, visits),
		holders: w.holders.of(s.Gateway),
	}
	in.walk(ctx)
	return in.Gateway
}

func (in *inspection) walk(ctx context.Context) {
	seen := new(trail)
	about, err := in.Describe(seen.watch(ctx))
	in.about = about
	if err != nil && interrupted(ctx) {
		in.Checks.notReached(linkResolve, linkConnect, linkAnswers)
		return
	}
	if !seen.links(&in.Checks, in.Subject.URL.Scheme == "https", err, in.who) {
		in.Checks.notReached(linkAnswers)
		return
	}
	is, exposureErr := in.identify(ctx, err)
	if !is {
		return
	}
	in.checkVersion(ctx)
	in.checkFlags()
	in.checkExposure(exposureErr)
	in.checkStore(ctx)
	in.checkTypes()
	in.checkLoad()
	in.checkClock()
}

// identify says whether a Pushgateway answers, and reads what it exposes. err is
// that of the question what it is.
func (in *inspection) identify(ctx context.Context, err error) (is bool, exposureErr error) {
	var status *push.StatusError
	var answer *push.AnswerError
	switch {
	case err == nil:
		in.Checks.ok(linkAnswers, "a Pushgateway")
	case errors.As(err, &status) && (status.WantsTLS || !isUnknownPath(status.Code)):
		in.refused(status)
		return false, nil
	case status == nil && !errors.As(err, &answer):
		in.Checks.fail(linkAnswers, in.silence(ctx, err), in.noAnswerAdvice(ctx, err))
		return false, nil
	}
	in.isPage = answer != nil && answer.Page
	in.exposure, exposureErr = in.Exposure(ctx)
	if exposureErr != nil && interrupted(ctx) {
		if err != nil {
			in.Checks.notReached(linkAnswers)
		}
		in.Checks.notReached("metrics", "groups")
		return false, nil
	}
	return err == nil || in.guess(exposureErr), exposureErr
}

// isUnknownPath tells the answers of what has no such path.
func isUnknownPath(code int) bool {
	return code >= 400 && code < 500 && code != http.StatusUnauthorized && code != http.StatusForbidden
}

// silence says what went wrong where no answer came, or not all of it.
func (in *inspection) silence(ctx context.Context, err error) string {
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Sprintf("no answer within %s", in.Timeout)
	}
	return oneLine(err.Error())
}

// noAnswerAdvice is for a connection on which no answer came.
func (in *inspection) noAnswerAdvice(ctx context.Context, err error) string {
	if isWithoutCredentials(err) {
		return fmt.Sprintf("Nothing was sent, for want of credentials: look at the files and the token endpoint that %s names.", in.who.name)
	}
	if errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
		return fmt.Sprintf("It takes connections and does not answer: look at its load, restart it, or raise timeout of %s.", in.who.name)
	}
	return fmt.Sprintf("Look at its log, and at what stands between: a proxy, a load balancer. Its credentials are those of %s.%s", in.who.name, in.who.orTLS())
}

// refused is an answer that only a misconfiguration gives.
func (in *inspection) refused(status *push.StatusError) {
	found := fmt.Sprintf("status %d", status.Code)
	switch {
	case status.WantsTLS:
		in.Checks.fail(linkAnswers, found+": it speaks TLS, and was asked without", in.who.secureAdvice())
	case status.Code == http.StatusUnauthorized:
		in.Checks.fail(linkAnswers, found, fmt.Sprintf("Set basic_auth or authorization of %s to what the gateway's --web.config.file wants, and look whether the secret is the right one.", in.who.name))
	case status.Code == http.StatusForbidden:
		in.Checks.fail(linkAnswers, found, fmt.Sprintf("Whoever these credentials are for may not do this: look at basic_auth or authorization of %s, and at the proxy in front of the gateway. Where only pushes may pass, all may be well: doctor does not push.", in.who.name))
	case status.Location != "":
		in.Checks.fail(linkAnswers, found+", a redirect to "+status.Location, fmt.Sprintf("Pushes are not redirected: write where it leads into url of %s, without /api and what follows.", in.who.name))
	default:
		in.Checks.fail(linkAnswers, oneLine(status.Error()), "Look at the log of the gateway, and at what stands between: a proxy, a load balancer.")
	}
}

// guess says what answers where it is no Pushgateway from 1.2.0 on. It is true for
// an older one.
func (in *inspection) guess(exposureErr error) bool {
	var status *push.StatusError
	tooMuch := errors.Is(exposureErr, push.ErrStoredLimit)
	switch {
	case (exposureErr == nil || tooMuch) && in.exposure.Pushgateway:
		in.Checks.warn(linkAnswers, "it does not say what it is: a Pushgateway before 1.2.0, or a proxy hides its /api", "Upgrade the Pushgateway, or let /api/v1 pass: without it promferry sends text without compression, and cannot find out why a push is refused.")
		return true
	case tooMuch:
		in.Checks.warn(linkAnswers, "it does not say what it is, and its /metrics is longer than is read", tooMuchAdvice)
	case in.isPage:
		in.Checks.fail(linkAnswers, "what answers there is no Pushgateway, but shows a web page", fmt.Sprintf("It is a login page, or another server: correct url of %s, or the credentials that what stands before the gateway wants.", in.who.name))
	case exposureErr == nil:
		in.Checks.fail(linkAnswers, "what answers there is no Pushgateway", fmt.Sprintf("Correct url of %s. If it does take pushes: promferry pushes to whatever stores them, but sends nothing more to what adds them up (prom-aggregation-gateway), as all values would be wrong.", in.who.name))
	case errors.As(exposureErr, &status) && status.Code == http.StatusNotFound:
		in.Checks.fail(linkAnswers, "status 404, also for /metrics: this is no Pushgateway, or not its path", fmt.Sprintf("Correct url of %s: it ends with the gateway's --web.route-prefix, or with the path of its --web.external-url, if it has one.", in.who.name))
	default:
		in.Checks.fail(linkAnswers, "what answers there is no Pushgateway: "+oneLine(exposureErr.Error()), fmt.Sprintf("Correct url of %s.", in.who.name))
	}
	return false
}

// checkTypes compares the families of targets with what else is there.
func (in *inspection) checkTypes() {
	const name = "types"
	for family, kind := range in.exposure.Own {
		in.holders.add(family, holder{kind: kind, by: "the gateway's own metrics"})
	}
	all := in.holders.clashes()
	unchecked := in.unchecked()
	lost := texts(all, func(c clash) bool { return unchecked || c.ours && !c.retyped })
	retyped := texts(all, func(c clash) bool { return c.ours && c.retyped && !unchecked })
	switch {
	case len(lost) > 0 && unchecked:
		in.Checks.fail(name, oneLine("families that break its /metrics, as it does not check: "+some(lost, 3)), typesAdvice)
	case len(lost) > 0:
		in.Checks.fail(name, oneLine("families that it refuses, so that they are left out: "+some(lost, 3)), typesAdvice)
	case len(retyped) > 0:
		in.Checks.note(name, oneLine("families sent with the type that is there: "+some(retyped, 3)))
	default:
		in.Checks.ok(name, "no family has two types")
	}
}

const typesAdvice = "A family has one type in all groups of a gateway. Have one side rename it (metric_relabel_config), or delete the group that has the old type if nobody needs it; or give the job a gateway of its own."

// checkLoad is for a gateway whose /metrics could be read.
func (in *inspection) checkLoad() {
	if in.exposure.Series == 0 {
		return
	}
	l := load{checks: !in.unchecked(), protobuf: in.Subject.Status().Encoding == string(push.EncodingProtobuf), stored: in.Series}
	if !in.about.Started.IsZero() {
		l.since = in.Now().Sub(in.about.Started)
	}
	if l.since > 0 {
		l.observed, l.used = in.exposure.Pushes/l.since.Seconds(), in.exposure.CPU.Seconds()/l.since.Seconds()
	}
	for _, own := range in.own {
		perSecond := 1 / own.visit.target.Interval.Seconds()
		l.pushes += perSecond
		if !own.isTarget {
			continue
		}
		l.series += float64(own.visit.samples) * perSecond
		if !own.found {
			l.stored += own.visit.samples
		}
	}
	in.Load = l.core()
	l.check(&in.Checks, in.who)
}

// skewed is a difference of clocks that is more than an answer may take.
const skewed = 5 * time.Second

// checkClock compares this machine's clock with the gateway's.
func (in *inspection) checkClock() {
	const name = "clock"
	ahead := time.Until(in.Now()).Round(time.Second)
	if ahead.Abs() < skewed {
		in.Checks.ok(name, "that of this host")
		return
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	in.Checks.warn(name, fmt.Sprintf("the gateway's clock is %s %s this host's", ahead.Abs(), direction),
		"Let both be set by NTP: ages in dashboards and alerts, tokens and certificates go by them.")
}
