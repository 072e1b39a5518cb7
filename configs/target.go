package configs

import (
	"net/url"
	"strings"

	"github.com/promferry/promferry/convert"
)

// An endpoint is how a job asks its targets, where an address does not say.
type endpoint struct {
	scheme, path string
	params       url.Values
}

// resolve makes the target of an address. The host is this machine's name, and
// values are its labels, to which the default instance is added.
func (e endpoint) resolve(a address, values map[string]string, thisHost func() string) Target {
	u := e.url(a)
	discovered := map[string]string{
		"__address__":      a.host,
		"__scheme__":       u.Scheme,
		"__metrics_path__": u.Path,
	}
	if a.socket != "" {
		discovered["__address__"] = unixPrefix + a.socket
	}
	for name, list := range e.params {
		if len(list) > 0 { // the first, as in Prometheus
			discovered["__param_"+name] = list[0]
		}
	}
	for name, value := range values {
		discovered[name] = value
	}
	if values[instanceLabel] == "" {
		values[instanceLabel] = a.instance(thisHost)
	}
	return Target{
		URL:        u,
		UnixSocket: a.socket,
		Loopback:   a.socket != "" || isLoopback(u.Hostname()),
		Labels:     convert.LabelsOf(values),
		Discovered: convert.LabelsOf(discovered),
	}
}

func (e endpoint) url(a address) *url.URL {
	u := &url.URL{Scheme: a.scheme, Host: a.host, Path: a.path, RawPath: a.rawPath, RawQuery: e.params.Encode()}
	if u.Scheme == "" {
		u.Scheme = e.scheme
	}
	if u.Path == "" {
		u.Path = e.path
	}
	if a.socket != "" {
		u.Host = "localhost"
	}
	return u
}

// instance is the default instance label: the address as written, but with this
// machine's name for one that is the same on each machine.
func (a address) instance(thisHost func() string) string {
	if a.socket != "" {
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

// endpoint reads how a job asks its targets.
func (s *section) endpoint() endpoint {
	e := endpoint{
		scheme: s.choice("scheme", defaultScheme, "http", "https"),
		path:   defaultMetricsPath,
		params: url.Values{},
	}
	if t, ok := s.text("metrics_path"); ok {
		e.path = s.metricsPath(t)
	}
	for _, p := range s.listMap("params") {
		for _, v := range p.value {
			e.params.Add(p.key.value, v.value)
		}
	}
	return e
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
