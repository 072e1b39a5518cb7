// Package status shows how a promferry does: as a page, as text for a terminal,
// and as JSON. What goes in is one Snapshot, a plain value without secrets, so
// that all three say the same.
package status

import (
	"time"

	"github.com/promferry/promferry/convert"
)

// A Snapshot is what a promferry knows of itself at one moment. No text in it
// holds a secret: who makes it sees to that.
type Snapshot struct {
	At            time.Time
	Version       string
	Host          string // this machine; "" is not known
	TelemetryPath string // of the own metrics
	Load          Load
	Gateways      []Gateway // each shard is one; in the order of the configuration
	Stores        []Store   // likewise
	Jobs          []Job     // likewise
}

// A Load is what became of the last load of the configuration.
type Load struct {
	At     time.Time // zero: it came with the program
	Failed bool      // the configuration before goes on
	Text   string    // errors or warnings, in lines
}

// A Gateway is one Pushgateway, or a shard, that groups are pushed to.
type Gateway struct {
	Name        string         `json:"name"`
	Shard       string         `json:"shard,omitempty"`
	URL         string         `json:"url"`
	State       string         `json:"state"`          // one of the states below
	Since       time.Time      `json:"since,omitzero"` // of the state
	LastSuccess time.Time      `json:"lastSuccess,omitzero"`
	LastError   string         `json:"lastError"`        // "" since the last success
	Doubt       string         `json:"doubt,omitempty"`  // why it may be no Pushgateway although it answers; "": none
	NextTry     time.Time      `json:"nextTry,omitzero"` // zero while it answers
	Version     string         `json:"version"`          // UnknownVersion where it did not say
	Encoding    string         `json:"encoding"`         // of pushes
	Compression string         `json:"compression"`      // of pushes
	Groups      int            `json:"groups"`           // that promferry has there
	Waiting     int            `json:"groupsWaiting"`    // of them: something newer is to be sent
	Failing     int            `json:"groupsFailing"`    // of them: what was last to be sent is not stored
	Retyped     int            `json:"familiesRetyped"`  // in the last push of each group
	LeftOut     int            `json:"familiesLeftOut"`  // likewise
	Duplicates  int            `json:"seriesLeftOut"`    // likewise: they stood twice
	Superseded  int            `json:"pushesSuperseded"` // since the start
	Dropped     map[string]int `json:"pushesDropped"`    // since the start, by reason; never nil in JSON
}

// The states of a gateway, and of a store.
const (
	GatewayUnknown   = "unknown" // nothing that was sent is answered yet
	GatewayAnswering = "answering"
	GatewayDown      = "down"
	GatewayRefusing  = "refusing" // credentials, path or redirects are wrong
)

// UnknownVersion is that of a gateway that did not say its own.
const UnknownVersion = "unknown"

// HasAnswered tells whether the gateway has answered a push, or what its version
// is. Before, what it takes is not known.
func (g Gateway) HasAnswered() bool {
	return g.State == GatewayAnswering || !g.LastSuccess.IsZero() || g.Version != UnknownVersion
}

// isAway tells whether pushes wait until the gateway is back.
func (g Gateway) isAway() bool { return isAway(g.State) }

// A Job is a block of the configuration, with its targets.
type Job struct {
	Name      string
	Discovery []Discovery
	Targets   []Target
	Dropped   []convert.Labels // by relabeling: what they were found with
	Refused   []Refused        // not scraped, as something is wrong with them
}

// A Discovery is how one block of a job finds targets.
type Discovery struct {
	Kind    string
	Place   string    // where it looks: patterns of files, a URL, names
	Targets int       // found, before relabeling
	Success time.Time // of the last look that every place answered; zero: none yet
	Error   string    // of the last look
}

// FindsNothing tells whether every place answered, and has no target.
func (d Discovery) FindsNothing() bool {
	return d.Error == "" && d.Targets == 0 && !d.Success.IsZero()
}

// A Refused target is not scraped.
type Refused struct {
	Discovered convert.Labels
	Error      string
}

// A Target is one that is scraped and pushed.
type Target struct {
	Job        string
	Address    string         // where it is scraped
	GlobalURL  string         // the same, as others see it
	Labels     convert.Labels // its grouping key at gateways
	Discovered convert.Labels // before relabeling
	Interval   time.Duration
	Timeout    time.Duration
	LastScrape time.Time // its start; zero: not yet
	Duration   time.Duration
	Error      string // of the last scrape
	Samples    int
	Bytes      int64
	Losses     []Loss // since the start
	Others     int    // groups beside its own
	Pushes     []Push // of its own group, by gateway; then those of its other groups that fail or miss families
	Feeds      []Feed // the stores that it goes to
}

// A Loss is what did not go out, or not as it was.
type Loss struct {
	Count int    `json:"count"`
	What  string `json:"what"` // "series left out: group_owned"
}

// A Push says how one group gets to one gateway.
type Push struct {
	Gateway     string
	Shard       string
	Page        string // the gateway's own page; "" without one
	Group       convert.Labels
	Path        string // below the gateway's URL
	LastSuccess time.Time
	LastAttempt time.Time
	LastError   string // of the last attempt, or of a body dropped after it
	Held        bool   // LastError says only that the gateway is down: nothing was tried
	Series      int    // of the last attempt
	Bytes       int
	Duplicates  int      // series left out, as they stood twice
	Retyped     int      // families sent with the type that the gateway has
	LeftOut     []string // families
	Waiting     bool     // something newer is to be sent
}

// Place names the gateway of a push, and its shard.
func (p Push) Place() string { return placeName(p.Gateway, p.Shard) }

// Place names the gateway, and its shard.
func (g Gateway) Place() string { return placeName(g.Name, g.Shard) }

func placeName(gateway, shard string) string {
	if shard == "" {
		return gateway
	}
	return gateway + " " + shard
}
