package convert

import "bytes"

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

// A kind is the word of a TYPE line, or none.
type kind uint8

const (
	kindNone kind = iota
	kindCounter
	kindGauge
	kindHistogram
	kindSummary
	kindUntyped
	kindUnknown
	kindInfo
	kindStateset
	kindGaugeHistogram
	kinds
)

// textKind returns the kind of a word of the text format.
func textKind(word string) (kind, bool) {
	switch word {
	case "counter":
		return kindCounter, true
	case "gauge":
		return kindGauge, true
	case "histogram":
		return kindHistogram, true
	case "summary":
		return kindSummary, true
	case "untyped":
		return kindUntyped, true
	}
	return kindNone, false
}

// openMetricsKind returns the kind of a word of OpenMetrics.
func openMetricsKind(word string) (kind, bool) {
	switch word {
	case "untyped":
		return kindNone, false
	case "unknown":
		return kindUnknown, true
	case "info":
		return kindInfo, true
	case "stateset":
		return kindStateset, true
	case "gaugehistogram":
		return kindGaugeHistogram, true
	}
	return textKind(word)
}

// ownTypes are those of series that have their family's own name.
var ownTypes = [kinds]Type{
	kindNone:           Untyped,
	kindUntyped:        Untyped,
	kindUnknown:        Untyped,
	kindCounter:        Counter,
	kindGauge:          Gauge,
	kindStateset:       Gauge,
	kindInfo:           Gauge,
	kindGaugeHistogram: Gauge,
	kindHistogram:      Histogram,
	kindSummary:        Summary,
}

// A suffix is what a series may have behind its family's name, with the types
// that have it there and what the series becomes; "" is nothing.
type suffix struct {
	text  string
	types [kinds]Type
	role  role
}

// A role says which line of a histogram or summary a series is.
type role uint8

const (
	roleNone  role = iota
	rolePoint      // a bucket or a quantile
	roleSum
	roleCount
)

var suffixes = [...]suffix{
	{"_bucket", [kinds]Type{kindHistogram: Histogram, kindGaugeHistogram: Gauge}, rolePoint},
	{"_sum", [kinds]Type{kindHistogram: Histogram, kindSummary: Summary}, roleSum},
	{"_count", [kinds]Type{kindHistogram: Histogram, kindSummary: Summary}, roleCount},
	{"_gsum", [kinds]Type{kindGaugeHistogram: Gauge}, roleNone},
	{"_gcount", [kinds]Type{kindGaugeHistogram: Gauge}, roleNone},
	{"_total", [kinds]Type{kindCounter: Counter}, roleNone},
	{"_info", [kinds]Type{kindInfo: Gauge}, roleNone},
	{"_created", [kinds]Type{kindCounter: Gauge, kindHistogram: Gauge, kindSummary: Gauge}, roleNone},
}

// suffixOf returns the suffix that a series' name has, or nil.
func suffixOf(series []byte) *suffix {
	if len(series) == 0 { // in quotes, of metadata
		return nil
	}
	if c := series[len(series)-1]; c != 't' && c != 'm' && c != 'l' && c != 'o' && c != 'd' {
		return nil
	}
	at := bytes.LastIndexByte(series, '_')
	if at <= 0 {
		return nil
	}
	for i := range suffixes {
		if suffixes[i].text == string(series[at:]) {
			return &suffixes[i]
		}
	}
	return nil
}

// A member says what a series is to its family as it goes out.
type member struct {
	family  int  // index of the family's name
	meta    int  // index of the name whose HELP it has
	kind    Type // of the family
	role    role // in histograms and summaries
	created bool // an OpenMetrics …_created, which stands among its family's lines
}

// memberOf finds the family that a series belongs to. That is where OpenMetrics,
// whose families are named without the suffix, is translated (contract C52).
// The report series' names are kept for gauges, and a gateway's own for nobody:
// up must not become a histogram's name.
func (r *run) memberOf(series []byte) member {
	own := r.names.add(series)
	if s := r.names.entries[own].suffix; s != nil {
		if m, ok := r.suffixed(series, own, s); ok {
			return m
		}
	}
	m := r.ownMember(own)
	if isReport(text(series)) {
		m.kind, m.role = Gauge, roleNone
	}
	return m
}

// isOrdinary tells whether a name alone says what its series are.
func (r *run) isOrdinary(i int) bool {
	n := &r.names.entries[i]
	return !n.special && (n.suffix == nil || n.suffix.role == roleNone && !r.reader.openMetrics)
}

// ownMember is a series that has its family's name.
func (r *run) ownMember(i int) member {
	m := member{family: i, meta: i, kind: ownTypes[r.names.entries[i].kind]}
	if m.kind == Summary {
		m.role = rolePoint
	}
	return m
}

// suffixed is memberOf for a name with a suffix; ok is false where its family's
// name has it too.
func (r *run) suffixed(series []byte, own int, s *suffix) (m member, ok bool) {
	name := series[:len(series)-len(s.text)]
	base := r.names.find(name)
	if base < 0 {
		r.strays = r.strays || s.role != roleNone
		return m, false
	}
	t := s.types[r.names.entries[base].kind]
	switch {
	case t == "":
		r.strays = r.strays || s.role != roleNone
		return m, false
	case !t.Simple() && (isReport(text(name)) || gatewayOwned(text(name))):
		return r.plain(series, own), true
	case !t.Simple():
		return member{family: base, meta: base, kind: t, role: s.role}, true
	case !r.reader.openMetrics || r.names.entries[own].kind != kindNone:
		return m, false // in the text format a counter's series has its family's name
	case isReport(text(series)):
		t = Gauge
	}
	return member{family: own, meta: base, kind: t, created: s.text == "_created"}, true
}

// plain is a series on its own, outside of the histogram or summary that it was
// a line of.
func (r *run) plain(series []byte, own int) member {
	m := member{family: own, meta: own, kind: ownTypes[r.names.entries[own].kind]}
	if isReport(text(series)) {
		m.kind = Gauge
	} else if !m.kind.Simple() {
		m.kind = Untyped
	}
	return m
}
