package relay

import (
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/relabel"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/scrape"
)

// An Ending says what becomes of a target's groups, and of its series in stores,
// at a clean stop.
type Ending string

// The endings.
const (
	EndMarkDown Ending = "mark_down" // up 0 and nothing else; the default
	EndDelete   Ending = "delete"    // the groups go, the series are stale
	EndKeep     Ending = "keep"      // one last cycle, then they stay
)

// A Target is one thing to scrape and the place of its series. The exported
// fields are not changed once the target is in a pool.
type Target struct {
	Job           string // the name of its block, for logs and metrics
	Address       string // for people, without secrets
	Labels        convert.Labels
	Source        scrape.Source
	HonorLabels   bool
	Limits        convert.Limits
	Rules         []*relabel.Config // for each series; nil is none
	Buffers       *convert.Buffers  // shared by targets; nil means that each cycle makes its own
	Gateways      push.Gateways
	Stores        []Store
	Interval      time.Duration
	Timeout       time.Duration // of one scrape, at most Interval
	KeepOnFailure bool          // a failed scrape leaves the last values; else it replaces them by up 0
	OnShutdown    Ending        // "" is EndMarkDown
	// HonorTimestamps has samples keep a time of their own in stores; else all
	// get that of the scrape.
	HonorTimestamps bool

	converter convert.Converter
	owners    *owners
	pushed    map[string]placement        // groups at the gateways that this target made, by their keys
	schedule  *schedule                   // nil: it begins anew
	hangs     bool                        // the last scrape spent its whole timeout
	misplaces map[convert.DropReason]bool // what the log says is left out, see tellMisplaced
	isLast    bool                        // what comes of it now is the last
	scraped   time.Time                   // of the last samples in its stores; zero: they have none

	claimed   map[place]bool // owners.mu guards it: places but those of its own group
	inherited []placement    // owners.mu guards it: what targets before it have left to it

	life life

	mu     sync.Mutex
	due    time.Time // its next tick, or the one that is worked at; zero: not scheduled yet
	status Status
	made   []convert.Labels // what of pushed is not the target's own group
}

// join makes the target part of a pool, and returns who had its own group.
func (t *Target) join(o *owners) (before []*Target) {
	t.owners = o
	t.pushed = make(map[string]placement)
	t.converter = convert.Converter{
		Target:      t.Labels,
		HonorLabels: t.HonorLabels,
		Limits:      t.Limits,
		Rules:       t.Rules,
		Buffers:     t.Buffers,
		StoresOnly:  len(t.Gateways) == 0,
		Claim:       func(group convert.Labels) bool { return o.claim(t, group) },

		IgnoreTimestamps: !t.HonorTimestamps,
	}
	return o.reserve(t)
}
