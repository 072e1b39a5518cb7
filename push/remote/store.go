package remote

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/relabel"
)

// A Store is one receiver of remote_write, and the queue before it. Make one
// with New. All methods are safe for concurrent use.
type Store struct {
	Name    string
	options Options
	disk    *disk // nil: there is no spool
	memory  memory
	meter   meter
	born    time.Time // what a record's moments are counted from

	writing sync.Mutex // held by who numbers records and puts them into the spool
	copied  []byte     // scratch of those: see copy

	mu       sync.Mutex
	settings Settings
	arriving []*arrival // batches that wait to be written
	queue    queue
	health   health
	pace     pace
	underWay int  // requests
	draining bool // nothing waits for more to fill a request up
	stored   uint64
	dropped  map[DropReason]uint64
	lastDrop time.Time // zero: none yet
	troubles troubles
	changed  chan struct{} // closed and replaced at each change of the fields above
}

// Settings of a store; all but Rules are required. They may change while it
// runs: what waits then goes where the new ones say.
type Settings struct {
	URL       *url.URL          // of the receiver, with path; no userinfo; a query is a secret
	Transport http.RoundTripper // may add credentials
	Timeout   time.Duration     // of one request, answer included
	Rules     []*relabel.Config // write_relabel_config; each has passed Validate
	// Capacity is how many samples wait in memory. The newest scrape is taken
	// always, and while the receiver answers that of each target.
	Capacity          int
	MaxSamplesPerSend int           // of a request
	BatchSendDeadline time.Duration // the longest wait for a request to fill up
	MinBackoff        time.Duration
	MaxBackoff        time.Duration
}

// A Spool is the part of the queue that is on disk.
type Spool struct {
	Directory string
	MaxSize   int64         // bytes of its file
	MaxAge    time.Duration // 0 is no limit
}

// Options of a store, for as long as it lives.
type Options struct {
	Logger  *slog.Logger  // nil discards
	Metrics *Metrics      // nil counts nothing
	GiveUp  time.Duration // how long one request is tried again; 0: until it is stored, refused, or dropped for want of room
	// OnDone, if set, is called after each request that ended, from several
	// goroutines. Drain waits until it returns.
	OnDone func(Outcome)
}

// An Outcome is how one request ended.
type Outcome struct {
	Store   string
	Samples int // histograms among them
	Bytes   int // sent
	Took    time.Duration
	Lag     time.Duration // since the oldest of its scrapes
	Err     error         // nil where it was stored
}

// New makes a store that does not run yet. A nil spool keeps all in memory.
func New(name string, spool *Spool, settings Settings, options Options) *Store {
	s := &Store{
		Name:     name,
		options:  options,
		meter:    meter{options.Metrics, name, spool},
		born:     time.Now(),
		settings: settings,
		queue:    newQueue(),
		health:   newHealth(),
		dropped:  make(map[DropReason]uint64),
	}
	if spool != nil {
		s.disk = newDisk(*spool)
	}
	return s
}

// Set replaces the settings. What failed before is tried again at once: the new
// ones may be what puts it right.
func (s *Store) Set(settings Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = settings
	s.health.next = time.Time{}
	for _, l := range s.queue.lanes {
		l.due = time.Time{}
	}
	s.notify()
}

// SetLimits replaces those of the spool, if there is one. Its directory is that of
// the store for as long as it lives.
func (s *Store) SetLimits(maxSize int64, maxAge time.Duration) {
	if s.disk != nil {
		s.disk.setLimits(maxSize, maxAge)
		s.meter.maxSize(maxSize)
	}
}

// Run sends until ctx ends, and returns when no request is under way any more.
// What was not sent then stays in the spool.
func (s *Store) Run(ctx context.Context) {
	s.meter.start()
	var group sync.WaitGroup
	if s.disk != nil {
		maxSize, _ := s.disk.limits()
		s.meter.maxSize(maxSize)
		group.Go(func() { s.keep(ctx) })
	}
	for {
		r := s.take(ctx)
		if r == nil {
			break
		}
		group.Go(func() { s.finish(ctx, r, s.send(ctx, r)) })
	}
	group.Wait()
}

// age is how long the store is there at that moment: above 0, which for a record
// is no moment.
func (s *Store) age(now time.Time) time.Duration { return max(now.Sub(s.born), 1) }

// changes returns a channel that is closed at the next change. s.mu is held.
func (s *Store) changes() <-chan struct{} {
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// notify tells those who wait for a change. s.mu is held.
func (s *Store) notify() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// current returns the settings as they are now.
func (s *Store) current() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}
