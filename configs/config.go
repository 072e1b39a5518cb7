package configs

import (
	"net/url"
	"regexp"
	"time"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/promferry/promferry/convert"
)

// A Config is a whole configuration, checked and with all defaults filled in.
type Config struct {
	Workers         int   // scrapes at work at once, at least 1
	MaxPendingBytes int64 // encoded bodies that wait for gateways, all together
	Gateways        []Gateway
	RemoteWrites    []RemoteWrite
	Jobs            []Job // in the order of the files; builtins among them
	// Text is what all of it was made of: each file below its name, without
	// comments, and with <secret> where there may be one.
	Text string
}

// A Gateway is where groups are pushed to.
type Gateway struct {
	Name                string
	URLs                []*url.URL    // at least one, the shards; no userinfo, no query; a path prefix without trailing slash
	Loopback            bool          // all of them are on this machine
	Encoding            string        // EncodingAuto, EncodingProtobuf or EncodingText
	Compression         string        // CompressionAuto, CompressionNone, CompressionGzip or CompressionSnappy
	Timeout             time.Duration // of one request
	MaxConcurrentPushes int           // at least 1
	MinBackoff          time.Duration // the first wait before a push is tried again
	MaxBackoff          time.Duration // the longest; not below MinBackoff
	HTTP                promconfig.HTTPClientConfig
}

// A RemoteWrite is a receiver of remote_write 1.0 that all samples are sent to.
type RemoteWrite struct {
	Name       string        // none of a gateway
	URL        *url.URL      // no userinfo; may have a query, which is a secret
	Loopback   bool          // it is on this machine
	Timeout    time.Duration // of one request
	Queue      Queue
	Spool      *Spool            // nil: memory only
	WriteRules []*relabel.Config // write_relabel_config, for each series; validated
	HTTP       promconfig.HTTPClientConfig
}

// A Queue is what waits for a receiver, and how that is sent.
type Queue struct {
	Capacity               int           // samples that wait in memory, at least MaxSamplesPerSend
	MaxSamplesPerSend      int           // at least 1
	BatchSendDeadline      time.Duration // the longest wait for a request to fill up
	MinBackoff, MaxBackoff time.Duration // between tries
}

// A Spool is a directory for what waits.
type Spool struct {
	Directory string
	MaxSize   int64         // bytes
	MaxAge    time.Duration // 0 is no limit
}

// A Job is a set of targets that are scraped in one way, or a builtin.
type Job struct {
	Name                          string      // value of the job label, unless a target's labels override it
	Builtin                       string      // "", BuiltinNetwork or BuiltinSelf
	Network                       Network     // only for BuiltinNetwork
	Targets                       []Target    // those of the text, after relabeling; one for a builtin, with its Labels
	Dropped                       []Target    // those of the text that relabeling drops: Discovered is all that they have
	Discovery                     []Discovery // how more targets are found: see Resolve
	Gateways                      []string    // names of gateways and remote_writes, never empty: all where the job names none
	ScrapeInterval, ScrapeTimeout time.Duration
	TargetLimit                   int // of all targets after relabeling; 0 is no limit
	HonorLabels                   bool
	HonorTimestamps               bool     // for remote_write: samples that bring a time keep it
	Protocols                     []string // names of scrape_protocols, the best one first; nil is the default
	FallbackMediaType             string   // for an answer without a known Content-Type: "" fails it, "text/plain", "application/openmetrics-text" or "application/vnd.google.protobuf"
	EnableCompression             bool
	BodySizeLimit                 int64             // bytes after decompression; 0 is no limit
	Limits                        convert.Limits    // none for a builtin
	MetricRules                   []*relabel.Config // for each series; validated
	OnScrapeFailure               string            // MarkDown or Keep
	OnShutdown                    string            // MarkDown, Delete or Keep
	HTTP                          promconfig.HTTPClientConfig

	recipe recipe
}

// Scraping is what the job says of how each target is scraped and pushed, without
// which targets there are and where they go: a target stays the same as long as
// that does.
func (j Job) Scraping() Job {
	j.Targets, j.Dropped, j.Discovery, j.Gateways, j.TargetLimit = nil, nil, nil, nil, 0
	j.ScrapeInterval, j.ScrapeTimeout, j.recipe = 0, 0, recipe{} // each target has its own
	return j
}

// A Target is what one scrape reads and where it is pushed to.
type Target struct {
	URL                           *url.URL       // with path and params; http://localhost/path for a unix socket; nil for files and builtins
	UnixSocket                    string         // path of the socket, or ""
	Loopback                      bool           // URL is on this machine
	Files                         []string       // patterns of text files, relative ones to the working directory
	MaxAge                        time.Duration  // of Files; 0 is no limit
	ScrapeInterval, ScrapeTimeout time.Duration  // the job's, unless labels say otherwise
	Labels                        convert.Labels // the grouping key: job, instance and all others
	Discovered                    convert.Labels // before relabeling, as Prometheus shows them: __address__, __scheme__, … and the configured ones
}

// Network is what the network builtin reports. The expressions are anchored;
// one of them is nil or both are.
type Network struct {
	DeviceInclude, DeviceExclude *regexp.Regexp
	RequireAddress               string // AddressAny, AddressIPv4 or AddressNone
}

// What becomes of a target's groups when a scrape fails or the program stops.
const (
	MarkDown = "mark_down" // up 0 replaces the group
	Keep     = "keep"      // the last values stay
	Delete   = "delete"    // the group goes
)

// What a push is written as.
const (
	EncodingAuto     = "auto"     // what the gateway's version reads best
	EncodingProtobuf = "protobuf" // delimited messages
	EncodingText     = "text"     // text format 0.0.4
)

// What the body of a push is compressed with.
const (
	CompressionAuto   = "auto" // none to a loopback host, else by the gateway's version
	CompressionNone   = "none"
	CompressionGzip   = "gzip"
	CompressionSnappy = "snappy" // framed
)

// The builtins, by the label of their block.
const (
	BuiltinNetwork = "network"
	BuiltinSelf    = "self"
)

// Which devices the network builtin leaves out for want of an address.
const (
	AddressAny  = "any"  // those without any address
	AddressIPv4 = "ipv4" // those without an IPv4 address
	AddressNone = "none" // no device
)
