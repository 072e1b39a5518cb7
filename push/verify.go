package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
)

// A verification knows what becomes of pushes that a gateway answers with 202:
// it has not checked them (contract C8), or is no Pushgateway (V2). The zero
// value is ready.
type verification struct {
	mu       sync.Mutex
	wanted   bool      // a push had a 202 since then
	next     time.Time // when it is due again; zero: never verified
	doubted  bool      // since then: another gateway may be there
	told     string    // what a log has told
	refusing error     // why nothing is sent; nil: it is
}

// accepted notes a 202.
func (v *verification) accepted() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wanted = v.next.IsZero() || v.doubted && time.Now().After(v.next)
}

// begin tells whether to verify the push that was just answered.
func (v *verification) begin() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.wanted {
		return false
	}
	v.wanted, v.doubted = false, false
	v.next = time.Now().Add(jittered(typesInterval))
	return true
}

// doubt notes an error that another gateway may have made.
func (v *verification) doubt() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.doubted = true
}

// refuse keeps why nothing more is sent, for some minutes.
func (v *verification) refuse(why error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refusing, v.next = why, time.Now().Add(jittered(typesInterval))
}

// refusal returns why nothing is sent, and whether it is time to look again,
// which one caller is told.
func (v *verification) refusal() (why error, look bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	look = v.refusing != nil && time.Now().After(v.next)
	if look {
		v.next = time.Now().Add(jittered(typesInterval))
	}
	return v.refusing, look
}

// readmit lets pushes go again; the first one is verified.
func (v *verification) readmit() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refusing, v.next, v.told = nil, time.Time{}, ""
}

// tells is true where a text was not told last.
func (v *verification) tells(text string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	news := v.told != text
	v.told = text
	return news
}

// An aggregatingError is a gateway that adds each push to those before it, as
// prom-aggregation-gateway does (contract V2). Nothing is sent to it.
type aggregatingError struct {
	URL string // without userinfo
}

func (e *aggregatingError) Error() string {
	return fmt.Sprintf("%s is an aggregating gateway: it adds each push to the last one, so that all values would be wrong; "+
		"nothing more is sent to it; use a Pushgateway", e.URL)
}

// isAggregating tells the error of what is never sent there.
func isAggregating(err error) bool {
	var aggregating *aggregatingError
	return errors.As(err, &aggregating)
}

// verifyTries are the distances of looks at an unchecked push: it may wait in a
// queue after its answer.
var verifyTries = []time.Duration{0, 100 * time.Millisecond, 400 * time.Millisecond, 1500 * time.Millisecond}

// verify looks once at what became of a push with a 202. The error is that of a
// push that is lost. It takes no longer than one request may.
func (g *Gateway) verify(ctx context.Context, group convert.Labels, c *content) error {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	var found finding
	for _, distance := range verifyTries {
		select {
		case <-ctx.Done():
		case <-time.After(distance):
			found = g.look(ctx, group, c)
		}
		if found.settled || ctx.Err() != nil {
			break
		}
	}
	switch {
	case isAggregating(found.err):
		g.verification.refuse(found.err)
		return found.err
	case found.err != nil:
		g.verification.doubt() // looked at again
	}
	if found.what == "" {
		found.what = "that it stores them could not be verified"
	}
	if g.verification.tells(found.what) {
		g.logger().Warn("gateway answers 202: it does not check what it gets (--push.disable-consistency-check). "+
			"Series that stand twice are left out before each push; a family of another type than in another group breaks its /metrics for everybody",
			"gateway", g.Name, "found", found.what)
	}
	return found.err
}

// A finding is what one look shows.
type finding struct {
	settled bool // another look would show the same
	what    string
	err     error // of a push that is known to be lost
}

func (g *Gateway) look(ctx context.Context, group convert.Labels, c *content) finding {
	shown, found, err := g.storedGroup(ctx, group)
	var status *StatusError
	switch {
	case err != nil && ctx.Err() == nil && errors.As(err, &status) && status.Code == http.StatusNotFound:
		return g.lookAtExposition(ctx, group, c)
	case err != nil:
		return finding{settled: true, what: "that it stores them could not be verified: " + err.Error()}
	case !found:
		return finding{what: "the group is not there after the push"}
	case !shown.Identified:
		return finding{settled: true, what: "the group is there"}
	case shown.LastPushSuccessful && !shown.PushTime.IsZero():
		return finding{settled: true, what: "the push is stored"}
	}
	return finding{what: "the push is not stored", err: errNotStored}
}

var errNotStored = errors.New("the gateway answered 202, and its /api/v1/metrics shows that it has not stored the push; does another client push timestamps into this group?")

// storedGroup looks for a group at the gateway.
func (g *Gateway) storedGroup(ctx context.Context, group convert.Labels) (shown StoredGroup, found bool, err error) {
	want := group.Key()
	err = g.Stored(ctx, func(s StoredGroup) bool {
		if s.Labels.Key() != want {
			return true
		}
		shown, found = s, true
		return false
	})
	return shown, found, err
}

// lookAtExposition judges what has no /api/v1/metrics: a Pushgateway before 1.2.0,
// or behind a proxy, or something else. Every Pushgateway from 0.4.0 on shows
// push_time_seconds for each group.
func (g *Gateway) lookAtExposition(ctx context.Context, group convert.Labels, c *content) finding {
	e := newExposed(group, c)
	if err := g.readExposed(ctx, e); err != nil {
		return finding{settled: true, what: "that it stores them could not be verified: " + err.Error()}
	}
	switch {
	case e.pushTime:
		return finding{settled: true, what: "the group is there"}
	case e.pushgateway:
		return finding{what: "the group is not there after the push"}
	case e.series:
		return finding{settled: true, err: &aggregatingError{URL: g.urlOf("")}}
	}
	return finding{what: "the group is not there after the push"}
}

// admit returns why nothing may be sent to the gateway. Now and then it looks
// whether another has taken its place.
func (g *Gateway) admit(ctx context.Context) error {
	why, look := g.verification.refusal()
	if !look {
		return why
	}
	if err := g.Stored(ctx, func(StoredGroup) bool { return false }); err == nil {
		g.verification.readmit()
		return nil
	}
	e := newExposed(nil, nil)
	if err := g.readExposed(ctx, e); err == nil && (e.pushgateway || e.empty) {
		g.verification.readmit()
		return nil
	}
	return why
}
