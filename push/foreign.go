package push

import "net/http"

// doubt is why a gateway may be none although it takes pushes.
const doubt = "it does not say that it is a Pushgateway: it may be one before 1.2.0, one whose /api a proxy hides, or something else"

// isForeign tells an answer to the question what a gateway is that no Pushgateway
// from 1.2.0 on gives. What refuses to answer may be a proxy that lets only
// pushes pass.
func isForeign(code int, d Description, err error) bool {
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed:
		return false
	}
	return code != http.StatusOK || err != nil || len(d.Flags) == 0 && !d.HasVersion()
}

// isStrange tells what takes pushes as a Pushgateway that checks does, and does
// not say that it is one. What answers 202 is looked at by a verification.
func (f facts) isStrange() bool { return f.foreign && f.checks == checked }

// strange is true once where that is so.
func (r *reception) strange() (news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	news = r.now.isStrange() && !r.strangeTold
	r.strangeTold = r.now.isStrange()
	return news
}

// doubts returns what is odd about the gateway; "": nothing, or nothing was
// stored yet. g.mu is held.
func (g *Gateway) doubts() string {
	if g.success.IsZero() || !g.reception.facts().isStrange() {
		return ""
	}
	return doubt
}
