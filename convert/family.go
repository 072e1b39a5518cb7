package convert

// A Type is a metric type as a Pushgateway's text format has it.
type Type string

// The types that a gateway knows (contract C29); OpenMetrics' others are
// translated into these.
const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Histogram Type = "histogram"
	Summary   Type = "summary"
	Untyped   Type = "untyped"
)

// Simple tells whether the type is metadata only. Prometheus stores counters,
// gauges and untyped series alike; a histogram's or summary's lines are put
// together by the gateway.
func (t Type) Simple() bool { return t != Histogram && t != Summary }

// A Family is a metric family of one group, all of it.
type Family struct {
	Name   string
	Help   string // unescaped; "" is none
	Type   Type
	Series []Series // of a histogram or summary: the lines of one label set stand together
}

// A Series is one line of a family.
type Series struct {
	Name   string // the family's, with _bucket, _sum or _count behind it in histograms and summaries
	Labels Labels // without those of the group
	Value  float64
	native []byte // of a histogram's count: the fields of a native one, encoded
}
