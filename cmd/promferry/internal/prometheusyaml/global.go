package prometheusyaml

import (
	"time"

	"github.com/prometheus/common/model"
)

// global is what the file says for all jobs.
type global struct {
	comments          []string
	body              block
	interval, timeout time.Duration
	timeoutAt         place
	protocols         []string // nil: Prometheus's default
	native            bool
	external          []field // external_labels
}

// defaultInterval is Prometheus's; promferry has another one, so that it is always
// written.
const defaultInterval = time.Minute

var globalFields = withShared(map[string]handler{
	"scrape_interval": duration,
	"scrape_timeout":  duration,

	"evaluation_interval":      stays("it is for rules"),
	"rule_query_offset":        stays("it is for rules"),
	"query_log_file":           stays("it is for queries"),
	"external_labels":          externalLabels,
	"scrape_protocols":         func(*scope, *block, field) {}, // written into each job
	"scrape_native_histograms": func(*scope, *block, field) {},
})

// stays says of a field that it stays where it is.
func stays(reason string) handler {
	return func(s *scope, _ *block, f field) {
		s.note(f.place, "%s stays in Prometheus: %s", shown(f.key), reason)
	}
}

// externalLabels are left to the remote_writes, where there are some.
func externalLabels(s *scope, b *block, f field) {
	if !s.KeepRemoteWrite {
		stays("Prometheus adds them where data leaves it, not to what it scrapes")(s, b, f)
	}
}

// readGlobal reads the global section; where there is none, its defaults.
func (s *scope) readGlobal(f *field) global {
	g := global{interval: defaultInterval}
	if f != nil {
		g.comments = f.comments()
		s.write(&g.body, f.value, globalFields)
		for _, f := range s.fields(f.value) {
			s.readGlobalField(&g, f)
		}
	}
	if !s.checkTimes(g.timeoutAt, g.interval, g.timeout) {
		g.body.drop("scrape_timeout")
	}
	if !g.body.has("scrape_interval") {
		g.body.attributes = append([]attribute{{
			comments: []string{"as in Prometheus; promferry's own default is 15s"},
			name:     "scrape_interval",
			value:    quoted(model.Duration(g.interval).String()),
		}}, g.body.attributes...)
	}
	return g
}

// readGlobalField reads what jobs need to know.
func (s *scope) readGlobalField(g *global, f field) {
	switch f.key {
	case "scrape_interval":
		if d, _ := s.duration(f); d > 0 {
			g.interval = d
		}
	case "scrape_timeout":
		g.timeout, _ = s.duration(f)
		g.timeoutAt = f.place
	case "scrape_protocols":
		g.protocols = s.protocols(f)
	case "external_labels":
		g.external = s.fields(f.value)
	case "scrape_native_histograms":
		g.native, _ = s.boolean(f)
		s.noteNative(f, g.native)
	}
}

// checkTimes says where Prometheus would refuse a timeout.
func (s *scope) checkTimes(at place, interval, timeout time.Duration) bool {
	if timeout > interval {
		s.refused(at, "scrape_timeout %s is above scrape_interval %s: it was left out", model.Duration(timeout), model.Duration(interval))
		return false
	}
	return true
}
