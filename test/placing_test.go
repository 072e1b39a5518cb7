package test

import (
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

// roomy is how many series a gateway gets here: it looks at all that it has for
// each push.
const roomy = 2000

// place finds a gateway for each exhibit, so that none of them has to keep a
// name with two types, and returns how many gateways it takes.
func place(t *testing.T, all []exhibit) int {
	t.Helper()
	var gateways []map[string]string // what each name is
	var series []int
	for i := range all {
		e := &all[i]
		kinds, n := e.kinds(t)
		at := 0
		for ; at < len(gateways); at++ {
			if series[at]+n <= roomy && agree(gateways[at], kinds) {
				break
			}
		}
		if at == len(gateways) {
			gateways, series = append(gateways, make(map[string]string)), append(series, 0)
		}
		e.gateway = at
		series[at] += n
		for name, kind := range kinds {
			gateways[at][name] = kind
		}
	}
	return len(gateways)
}

func agree(a, b map[string]string) bool {
	for name, kind := range b {
		if other, found := a[name]; found && other != kind {
			return false
		}
	}
	return true
}

// kinds says what each name in the exhibit is to a gateway, and returns the
// number of series.
func (e *exhibit) kinds(t *testing.T) (kinds map[string]string, series int) {
	t.Helper()
	kinds = make(map[string]string)
	for _, c := range e.phases {
		samples, err := parse(c.body(t), c.contentType)
		if err != nil {
			continue // refused
		}
		types, err := parseTypes(c.body(t), c.contentType)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			family, of := storedAs(types, nameOf(s))
			kinds[family] = string(of)
			if family != nameOf(s) {
				kinds[nameOf(s)] = "of " + family
			}
		}
		series = max(series, len(samples))
	}
	return kinds, series
}

// storedAs returns the family that has the series of a name at a gateway, and
// its type.
func storedAs(types map[string]model.MetricType, name string) (string, model.MetricType) {
	family := familyName(types, name)
	switch of := types[family]; of {
	case model.MetricTypeInfo, model.MetricTypeStateset:
		return name, model.MetricTypeGauge
	case model.MetricTypeCounter, model.MetricTypeGauge, model.MetricTypeHistogram, model.MetricTypeSummary:
		return family, of
	}
	if base, is := strings.CutSuffix(name, "_total"); is && types[base] == model.MetricTypeCounter {
		return name, model.MetricTypeCounter
	}
	return name, model.MetricTypeUnknown
}
