package test

import (
	"fmt"
	"math"
	"testing"

	"github.com/prometheus/common/model"
)

// taken is what a store has of a target.
type taken struct {
	values []float64 // of its scrapes, in the order in which they came
	failed int64     // scrapes with up 0
}

// takenOf needs the values of scrapes_total and of up, which ends with the 0 that
// on_shutdown makes.
func takenOf(values, ups []float64) taken {
	got := taken{values: values}
	for _, up := range ups[:max(0, len(ups)-1)] {
		if up == 0 {
			got.failed++
		}
	}
	return got
}

// mustBeAll checks that each scrape of a target is in the values, in its order,
// but for those that failed, as on a machine that is busy, and those that were
// under way when promferry was killed, and at its end.
func (got taken) mustBeAll(name string, scraped, cut int64) error {
	last, missing := int64(0), int64(0)
	for _, v := range got.values {
		if int64(v) <= last {
			return fmt.Errorf("%s: scrape %v is stored after scrape %d", name, v, last)
		}
		missing += int64(v) - last - 1
		if last < cut && cut < int64(v) {
			missing--
		}
		last = int64(v)
	}
	if ending := max(0, scraped-last); missing > got.failed || missing+ending > got.failed+1 {
		return fmt.Errorf("%s: of %d scrapes %d are not stored, and %d failed: %v", name, scraped, missing+ending, got.failed, got.values)
	}
	return nil
}

// TestMustBeAll: what it calls missing, and what not.
func TestMustBeAll(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values, ups  []float64
		scraped, cut int64
		good         bool
	}{
		"all":                      {[]float64{1, 2, 3}, []float64{1, 1, 1, 0}, 3, 0, true},
		"one is missing":           {[]float64{1, 3}, []float64{1, 1, 0}, 3, 0, false},
		"the first is missing":     {[]float64{2, 3}, []float64{1, 1, 0}, 3, 0, false},
		"one failed":               {[]float64{1, 3}, []float64{1, 0, 1, 0}, 3, 0, true},
		"one failed, two missing":  {[]float64{1, 4}, []float64{1, 0, 1, 0}, 4, 0, false},
		"killed in it":             {[]float64{1, 3}, []float64{1, 1, 0}, 3, 2, true},
		"killed in another":        {[]float64{1, 3}, []float64{1, 1, 0}, 3, 1, false},
		"in another order":         {[]float64{1, 3, 2}, []float64{1, 1, 1, 0}, 3, 0, false},
		"twice":                    {[]float64{1, 2, 2}, []float64{1, 1, 1, 0}, 2, 0, false},
		"the end came in it":       {[]float64{1, 2}, []float64{1, 1, 0}, 3, 0, true},
		"the last two are missing": {[]float64{1, 2}, []float64{1, 1, 0}, 4, 0, false},
		"nothing":                  {nil, nil, 3, 0, false},
	} {
		if err := takenOf(c.values, c.ups).mustBeAll(name, c.scraped, c.cut); (err == nil) != c.good {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// taken returns what is stored of the target with these labels, without what
// came again.
func (r *receiver) taken(labels string) taken {
	return takenOf(r.valuesOnce("scrapes_total"+labels), r.valuesOnce("up"+labels))
}

// valuesOnce returns the values of a series in the order in which they came,
// without what came again.
func (r *receiver) valuesOnce(key string) (values []float64) {
	last := int64(0)
	for _, p := range r.series(key) {
		if p.at > last {
			values, last = append(values, p.value), p.at
		}
	}
	return values
}

// taken returns what is stored of the target with these labels.
func (s store) taken(labels string) (got taken, err error) {
	values, err := s.values("scrapes_total" + labels)
	if err != nil {
		return got, err
	}
	ups, err := s.values("up" + labels)
	return takenOf(values, ups), err
}

// values returns all samples of a series, by their times.
func (s store) values(selector string) (values []float64, err error) {
	var found model.Matrix
	if err := s.ask(selector+"[10m]", &found); err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d series, want 1", len(found))
	}
	last := model.Time(0)
	for _, v := range found[0].Values {
		if v.Timestamp > last && !math.IsNaN(float64(v.Value)) { // VictoriaMetrics shows stale markers, and what came twice
			values, last = append(values, float64(v.Value)), v.Timestamp
		}
	}
	return values, nil
}
