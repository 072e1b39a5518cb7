package prometheusyaml

import (
	"slices"
	"strings"
)

// defaultProtocols are those of Prometheus 3 and of promferry, in their order.
var defaultProtocols = []string{"OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"}

const protobuf = "PrometheusProto"

func isProtocol(name string) bool { return name == protobuf || slices.Contains(defaultProtocols, name) }

// protocols reads scrape_protocols; nil where they are not there or wrong.
func (s *scope) protocols(f field) []string {
	names, at := s.texts(f)
	for i, name := range names {
		switch {
		case !isProtocol(name):
			s.refused(at[i].place, "scrape_protocols: %.40q is none of %s, %s", name, protobuf, strings.Join(defaultProtocols, ", "))
			return nil
		case slices.Contains(names[:i], name):
			s.refused(at[i].place, "scrape_protocols: %s is there twice", name)
			return nil
		}
	}
	return names
}

func (j *job) readProtocols(f field) {
	j.protocols = j.scope.protocols(f)
	j.protocolComments = f.comments()
}

func (j *job) readNative(f field) {
	if is, ok := j.boolean(f); ok {
		j.native = &is
		j.noteNative(f, is)
	}
}

// noteNative says that there are two ways to go for native histograms now.
func (s *scope) noteNative(f field, is bool) {
	if is {
		s.note(f.place, "%s: protobuf is asked for first, as by Prometheus; write it into the job that scrapes the gateway too", f.key)
	}
}

func (j *job) readFallback(f field) {
	t, ok := j.text(f.key, f.value)
	switch {
	case ok && isProtocol(t):
		j.body.set(f.key, quoted(t), f.comments()...)
	case ok && t != "":
		j.refused(f.place, "fallback_scrape_protocol: %.40q is no protocol", t)
	}
}

// writeProtocols writes which protocols Prometheus would ask for, where
// promferry would ask for others.
func (j *job) writeProtocols(of global) {
	names := j.protocols
	if names == nil {
		names = of.protocols
	}
	native := of.native
	if j.native != nil {
		native = *j.native
	}
	if names == nil && native {
		names = append([]string{protobuf}, defaultProtocols...)
	}
	if names == nil || slices.Equal(names, defaultProtocols) {
		return
	}
	elements := make([]element, len(names))
	for i, name := range names {
		elements[i].value = quoted(name)
	}
	j.body.set("scrape_protocols", list(elements), j.protocolComments...)
}
