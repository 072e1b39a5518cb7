package scrape

import (
	"fmt"
	"strings"
)

// A Protocol is a format that a target is asked for, by the name that it has in
// scrape_protocols of Prometheus.
type Protocol string

// The protocols that package convert reads. Prometheus's other one,
// OpenMetricsText2.0.0, is experimental there.
const (
	PrometheusProto      Protocol = "PrometheusProto"
	OpenMetricsText1_0_0 Protocol = "OpenMetricsText1.0.0"
	OpenMetricsText0_0_1 Protocol = "OpenMetricsText0.0.1"
	PrometheusText1_0_0  Protocol = "PrometheusText1.0.0"
	PrometheusText0_0_4  Protocol = "PrometheusText0.0.4"
)

// offers are what an Accept header says of each (ScrapeProtocolsHeaders in
// config/config.go of Prometheus v0.315.0). The versions that know UTF-8 names
// say that these may come as they are.
var offers = map[Protocol]string{
	PrometheusProto:      MediaTypeProtobuf + ";proto=io.prometheus.client.MetricFamily;encoding=delimited",
	OpenMetricsText1_0_0: MediaTypeOpenMetrics + ";version=1.0.0;escaping=allow-utf-8",
	OpenMetricsText0_0_1: MediaTypeOpenMetrics + ";version=0.0.1",
	PrometheusText1_0_0:  MediaTypeText + ";version=1.0.0;escaping=allow-utf-8",
	PrometheusText0_0_4:  MediaTypeText + ";version=0.0.4",
}

// defaultProtocols is Prometheus 3's order.
var defaultProtocols = []Protocol{OpenMetricsText1_0_0, OpenMetricsText0_0_1, PrometheusText1_0_0, PrometheusText0_0_4}

// acceptHeader offers protocols of offers, the most wanted first, or the default
// ones. The weights start where Prometheus's own start (acceptHeader in
// scrape/scrape.go of v0.315.0): one above the number of protocols that it knows,
// the one that is not offered here among them.
func acceptHeader(protocols []Protocol) string {
	if len(protocols) == 0 {
		protocols = defaultProtocols
	}
	weight := len(offers) + 1 + 1
	var header strings.Builder
	for _, p := range protocols {
		fmt.Fprintf(&header, "%s;q=0.%d,", offers[p], weight)
		weight--
	}
	fmt.Fprintf(&header, "*/*;q=0.%d", weight)
	return header.String()
}
