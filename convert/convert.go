package convert

import (
	"errors"
	"io"
	"strings"

	"github.com/prometheus/common/model"
)

// An Input is an exposition as package scrape delivers it.
type Input struct {
	Body      io.Reader
	MediaType string // "application/openmetrics-text"; anything else is the text format
	Unframed  bool   // the transport could not tell a cut-off body from a whole one
}

// A Converter converts the scrapes of one target. Only Target is required.
// It is used by one goroutine at a time.
type Converter struct {
	Target      Labels // the grouping key; all of its names pass CheckTargetLabel
	HonorLabels bool   // a series' own job, instance, … win, as in Prometheus
	Limits      Limits
	// Claim says whether this target may write into a group other than its
	// own. Nil means always.
	Claim func(group Labels) bool

	withheld []Series // up{…} and the like of the last Convert, for Report
}

// Stats says what became of an exposition.
type Stats struct {
	Bytes       int64 // read
	Samples     int   // in the exposition, as scrape_samples_scraped counts
	PostRelabel int   // as scrape_samples_post_metric_relabeling counts
	Timestamps  int   // stripped: a Pushgateway refuses them
	Exemplars   int   // stripped
	Flattened   int   // histograms and summaries that go out as plain series, see checkParts
	Dropped     map[DropReason]int
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
	DropUTF8Name      DropReason = "utf8_name"      // a name that a gateway without UTF-8 names refuses
	DropReservedLabel DropReason = "reserved_label" // a label __…
	DropEmptyIdentity DropReason = "empty_identity" // honor_labels, and the series says job="" or instance=""
	DropGroupOwned    DropReason = "group_owned"    // honor_labels, and the group belongs to another target
)

// Convert reads an exposition to its end and hands its families to batch, all
// but the families of the report series, which Report adds. After an error,
// which is a *SyntaxError, a *LimitError or one of Body, the batch must be
// discarded; the stats are still those that Prometheus reports for such a
// scrape.
func (c *Converter) Convert(in Input, batch Batch) (Stats, error) {
	c.withheld = nil
	var text strings.Builder
	n, err := io.Copy(&text, in.Body)
	stats := Stats{Bytes: n}
	if err != nil {
		return stats, err
	}
	run := c.begin(in, text.String(), &stats)
	if err := run.read(); err != nil {
		return stats, err
	}
	run.emit(batch)
	return stats, nil
}

// A run is one call of Convert.
type run struct {
	*Converter
	reader reader
	stats  *Stats
	decls  declarations
	groups map[string]*group
	made   int             // groups that have a series
	stored int             // series that Prometheus holds against sample_limit
	seen   map[string]bool // series by group, name and labels
	series []namedSeries
	order  []*groupFamily
}

// A namedSeries is a series that will be carried, and its group.
type namedSeries struct {
	group *group
	Series
}

func (c *Converter) begin(in Input, text string, stats *Stats) *run {
	openMetrics := in.MediaType == "application/openmetrics-text"
	return &run{
		Converter: c,
		reader:    reader{in: text, openMetrics: openMetrics, unframed: in.Unframed},
		stats:     stats,
		decls:     declarations{openMetrics: openMetrics},
		groups:    make(map[string]*group),
		seen:      make(map[string]bool),
	}
}

// read reads all lines, as many as Prometheus would before it gives up.
func (r *run) read() error {
	if r.reader.in == "" {
		return nil // Prometheus takes an empty body in any format
	}
	for {
		e, err := r.reader.next()
		switch {
		case errors.Is(err, io.EOF):
			return r.Limits.checkSamples(r.stored)
		case err != nil:
			return err
		case e.kind != entrySample:
			r.decls.add(e)
		default:
			if err := r.add(e); err != nil {
				return err
			}
		}
	}
}

// add gives a series its group and its final labels, and keeps it unless a
// gateway could not carry it.
func (r *run) add(e entry) error {
	r.stats.Samples++
	if err := e.sample.refused; err != nil {
		return err
	}
	g, ls := r.place(e.sample.labels)
	if err := r.Limits.checkLabels(e.name, g.labels, ls); err != nil {
		return err
	}
	r.stats.PostRelabel++
	r.count(e.sample)
	reason := r.unfit(g, e.name, ls)
	if reason != DropDuplicate || e.sample.timestamp {
		r.stored++
	}
	if reason != "" {
		r.stats.drop(reason)
		return nil
	}
	if err := r.use(g); err != nil {
		return err
	}
	r.series = append(r.series, namedSeries{g, Series{Name: e.name, Labels: ls, Value: e.sample.value}})
	return nil
}

// use counts the groups that get a series.
func (r *run) use(g *group) error {
	if g.used {
		return nil
	}
	g.used = true
	r.made++
	return r.Limits.checkGroups(r.made)
}

func (r *run) count(s sample) {
	if s.timestamp {
		r.stats.Timestamps++
	}
	if s.exemplar {
		r.stats.Exemplars++
	}
}

// unfit says why a series cannot be carried, or "".
func (r *run) unfit(g *group, name string, ls Labels) DropReason {
	switch {
	case g.labels.Get(model.JobLabel) == "" || g.labels.Get(model.InstanceLabel) == "":
		return DropEmptyIdentity
	case !g.free:
		return DropGroupOwned
	case gatewayOwned(name):
		return DropGatewayOwned
	case g.own && len(ls) == 0 && isReport(name):
		return DropReportSeries
	case !model.LegacyValidation.IsValidMetricName(name):
		return DropUTF8Name
	}
	for _, l := range ls {
		if !model.LegacyValidation.IsValidLabelName(l.Name) {
			return DropUTF8Name
		}
		if strings.HasPrefix(l.Name, model.ReservedLabelPrefix) {
			return DropReservedLabel
		}
	}
	key := g.labels.Key() + "\xfe" + name + "\xfe" + ls.Key()
	if r.seen[key] {
		return DropDuplicate
	}
	r.seen[key] = true
	return ""
}

// gatewayOwned tells the names that a Pushgateway sets itself, or, worse,
// stores once and breaks on later (contract C38, C40, C41).
func gatewayOwned(name string) bool {
	return strings.HasPrefix(name, "pushgateway_") ||
		name == "push_time_seconds" || name == "push_failure_time_seconds"
}
