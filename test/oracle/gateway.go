package oracle

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The faults that only gateways have.
const (
	ResetAfter  Fault = "reset after it was stored"
	Unavailable Fault = "503"
	TooMany     Fault = "429"
	Refused     Fault = "400 once"
	Redirect    Fault = "307"
	NotFound    Fault = "404"
	Forbidden   Fault = "401"
	Wipe        Fault = "restarted empty"
)

// GatewayFaults are those after which a push is worth another try soon.
// LaterFaults are those after which a relay keeps its distance.
var (
	GatewayFaults = [...]Fault{Refuse, Hang, Slow, Reset, ResetAfter, Error, Unavailable, TooMany, Refused, Wipe}
	LaterFaults   = [...]Fault{Redirect, NotFound, Forbidden}
)

// A Gateway stores what a Pushgateway would, goes wrong, and has each body
// judged.
type Gateway struct {
	Name    string
	Version string // of the Pushgateway that it says it is
	door    *door
	trap    *door // where redirects lead; nobody should come
	judge   *Judge
	flights flights
	trouble
	answered atomic.Int64 // requests

	mu        sync.Mutex
	groups    map[string]*stored // by path
	histories map[string]*history
	bodies    int // that were stored
	deletes   int
	refused   bool // a body had its 400 in this time of Refused
}

// NewGateway serves until Close. most is how many requests it should get at
// once.
func NewGateway(name, version string, most int, judge *Judge) (*Gateway, error) {
	g := &Gateway{Name: name, Version: version, judge: judge, groups: make(map[string]*stored), histories: make(map[string]*history)}
	g.flights.most = most
	var err error
	if g.trap, err = newDoor(http.HandlerFunc(g.trapped)); err != nil {
		return nil, err
	}
	g.door, err = newDoor(g)
	return g, err
}

// Expect says whose group a path is. Pushes to others are violations.
func (g *Gateway) Expect(t *Target, path string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.histories[path] = &history{target: t}
}

// Remove says that the target of a group is being removed, Return that it is
// there again.
func (g *Gateway) Remove(path string) { g.set(path, removed) }

// Return is the other end of Remove.
func (g *Gateway) Return(path string) { g.set(path, back) }

func (g *Gateway) set(path string, l life) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.histories[path].life = l
}

// URL is where to push.
func (g *Gateway) URL() string { return "http://" + g.door.address }

// Close ends it.
func (g *Gateway) Close() {
	g.door.shut()
	g.trap.shut()
}

// Fail lets it go wrong for so long.
func (g *Gateway) Fail(f Fault, length time.Duration) {
	g.mu.Lock()
	g.refused = false
	if f == Wipe {
		clear(g.groups)
	}
	g.mu.Unlock()
	g.begin(f, time.Now().Add(length))
	if f == Refuse || f == Wipe {
		g.door.shut()
	}
}

// Heal opens the door again after a time of Refuse.
func (g *Gateway) Heal() error {
	if f := g.now(); f == Refuse || f == Wipe {
		return nil
	}
	return g.door.open()
}

func (g *Gateway) trapped(w http.ResponseWriter, r *http.Request) {
	g.judge.Violated("gateway %s: a redirect of %s %s was followed", g.Name, r.Method, r.URL.Path)
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/metrics/job") {
		f, err := g.flights.enter(r.Context(), r.URL.Path)
		if err != nil {
			g.judge.Violated("gateway %s: %v", g.Name, err)
		}
		leave := sync.OnceFunc(func() { g.flights.leave(f) })
		defer leave() // before net/http sends the answer
		g.misbehave(w, r, g.push, leave)
		return
	}
	g.misbehave(w, r, g.show, func() {})
}

// misbehave answers as the present fault says. The client may come again as
// soon as its connection ends: leave is called before.
func (g *Gateway) misbehave(w http.ResponseWriter, r *http.Request, well http.HandlerFunc, leave func()) {
	switch g.now() {
	case Hang:
		hang(r)
	case Slow:
		if delay(r, 150*time.Millisecond) {
			well(w, r)
		}
	case Reset:
		_, _ = io.Copy(io.Discard, r.Body)
		leave()
		reset(w, "")
	case ResetAfter:
		well(discarded{make(http.Header)}, r)
		leave()
		reset(w, "")
	case Error:
		answer(w, r, http.StatusInternalServerError, "the disk is on fire")
	case Unavailable:
		answer(w, r, http.StatusServiceUnavailable, "later, please")
	case TooMany:
		w.Header().Set("Retry-After", retryAfters[g.answered.Add(1)%int64(len(retryAfters))])
		answer(w, r, http.StatusTooManyRequests, "slowly, please")
	case Redirect:
		w.Header().Set("Location", "http://"+g.trap.address+r.URL.Path)
		answer(w, r, http.StatusTemporaryRedirect, "")
	case NotFound:
		answer(w, r, http.StatusNotFound, "404 page not found")
	case Forbidden:
		answer(w, r, http.StatusUnauthorized, "Unauthorized")
	case Refused:
		g.refuseOnce(w, r, well)
	default:
		well(w, r)
	}
}

// retryAfters are sensible and not.
var retryAfters = []string{"1", "0", "-5", "1000000000", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", ""}

func answer(w http.ResponseWriter, r *http.Request, code int, text string) {
	_, _ = io.Copy(io.Discard, r.Body)
	http.Error(w, text, code)
}

// discarded is an answer that the client does not get.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d discarded) WriteHeader(int)             {}

// refuseOnce refuses the next body, as if its types clashed with those of a group
// that then went.
func (g *Gateway) refuseOnce(w http.ResponseWriter, r *http.Request, well http.HandlerFunc) {
	g.mu.Lock()
	h := g.histories[r.URL.Path]
	first := !g.refused && h != nil && r.Method != http.MethodDelete
	if first {
		g.refused, h.refused = true, true
	}
	g.mu.Unlock()
	if !first {
		well(w, r)
		return
	}
	answer(w, r, http.StatusBadRequest, "pushed metrics are invalid or inconsistent with existing metrics: collected metric oracle_value")
}

// push performs a PUT, POST or DELETE of a group.
func (g *Gateway) push(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodDelete {
		g.remove(r.URL.Path)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	packed, err := io.ReadAll(r.Body)
	if err != nil || r.Context().Err() != nil {
		return // it was cut on its way, and whoever sent it knows
	}
	body, err := readFamilies(r.Header, packed)
	if err != nil {
		g.judge.Violated("gateway %s: %s %s: a body that cannot be read: %v", g.Name, r.Method, r.URL.Path, err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.store(r.Method, r.URL.Path, body)
}

func (g *Gateway) remove(path string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deletes++
	delete(g.groups, path)
	h := g.histories[path]
	if h == nil {
		g.judge.Violated("gateway %s: DELETE of group %s, which is nobody's", g.Name, path)
	} else if err := h.remove(); err != nil {
		g.judge.Violated("gateway %s: DELETE of group %s: %v", g.Name, path, err)
	}
}

func (g *Gateway) store(method, path string, body families) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.histories[path]
	if h == nil {
		g.judge.Violated("gateway %s: %s of group %s, which is nobody's", g.Name, method, path)
		return
	}
	if err := h.follow(method, body.lines()); err != nil {
		g.judge.Violated("gateway %s: %s %s: %v", g.Name, method, path, err)
	}
	g.bodies++
	old := g.groups[path]
	if old == nil || method == http.MethodPut {
		old = &stored{path: path, families: families{}}
	}
	next := &stored{path: path, families: maps.Clone(old.families), at: time.Now()}
	maps.Copy(next.families, body)
	g.groups[path] = next
}

// A Count is what a gateway has had.
type Count struct {
	Bodies  int // stored
	Deletes int
	Scrapes int // that were stored, each once
	Parts   int // bodies of which families were left out after a refusal
}

// Count returns it.
func (g *Gateway) Count() Count {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := Count{Bodies: g.bodies, Deletes: g.deletes}
	for _, h := range g.histories {
		c.Scrapes += h.stored
		c.Parts += h.parts
	}
	return c
}

// Groups returns the paths of what it holds.
func (g *Gateway) Groups() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.groups))
}

// Stale returns the groups that hold no whole scrape that was served since then,
// and those that are there though their target was removed.
func (g *Gateway) Stale(since time.Time) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var stale []string
	for _, path := range slices.Sorted(maps.Keys(g.histories)) {
		h, s := g.histories[path], g.groups[path]
		at, _ := h.target.servedAt(h.last.scrape)
		isRemoved := h.life == removed || h.life == deleted
		if isRemoved && s != nil || !isRemoved && (s == nil || h.refused || at.Before(since)) {
			stale = append(stale, fmt.Sprintf("%s of gateway %s", path, g.Name))
		}
	}
	return stale
}

// NotDown returns the groups that do not say up 0 and nothing of their target.
func (g *Gateway) NotDown() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var others []string
	for path, h := range g.histories {
		s := g.groups[path]
		if h.life == removed || h.life == deleted {
			continue
		}
		if s == nil {
			others = append(others, path+": no such group")
			continue
		}
		r, err := read(s.families.lines(), h.target)
		if err != nil || r.up != 0 || r.scrape != 0 {
			others = append(others, fmt.Sprintf("%s: up %v (%v)", path, r.up, err))
		}
	}
	return others
}
