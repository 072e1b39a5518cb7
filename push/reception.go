package push

import (
	"cmp"
	"net/http"
	"sync"
	"time"
)

// facts are what is known of how a gateway takes bodies.
type facts struct {
	answered  bool    // it was asked, and said something
	version   version // unknown of what says none
	foreign   bool    // what it said is not a Pushgateway's
	utf8      bool    // it says that it takes UTF-8 names
	checks    checking
	plainOnly bool // it has refused what is compressed
}

// checking says whether a gateway refuses what is inconsistent.
type checking string

// A gateway whose check is off stores a series twice, and from then on cannot
// be scraped by anybody (contract C8).
const (
	unknownChecking checking = ""
	checked         checking = "checked"
	unchecked       checking = "unchecked"
)

// A reception keeps the facts of a gateway. The zero value is ready.
type reception struct {
	mu         sync.Mutex
	now        facts
	asking     chan struct{} // closed with the answer; nil: nobody asks
	asked      time.Time     // the end of the last time; zero: never
	doubted    bool          // since then: another gateway may be there
	plainTried time.Time     // when it was last in vain to send a body uncompressed

	strangeTold bool // by a log
}

// askInterval is the shortest time between two questions.
const askInterval = 30 * time.Second

// plainInterval is the shortest time between two bodies that are sent again
// uncompressed where that does not help.
const plainInterval = 5 * time.Minute

func (r *reception) facts() facts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// begin tells whether the caller is to ask. If not, the returned channel is
// closed when another's answer is there; nil: there is nothing to wait for.
func (r *reception) begin() (ask bool, asking <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	due := r.asked.IsZero() || r.doubted && time.Since(r.asked) >= askInterval
	if r.asking != nil || !due {
		return false, r.asking
	}
	r.asking = make(chan struct{})
	return true, nil
}

// end lets go who waits for the answer.
func (r *reception) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.asking)
	r.asking = nil
}

// doubtful tells whether to ask before the next push. The first time is not
// waited for: what is encoded before it is for any gateway.
func (r *reception) doubtful() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.doubted
}

// doubt notes an error that another gateway may have made.
func (r *reception) doubt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.doubted = true
}

// learn replaces what was known, and returns it. What the first pushes have
// taught stays, unless it is in doubt.
func (r *reception) learn(now facts, err error) (before facts) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before = r.now
	if !r.doubted {
		now.plainOnly = before.plainOnly
		now.checks = cmp.Or(now.checks, before.checks)
	}
	r.now = now
	r.asked, r.doubted = time.Now(), err != nil
	return before
}

// stored notes the answer to a body that was stored (contract C2).
func (r *reception) stored(code int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.checks = checked
	if code == http.StatusAccepted {
		r.now.checks = unchecked
	}
}

// tryPlain tells whether it is time to send a refused body uncompressed.
func (r *reception) tryPlain() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.plainTried.IsZero() || time.Since(r.plainTried) >= plainInterval
}

// triedInVain notes that the body was refused uncompressed, too.
func (r *reception) triedInVain() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.plainTried = time.Now()
}

// takesPlain notes that the gateway takes uncompressed what it refused. It is
// true where that is news.
func (r *reception) takesPlain() (news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	news = !r.now.plainOnly
	r.now.plainOnly = true
	return news
}
