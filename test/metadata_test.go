package test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

// metadata is what Prometheus knows of a family of a target.
type metadata struct {
	Metric string           `json:"metric"`
	Type   model.MetricType `json:"type"`
	Help   string           `json:"help"`
}

// families are the metadata of a target, by the names of the families.
type families map[string]metadata

func (p prometheus) families(job string) (families, error) {
	var all []metadata
	err := p.read("targets/metadata?match_target="+url.QueryEscape(fmt.Sprintf("{job=%q}", job)), &all)
	of := make(families)
	for _, m := range all {
		of[m.Metric] = m
	}
	return of, err
}

func (p prometheus) mustFamilies(t testing.TB, job string) families {
	t.Helper()
	of, err := p.families(job)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

// of returns what is known of the series of a name.
func (f families) of(name string) metadata {
	for _, suffix := range []string{"", "_bucket", "_count", "_sum", "_total", "_info"} {
		base, is := strings.CutSuffix(name, suffix)
		if m, found := f[base]; is && found {
			return m
		}
	}
	return metadata{Type: model.MetricTypeUnknown}
}

// sameTypes checks that the series of all jobs have the same type both ways, and
// the same help text where no other target has another one.
func (b *bothWays) sameTypes(t *testing.T, listed *ledger) {
	t.Helper()
	for i := range b.gateways {
		stored := b.prom.mustFamilies(t, fmt.Sprint("gateway", i))
		own := b.names(t, fmt.Sprintf(`{job="gateway%d"}`, i))
		helps := make(map[string]map[string]bool)
		direct := make(map[string]families)
		for _, j := range b.jobs {
			if j.gateway == i {
				direct[j.name] = b.prom.mustFamilies(t, j.name)
				for name, m := range direct[j.name] {
					if helps[name] == nil {
						helps[name] = make(map[string]bool)
					}
					helps[name][m.Help] = true
				}
			}
		}
		for job, f := range direct {
			for name := range b.names(t, fmt.Sprintf(`{t=%q,way="relayed"}`, job)) {
				if isPushTime(name) || slices.Contains(reportNames, name) {
					continue
				}
				want, got := f.of(name), stored.of(name)
				if !listed.hasType(name, want.Type, got.Type, own[name] || own[got.Metric]) {
					t.Errorf("%s: %s is a %s directly and a %s through the gateway", job, name, want.Type, got.Type)
				}
				if want.Help != got.Help && len(helps[want.Metric]) == 1 && !own[name] {
					t.Errorf("%s: %s has help text %q directly and %q through the gateway", job, name, want.Help, got.Help)
				}
			}
		}
	}
}

// names returns those of the series that a selector finds.
func (b *bothWays) names(t *testing.T, selector string) map[string]bool {
	t.Helper()
	samples, err := b.prom.query("count by (__name__) (" + selector + ")")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, s := range samples {
		names[nameOf(s)] = true
	}
	return names
}

// hasType tells whether a type came through, or is another one as it is listed.
func (l *ledger) hasType(name string, direct, relayed model.MetricType, gatewayHas bool) bool {
	simple := []model.MetricType{model.MetricTypeCounter, model.MetricTypeGauge, model.MetricTypeUnknown}
	special := []model.MetricType{model.MetricTypeInfo, model.MetricTypeStateset, model.MetricTypeGaugeHistogram}
	switch {
	case direct == relayed:
		return true
	case gatewayHas && slices.Contains(simple, direct) && slices.Contains(simple, relayed):
		l.seen[retypedType.row] = true
	case relayed == model.MetricTypeGauge && (slices.Contains(special, direct) || strings.HasSuffix(name, "_created")):
		l.seen[openMetrics.row] = true
	default:
		return false
	}
	return true
}
