package convert

import (
	"io"
	"sync"

	"github.com/prometheus/prometheus/model/relabel"
)

// An Input is an exposition as package scrape delivers it.
type Input struct {
	Body      io.Reader
	MediaType string // "application/openmetrics-text", "application/vnd.google.protobuf"; anything else is the text format
	Unframed  bool   // the transport could not tell a cut-off body from a whole one
	Stores    Stores
}

// A Converter converts the scrapes of one target. Only Target is required.
// It is used by one goroutine at a time.
type Converter struct {
	Target      Labels // the grouping key; all of its names pass CheckTargetLabel
	HonorLabels bool   // a series' own job, instance, … win, as in Prometheus
	Limits      Limits
	// Rules are applied to each series, with the labels of its target, as
	// Prometheus applies metric_relabel_configs. Each has passed Validate. They
	// stay the same as long as the converter is used, as does Target: what they
	// make of a series is remembered. Nil means none.
	Rules []*relabel.Config
	// NoReport says that no Report follows, as what comes in is no scrape: up
	// and scrape_… are series like any other.
	NoReport bool
	// StoresOnly says that no gateway gets any of it: no groups are made, and
	// nothing is counted that a gateway could not carry.
	StoresOnly bool
	// IgnoreTimestamps gives samples the time of the scrape where they bring one
	// of their own, as honor_timestamps = false does in Prometheus.
	IgnoreTimestamps bool
	// Claim says whether this target may write into a group other than its
	// own. Nil means always.
	Claim func(group Labels) bool
	// Buffers are shared by converters. Nil means that each conversion makes
	// its own.
	Buffers *Buffers

	withheld []Series      // up{…} and the like of the last Convert, for Report
	verdicts *verdicts     // of Rules, since the first Convert
	series   *liveSet      // that stores have; nil: none
	added    int           // series of the last Convert that are new to stores
	ruled    []ruledMemory // by output
}

// Buffers are what conversions work with, kept from one to the next while they
// are in use and of a common size. The zero value is ready, and safe for
// concurrent use.
type Buffers struct{ runs sync.Pool }

// Stats says what became of an exposition.
type Stats struct {
	Bytes       int64 // read
	Samples     int   // in the exposition, as scrape_samples_scraped counts
	PostRelabel int   // as scrape_samples_post_metric_relabeling counts
	Timestamps  int   // stripped: a Pushgateway refuses them
	Exemplars   int   // stripped
	Natives     int   // native histograms that were cut to what the text format has of them
	Flattened   int   // histograms and summaries that go out as plain series, see assemble
	Escaped     int   // series whose name or label names go out with underscores, as a gateway takes no UTF-8 names
	Exported    int   // series that keep a label of theirs as exported_…, as the target has it, too
	Dropped     map[DropReason]int
	// Of what goes to stores:
	Stored       int                // samples and native histograms
	Stale        int                // markers for series that are gone
	StoreDropped map[DropReason]int // series that no store gets, as Prometheus would not store them
}

func (s *Stats) drop(reason DropReason) {
	if s.Dropped == nil {
		s.Dropped = make(map[DropReason]int)
	}
	s.Dropped[reason]++
}

// A DropReason says why a series was left out. It is a metric's label value.
type DropReason string

// The reasons for which a single series is left out.
const (
	DropDuplicate     DropReason = "duplicate"      // stood in the exposition before: the first wins
	DropReportSeries  DropReason = "report_series"  // up or scrape_… with nothing but the target's labels
	DropGatewayOwned  DropReason = "gateway_owned"  // a name that Pushgateways keep for themselves
	DropUTF8Name      DropReason = "utf8_name"      // escaped for a gateway without UTF-8 names it would be another's
	DropReservedLabel DropReason = "reserved_label" // a label __…
	DropEmptyIdentity DropReason = "empty_identity" // the series says job="" or instance="", with honor_labels, or rules do
	DropGroupOwned    DropReason = "group_owned"    // honor_labels or rules, and the group belongs to another target

	// Of stores alone, beside DropDuplicate and DropReportSeries.
	DropFuture DropReason = "future"     // a time of its own more than ten minutes ahead, which Prometheus refuses
	DropClock  DropReason = "clock_back" // the clock went back: a store has later samples of the series
	DropNoName DropReason = "no_name"    // write_relabel_config takes the name away
)

// StoreDropReasons are those of series that go to no store.
func StoreDropReasons() []DropReason {
	return []DropReason{DropDuplicate, DropReportSeries, DropFuture, DropClock, DropNoName}
}

// DropReasons returns all of them.
func DropReasons() []DropReason {
	return []DropReason{
		DropDuplicate, DropReportSeries, DropGatewayOwned, DropUTF8Name, DropReservedLabel, DropEmptyIdentity, DropGroupOwned,
	}
}

// Convert reads an exposition while it arrives, and hands its families to
// batch, all but the families of the report series, which Report adds. After an
// error, which is a *SyntaxError, a *LimitError or one of Body, the batch must
// be discarded; the stats are still those that Prometheus, which reads all of a
// body before it parses any, reports for such a scrape.
func (c *Converter) Convert(in Input, batch Batch) (Stats, error) {
	r := c.Buffers.get()
	stats, err := r.convert(c, in, batch)
	c.Buffers.put(r) // not after a panic
	return stats, err
}

func (b *Buffers) get() *run {
	if b != nil {
		if r, ok := b.runs.Get().(*run); ok {
			return r
		}
	}
	return new(run)
}

// put keeps what a run has allocated, unless it is uncommonly much.
func (b *Buffers) put(r *run) {
	if b != nil && r.clear() {
		b.runs.Put(r)
	}
}
