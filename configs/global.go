package configs

import (
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/promferry/promferry/convert"
)

// globals are what the global block says, with the defaults.
type globals struct {
	settings
	workers         int
	maxPendingBytes int64
	labels          layer // with instance, if it is set
}

// settings are what a job takes from global where it says nothing itself.
type settings struct {
	interval, timeout time.Duration
	intervalUnknown   bool // wrong in the text, so nothing can be compared to it
	bodySize          int64
	targets           int // target_limit
	limits            convert.Limits
	onScrapeFailure   string
	onShutdown        string
}

func (d *decoder) decodeGlobals(blocks hclsyntax.Blocks) globals {
	if len(blocks) == 0 {
		blocks = hclsyntax.Blocks{{Type: "global", Body: &hclsyntax.Body{}}}
	}
	s := d.section(&globalSchema, blocks[0])
	return globals{
		settings: s.settings(settings{
			interval:        defaultScrapeInterval,
			timeout:         defaultScrapeTimeout,
			bodySize:        defaultBodySizeLimit,
			limits:          convert.Limits{Groups: defaultGroupLimit},
			onScrapeFailure: defaultOnScrapeFailure,
			onShutdown:      defaultOnShutdown,
		}),
		workers:         s.integer("workers", defaultWorkers, 1),
		maxPendingBytes: s.size("max_pending_bytes", defaultMaxPendingBytes, 1),
		labels:          s.globalLabels(),
	}
}

func (s *section) settings(base settings) settings {
	of := settings{
		bodySize:        s.size("body_size_limit", base.bodySize, 0),
		targets:         s.integer("target_limit", base.targets, 0),
		onScrapeFailure: s.choice("on_scrape_failure", base.onScrapeFailure, MarkDown, Keep),
		onShutdown:      s.choice("on_shutdown", base.onShutdown, MarkDown, Delete, Keep),
		limits: convert.Limits{
			Samples:          s.integer("sample_limit", base.limits.Samples, 0),
			Labels:           s.integer("label_limit", base.limits.Labels, 0),
			LabelNameLength:  s.integer("label_name_length_limit", base.limits.LabelNameLength, 0),
			LabelValueLength: s.integer("label_value_length_limit", base.limits.LabelValueLength, 0),
			Groups:           s.integer("group_limit", base.limits.Groups, 0),
		},
	}
	of.interval, of.intervalUnknown = s.interval(base)
	of.timeout = s.timeout(of, base)
	return of
}

func (s *section) interval(base settings) (interval time.Duration, unknown bool) {
	interval = s.duration("scrape_interval", base.interval)
	return interval, s.bad["scrape_interval"] || !s.has("scrape_interval") && base.intervalUnknown
}

// timeout is refused above the interval where it is set; one that is inherited
// gives way to the interval, as in Prometheus.
func (s *section) timeout(of, base settings) time.Duration {
	timeout := s.duration("scrape_timeout", min(base.timeout, of.interval))
	if timeout > of.interval && !of.intervalUnknown {
		s.refuse("scrape_timeout", s.at("scrape_timeout"), "Timeout exceeds interval",
			"A scrape must end before the next begins; scrape_interval is %s. Lower scrape_timeout or raise scrape_interval.", of.interval)
	}
	return min(timeout, of.interval)
}
