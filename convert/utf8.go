package convert

import (
	"strings"

	"github.com/prometheus/common/model"
)

// isClassic tells a series whose names every gateway takes: they are
// [a-zA-Z_:][a-zA-Z0-9_:]*, and those of labels have no colon. All others are
// UTF-8 names, which only few gateways take (contract C19, C34, C43).
func (s Series) isClassic() bool {
	if !isClassicName(s.Name) {
		return false
	}
	for _, l := range s.Labels {
		if !isClassicLabel(l.Name) {
			return false
		}
	}
	return true
}

func isClassicName(name string) bool  { return model.LegacyValidation.IsValidMetricName(name) }
func isClassicLabel(name string) bool { return model.LegacyValidation.IsValidLabelName(name) }

// breaksExposition tells the label names that even a gateway with UTF-8 names
// must not have. It writes those that could be a metric's without quotes
// (MetricFamilyToText of prometheus/common), and a Prometheus that finds a colon
// there takes nothing of all that the gateway has.
func breaksExposition(label string) bool {
	return isClassicName(label) && !isClassicLabel(label) || hasNUL(label)
}

// hasNUL tells the names, of metrics and labels, at which a Prometheus takes
// nothing of all that a gateway with UTF-8 names has: its text parsers end a name
// in quotes there.
func hasNUL(name string) bool { return strings.IndexByte(name, 0) >= 0 }

// escapedName is what a target calls a metric that tells it to a Prometheus
// without UTF-8 names: each character that is not classic is an underscore
// (UnderscoreEscaping of prometheus/common model).
func escapedName(name string) string { return model.EscapeName(name, model.UnderscoreEscaping) }

// escapedLabel does the same for a label. EscapeName leaves the colons, which
// labels cannot have.
func escapedLabel(name string) string { return strings.ReplaceAll(escapedName(name), ":", "_") }

// escape returns the series with escaped names. It is false where two labels
// become one, or one that no gateway takes.
func (s Series) escape() (Series, bool) {
	labels := make([]Label, len(s.Labels))
	for i, l := range s.Labels {
		labels[i] = Label{escapedLabel(l.Name), l.Value}
		if strings.HasPrefix(labels[i].Name, model.ReservedLabelPrefix) {
			return s, false
		}
	}
	ls, err := sorted(labels)
	s.Name, s.Labels = escapedName(s.Name), ls
	return s, err == nil
}

// isClassic tells a family of which every gateway takes all names.
func (f *Family) isClassic() bool {
	for _, s := range f.Series {
		if !s.isClassic() {
			return false
		}
	}
	return isClassicName(f.Name)
}

// isClassic is the same for an encoded family.
func (b Block) isClassic() bool {
	if b.format != Protobuf {
		return true // a text body has no others
	}
	for metric := range fields(b.message) {
		if metric.tag != tagFamilyMetric {
			continue
		}
		for f := range fields(metric.data) {
			if name, _ := decodeLabel(f.data); f.tag == tagMetricLabel && !isClassicLabel(text(name)) {
				return false
			}
		}
	}
	return isClassicName(b.Name)
}
