package push

import (
	"context"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
)

const (
	// typesInterval is the shortest time between two readings of a gateway:
	// its whole store comes back each time. It is made longer by chance, so that
	// many hosts that met the same clash do not read at the same time.
	typesInterval = 5 * time.Minute
	// clashLifetime is how long a clash is remembered; then the family is
	// tried as it is again. A clash may come from one odd scrape of one host.
	clashLifetime = typesInterval
	// maxTypes bounds what is remembered of a gateway between two readings.
	maxTypes = 1 << 18
	// typesLimit bounds one reading, in bytes.
	typesLimit = storedLimit
)

// types are the families that a gateway holds, its own among them.
type types map[string]convert.Type

// clash says what the gateway has where a body has a family of that name.
type clash struct {
	held    convert.Type // "" where a histogram's lines are in the way (contract C31)
	expires time.Time
}

// A typeMemory remembers what a gateway refused. Types are global to a gateway:
// the same name with another type in another group, or among the gateway's own
// metrics, fails a whole push (contract C35, C37). The zero value is ready.
type typeMemory struct {
	reading turn // of who reads the gateway

	mu      sync.Mutex
	next    time.Time // when the gateway may be read again; zero: it was not read yet
	readErr error
	held    types // what was read, and what was stored since; nil before the first reading
	since   types // stored while the gateway is being read; nil at other times
	clashes map[string]clash
}

// refresh reads the gateway's types, unless that was done not longer than
// typesInterval ago. The error is that of the last reading. Whoever waits for
// another's reading waits no longer than ctx.
func (m *typeMemory) refresh(ctx context.Context, read func() (types, error)) error {
	giveBack, err := m.reading.take(ctx)
	if err != nil {
		return err
	}
	defer giveBack()
	if due, err := m.begin(); !due {
		return err
	}
	held, err := read()
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.held = held
	}
	if m.held != nil {
		maps.Copy(m.held, m.since)
	}
	m.since, m.readErr = nil, err
	if ctx.Err() == nil { // else the error says nothing of the gateway
		m.next = time.Now().Add(jittered(typesInterval))
	}
	return err
}

// jittered makes an interval up to a tenth longer.
func jittered(d time.Duration) time.Duration { return d + rand.N(d/10) }

// begin tells whether a reading is due, and starts it if so. If not, it returns
// the error of the last one.
func (m *typeMemory) begin() (due bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.due() {
		m.since = make(types)
		return true, nil
	}
	return false, m.readErr
}

// due is true before the first reading. m.mu is held.
func (m *typeMemory) due() bool { return !time.Now().Before(m.next) }

// stored adds the types of what the gateway has taken, so that what clashes with
// it later is known without a reading. While there is no clash there is nothing
// to know, and no cost.
func (m *typeMemory) stored(c *content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.clashes) == 0 && m.due() {
		m.held = nil
	}
	for _, known := range []types{m.held, m.since} {
		if known == nil {
			continue
		}
		for f := range c.blocks() {
			if len(known) < maxTypes {
				known[f.Name] = f.Type
			}
		}
	}
}

// remember notes which families clash with what is held, and which do not any
// more.
func (m *typeMemory) remember(c *content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.clashes == nil {
		m.clashes = make(map[string]clash)
	}
	expires := time.Now().Add(jittered(clashLifetime))
	for f := range c.blocks() {
		if t, found := m.held[f.Name]; found && t != f.Type {
			m.clashes[f.Name] = clash{t, expires}
		} else if InTheWay(m.held, f.Name, f.Type) {
			m.clashes[f.Name] = clash{"", expires}
		} else {
			delete(m.clashes, f.Name)
		}
	}
}

// InTheWay tells whether a family's name, or a name of its lines, is taken by
// a histogram or summary on one side and a family on the other (contract C31).
func InTheWay(held map[string]convert.Type, name string, kind convert.Type) bool {
	for _, suffix := range []string{"_count", "_sum", "_bucket"} {
		if base, cut := strings.CutSuffix(name, suffix); cut && hasLines(held[base], suffix) {
			return true
		}
		if _, taken := held[name+suffix]; taken && hasLines(kind, suffix) {
			return true
		}
	}
	return false
}

// hasLines tells whether families of a type have lines with that suffix.
func hasLines(kind convert.Type, suffix string) bool {
	return kind == convert.Histogram || kind == convert.Summary && suffix != "_bucket"
}

// lookup returns the clash of a family, or false.
func (m *typeMemory) lookup(name string) (clash, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, found := m.clashes[name]
	if found && time.Now().After(c.expires) {
		delete(m.clashes, name)
		found = false
	}
	return c, found
}

// empty tells the common case fast.
func (m *typeMemory) empty() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.clashes) == 0
}
