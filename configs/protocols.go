package configs

import "slices"

// protocols are the names of the formats to ask for, the best one first; nil
// where the job says nothing.
func (s *section) protocols() (all []string) {
	for _, t := range s.texts("scrape_protocols") {
		switch {
		case !slices.Contains(protocolNames, t.value):
			s.refuse("scrape_protocols", t.at, "Not one of the choices", "scrape_protocols has %s; write %s.%s", quote(t.value), alternatives(protocolNames), didYouMean(t.value, protocolNames))
		case slices.Contains(all, t.value):
			s.refuse("scrape_protocols", t.at, "Scrape protocol given twice", "%s is in the list already. Leave it out.", quote(t.value))
		default:
			all = append(all, t.value)
		}
	}
	s.notNone("scrape_protocols", all)
	return all
}

// protocolNames are Prometheus's, but for OpenMetricsText2.0.0, which is
// experimental there and not read here.
var protocolNames = []string{"PrometheusProto", "OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"}

// fallbackMediaType is what an answer without a known Content-Type is read as.
func (s *section) fallbackMediaType() string {
	switch s.choice("fallback_scrape_protocol", "", protocolNames...) {
	case "PrometheusText0.0.4", "PrometheusText1.0.0":
		return "text/plain"
	case "OpenMetricsText0.0.1", "OpenMetricsText1.0.0":
		return "application/openmetrics-text"
	case "PrometheusProto":
		return "application/vnd.google.protobuf"
	}
	return ""
}
