package convert

import "bytes"

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
