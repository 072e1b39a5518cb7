package push

import (
	"net/http"
	"time"

	"github.com/promferry/promferry/convert"
)

// A request is one thing to do with a group. Whoever has it ends it, or gives it
// on.
type request struct {
	group  convert.Labels
	method string  // PUT, POST or DELETE
	body   *body   // sealed, a reference of the request's own; nil in a DELETE
	ticket *ticket // nil where it does not wait, or has no body
	twice  bool    // the group's last body had series twice

	owner    convert.Labels // the Origin's group; nil without one
	from     string         // the key of the Origin's group; "" without one
	interval time.Duration  // until the group's next body; 0: this is the last word
	offered  time.Time      // zero: nobody wants to know the lag
	began    time.Time      // the first attempt; zero: none yet
}

// isLast tells requests that no newer one will follow: they are tried again
// where others would wait for the next.
func (r *request) isLast() bool { return r.method == http.MethodDelete || r.interval == 0 }

// lag returns for how long the request is offered.
func (r *request) lag() time.Duration {
	if r.offered.IsZero() {
		return 0
	}
	return time.Since(r.offered)
}

// end releases the body: the request will not be sent, or not again.
func (r *request) end() {
	r.body.release()
	r.body = nil
}

// series returns the number of series in the body.
func (r *request) series() int {
	if r.body == nil {
		return 0
	}
	return r.body.series
}

// over returns what to send where r comes while older still waits: r, or
// another request with a body of its own. A POST says only a part of the group;
// the rest is as older would have made it.
func (r *request) over(older *request, buffers *Buffers) *request {
	if older == nil || r.method != http.MethodPost {
		return r
	}
	both := &request{group: r.group, method: older.method, owner: r.owner, from: r.from, interval: r.interval, offered: r.offered}
	if older.method == http.MethodDelete {
		both.method = http.MethodPut
	}
	var err error
	if both.body, err = r.body.with(older.body, buffers); err != nil {
		return r // not for a body that convert has made
	}
	return both
}

// with returns a body of all families of b, and those of older that b has not.
func (b *body) with(older *body, buffers *Buffers) (*body, error) {
	both := newBody(buffers, b.profile)
	both.Append(b.decode(), b.series)
	names := make(map[string]bool)
	for f := range contentOf(b).blocks() {
		names[f.Name] = true
	}
	err := both.appendOther(older, names)
	if err != nil {
		both.release()
		return nil, err
	}
	both.seal()
	return both, nil
}

// appendOther appends the families of another body, in any format, but those of
// the names.
func (b *body) appendOther(other *body, but map[string]bool) error {
	if other == nil {
		return nil
	}
	from := contentOf(other)
	if other.utf8 && !b.utf8 {
		from, _ = from.escaped()
	}
	for f := range from.blocks() {
		if but[f.Name] {
			continue
		}
		encoded, err := f.Raw, error(nil)
		if other.format != b.format {
			encoded, err = appendIn(b.format, nil, f)
		}
		if err != nil {
			return err
		}
		b.Append(encoded, f.Series())
	}
	return nil
}
