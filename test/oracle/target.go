package oracle

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The faults that only targets have.
const (
	Stall    Fault = "stall"    // a part, and then nothing
	CutLine  Fault = "cut line" // ends in the middle of one, and says that it is whole
	CutBody  Fault = "cut body" // ends before the length that it told
	CutChunk Fault = "cut chunk"
	Empty    Fault = "empty" // 200 and nothing: a good scrape, as in Prometheus
)

// TargetFaults are those of a target.
var TargetFaults = [...]Fault{Refuse, Hang, Slow, Reset, Error, Stall, CutLine, CutBody, CutChunk, Empty}

// kept is how many of its scrapes a target remembers.
const kept = 1 << 12

// A Target serves a body of its shape for each scrape, and knows which of them
// left it whole.
type Target struct {
	Name  string
	Keep  bool // its job has on_scrape_failure = "keep"; set before it is expected anywhere
	shape Shape
	door  *door
	trouble

	mu      sync.Mutex
	scrapes uint64
	whole   map[uint64]time.Time // by number, the end
	wholes  int
	empties int
}

// NewTarget serves until Close.
func NewTarget(name string, shape Shape) (*Target, error) {
	t := &Target{Name: name, shape: shape, whole: make(map[uint64]time.Time)}
	var err error
	t.door, err = newDoor(t)
	return t, err
}

// Address is its host and port.
func (t *Target) Address() string { return t.door.address }

// Close ends it.
func (t *Target) Close() { t.door.shut() }

// Fail lets it go wrong for so long.
func (t *Target) Fail(f Fault, length time.Duration) {
	t.begin(f, time.Now().Add(length))
	if f == Refuse {
		t.door.shut()
	}
}

// Heal opens the door again after a time of Refuse.
func (t *Target) Heal() error {
	if t.now() == Refuse {
		return nil
	}
	return t.door.open()
}

// Served returns how many scrapes left it whole, and how many empty.
func (t *Target) Served() (whole, empty int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wholes, t.empties
}

// servedAt returns when the scrape of that number left whole. It is false where
// it did not.
func (t *Target) servedAt(n uint64) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, found := t.whole[n]
	return at, found
}

func (t *Target) next() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scrapes++
	return t.scrapes
}

// served notes that a whole body goes out now, before it does: the relay may
// be faster than its return.
func (t *Target) served(n uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wholes++
	t.whole[n] = time.Now()
	delete(t.whole, n-kept)
}

func (t *Target) servedEmpty() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.empties++
}

const textFormat = "text/plain; version=0.0.4; charset=utf-8"

func (t *Target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := t.next()
	text := t.shape.body(t.Name, n)
	half := text[:len(text)/2+int(n)%(len(text)/4)]
	w.Header().Set("Content-Type", textFormat)
	switch t.now() {
	case Hang:
		hang(r)
	case Slow:
		if delay(r, time.Duration(10+n%60)*time.Millisecond) {
			t.answer(w, n, text)
		}
	case Stall:
		_, _ = io.WriteString(w, half)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case CutLine:
		_, _ = io.WriteString(w, half[:strings.LastIndex(half, `target="`)])
	case CutBody:
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = io.WriteString(w, half)
	case CutChunk:
		takeOver(w, func(conn net.Conn) { _, _ = io.WriteString(conn, chunk(half)) })
	case Reset:
		reset(w, chunk(half))
	case Error:
		http.Error(w, text, http.StatusInternalServerError)
	case Empty:
		t.servedEmpty()
	default: // of what is refused, nothing arrives but what was under way
		t.answer(w, n, text)
	}
}

func (t *Target) answer(w http.ResponseWriter, n uint64, text string) {
	t.served(n)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = io.WriteString(w, text)
}

// chunk is an answer without its last chunk.
func chunk(text string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", textFormat, len(text), text)
}
