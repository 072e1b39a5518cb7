package scrape

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// accepted is what every request asks for.
var accepted = acceptHeader()

func (s *HTTP) header() http.Header {
	header := http.Header{
		"Accept":          {accepted},
		"Accept-Encoding": {encodingIdentity},
	}
	if s.Compress {
		header.Set("Accept-Encoding", encodingGzip)
	}
	if s.Timeout > 0 {
		seconds := strconv.FormatFloat(s.Timeout.Seconds(), 'f', -1, 64)
		header.Set("X-Prometheus-Scrape-Timeout-Seconds", seconds)
	}
	if s.UserAgent != "" {
		header.Set("User-Agent", s.UserAgent)
	}
	return header
}

// acceptHeader offers the text formats in Prometheus's default order. The
// weights start where its own start (acceptHeader in scrape/scrape.go of
// v0.315.0): one above the number of protocols that it knows, the two that are
// not offered here, PrometheusProto and OpenMetricsText2.0.0, among them.
func acceptHeader() string {
	weight := 6 + 1
	var header strings.Builder
	for _, protocol := range []string{
		MediaTypeOpenMetrics + ";version=1.0.0;escaping=allow-utf-8",
		MediaTypeOpenMetrics + ";version=0.0.1",
		MediaTypeText + ";version=1.0.0;escaping=allow-utf-8",
		MediaTypeText + ";version=0.0.4",
	} {
		fmt.Fprintf(&header, "%s;q=0.%d,", protocol, weight)
		weight--
	}
	fmt.Fprintf(&header, "*/*;q=0.%d", weight)
	return header.String()
}
