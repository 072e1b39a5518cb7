package verify

import (
	"strings"

	"github.com/prometheus/common/model"
)

// Series that have a meaning here, as in docs/transparency.md.
const (
	pushTime       = "push_time_seconds"
	scrapeDuration = "scrape_duration_seconds" // of two scrapes: never alike
	up             = "up"
)

// gatewayOwned are series that a gateway adds to each group.
var gatewayOwned = map[string]bool{pushTime: true, "push_failure_time_seconds": true}

// notCompared are series that Prometheus itself writes. The last three are those
// of its feature extra-scrape-metrics.
var notCompared = map[string]bool{
	"scrape_series_added":    true,
	"scrape_timeout_seconds": true,
	"scrape_sample_limit":    true,
	"scrape_body_size_bytes": true,
}

// compare looks at each series of both ways.
func (c *comparison) compare(direct, relayed way) {
	c.compareTargets(direct, relayed)
	onlyDirect, onlyRelayed := make(lone), make(lone)
	for key, d := range direct.series {
		r := relayed.series[key]
		if gatewayOwned[d.name()] {
			r = nil // that one is not the target's
		}
		switch {
		case d.present && r != nil && r.present:
			c.compareSeries(d, r)
		case d.steady && relayed.has(c.targetOf(d)):
			onlyDirect[d] = true
		case d.present && !d.steady:
			c.Passing++
		}
	}
	for key, r := range relayed.series {
		d := direct.series[key]
		switch {
		case gatewayOwned[r.name()]:
			c.checkPushed(r)
		case d != nil && d.present && r.present: // compared already
		case r.steady && direct.has(c.targetOf(r)):
			onlyRelayed[r] = true
		case r.present && !r.steady:
			c.Passing++
		}
	}
	c.pairLabels(onlyDirect, onlyRelayed)
	for s := range onlyDirect {
		c.find(NotRelayed, s.String()+s.whyNotRelayed())
	}
	for s := range onlyRelayed {
		c.find(NotDirect, s.String())
	}
}

// whyNotRelayed is the reason as far as a name tells it, for which see
// docs/transparency.md; "" where it does not.
func (s *Series) whyNotRelayed() string {
	if gatewayOwned[s.name()] || strings.HasPrefix(s.name(), "pushgateway_") {
		return ": the gateway's own name"
	}
	classic := model.LegacyValidation.IsValidMetricName(s.name())
	for name := range s.Labels {
		classic = classic && model.LegacyValidation.IsValidLabelName(string(name))
	}
	if !classic {
		return ": a UTF-8 name"
	}
	return ""
}

// compareTargets names a target that is missing once, not with all its series.
func (c *comparison) compareTargets(direct, relayed way) {
	for t, steady := range direct.targets {
		switch {
		case relayed.has(t):
			c.Targets++
		case steady:
			c.find(TargetNotRelayed, t.String())
		}
	}
	for t, steady := range relayed.targets {
		if steady && !direct.has(t) {
			c.find(TargetNotDirect, t.String())
		}
	}
}

// checkPushed finds values that look fresh, as the gateway still shows them,
// although their promferry is gone.
func (c *comparison) checkPushed(s *Series) {
	if s.name() == pushTime && s.steady && !s.moves() {
		c.find(NotPushed, s.String())
	}
}

// compareSeries compares what both ways have. They see a target at other times,
// so values that move by both ways say nothing; if they stand still by one, the
// other must have had that value, too.
func (c *comparison) compareSeries(d, r *Series) {
	c.Series++
	if d.name() == up && d.least == 0 && d.most == 0 {
		c.Down++
	}
	if d.steady && r.steady {
		c.Steady++
	}
	switch {
	case d.native != r.native:
		c.find(OtherShape, d.String()+": direct "+d.shape()+", relayed "+r.shape())
	case d.name() == scrapeDuration || !d.steady || !r.steady || d.moves() && r.moves():
	case d.meets(r):
		c.ByValue++
	default:
		c.ByValue++
		c.find(OtherValue, d.String()+": direct "+d.values()+", relayed "+r.values())
	}
}

func (s *Series) shape() string {
	if s.native {
		return "a native histogram"
	}
	return "a number"
}
