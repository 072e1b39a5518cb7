package convert

import "strings"

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
}

// A declaration is what the metadata lines say of one family.
type declaration struct {
	kind string // the word of its TYPE line, "" without one
	help string
}

// declarations are those of one exposition.
type declarations struct {
	openMetrics bool
	byName      map[string]declaration
}

// add takes a metadata line. As in Prometheus' own metadata the last line of a
// kind stands.
func (d *declarations) add(e entry) {
	if d.byName == nil {
		d.byName = make(map[string]declaration)
	}
	decl := d.byName[e.name]
	switch e.kind {
	case entryHelp:
		decl.help = e.text
	case entryType:
		decl.kind = e.text
	}
	d.byName[e.name] = decl
}

// familyOf finds the family that a series belongs to: its name, type and help
// as they go to the gateway. That is where OpenMetrics, whose families are
// named without the suffix, is translated (contract C52).
func (d *declarations) familyOf(series string) Family {
	own := d.byName[series]
	for _, suffix := range suffixes {
		base, ok := strings.CutSuffix(series, suffix.text)
		if !ok || base == "" {
			continue
		}
		decl := d.byName[base]
		t, ok := suffix.kinds[decl.kind]
		if !ok || t.Simple() && (!d.openMetrics || own.kind != "") {
			continue // in the text format a counter's series has its family's name
		}
		return suffix.family(base, t, decl.help)
	}
	return Family{Name: series, Help: own.help, Type: ownTypes[own.kind]}
}

// A suffix is what a series may have behind its family's name, with the types
// that have it there and what the series becomes.
type suffix struct {
	text  string
	kinds map[string]Type
}

func (s suffix) family(base string, t Type, help string) Family {
	if t.Simple() {
		base += s.text
	}
	return Family{Name: base, Help: help, Type: t}
}

var suffixes = []suffix{
	{"_bucket", map[string]Type{"histogram": Histogram, "gaugehistogram": Gauge}},
	{"_sum", map[string]Type{"histogram": Histogram, "summary": Summary}},
	{"_count", map[string]Type{"histogram": Histogram, "summary": Summary}},
	{"_gsum", map[string]Type{"gaugehistogram": Gauge}},
	{"_gcount", map[string]Type{"gaugehistogram": Gauge}},
	{"_total", map[string]Type{"counter": Counter}},
	{"_info", map[string]Type{"info": Gauge}},
	{"_created", map[string]Type{"counter": Gauge, "histogram": Gauge, "summary": Gauge}},
}

// ownTypes are those of series that have their family's own name.
var ownTypes = map[string]Type{
	"":               Untyped,
	"untyped":        Untyped,
	"unknown":        Untyped,
	"counter":        Counter,
	"gauge":          Gauge,
	"stateset":       Gauge,
	"info":           Gauge,
	"gaugehistogram": Gauge,
	"histogram":      Histogram,
	"summary":        Summary,
}

// types returns the words that a TYPE line may have.
func (r *reader) types() map[string]bool {
	if r.openMetrics {
		return openMetricsTypes
	}
	return textTypes
}

var (
	textTypes = map[string]bool{
		"counter": true, "gauge": true, "histogram": true, "summary": true, "untyped": true,
	}
	openMetricsTypes = map[string]bool{
		"counter": true, "gauge": true, "histogram": true, "gaugehistogram": true,
		"summary": true, "info": true, "stateset": true, "unknown": true,
	}
)
