package configs

import (
	"net/url"
	"strings"
)

// instance is the default instance label: the address as written, but with this
// machine's name for one that is the same on each machine.
func (a address) instance(thisHost func() string) string {
	if a.host == "" { // a socket
		return thisHost()
	}
	if !isLoopback(bareHost(a.host)) {
		return a.host
	}
	if _, port, ok := cutPort(a.host); ok {
		return thisHost() + ":" + port
	}
	return thisHost()
}

// recipe reads how a job makes its targets.
func (s *section) recipe(set settings, layers ...layer) recipe {
	r := recipe{
		scheme:   s.choice("scheme", defaultScheme, "http", "https"),
		path:     defaultMetricsPath,
		params:   url.Values{},
		interval: set.interval,
		timeout:  set.timeout,
		labels:   merged(layers...),
		rules:    s.rules(&relabelSchema),
	}
	if t, ok := s.text("metrics_path"); ok {
		r.path = s.metricsPath(t)
	}
	for _, p := range s.listMap("params") {
		for _, v := range p.value {
			r.params.Add(p.key.value, v.value)
		}
	}
	return r
}

func (s *section) metricsPath(t text) string {
	switch {
	case !strings.HasPrefix(t.value, "/"):
		s.refuse("metrics_path", t.at, "Not an absolute path", `metrics_path is %s; write a path that begins with "/".`, quote(t.value))
	case strings.ContainsAny(t.value, "?#"):
		s.mask(t.at)
		s.refuse("metrics_path", t.at, "Query in a path", "metrics_path has a query or a fragment in it. Write params instead.")
	default:
		return t.value
	}
	return defaultMetricsPath
}
