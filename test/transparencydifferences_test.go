package test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// A contrast is a job that looks different by both ways, as a row says.
type contrast struct {
	job    scrapeJob
	answer http.HandlerFunc // once all jobs are known to both
	rows   []listed
	check  func(*bothWays) error // of what the series do not show; may be nil
}

const (
	typesFirst = `# TYPE clash histogram
clash_bucket{le="+Inf"} 1
clash_sum 1
clash_count 1
# TYPE simple counter
simple 1
`
	typesLater = `# TYPE clash gauge
clash 1
# TYPE simple gauge
simple 1
`
	unfaithful = `# TYPE odd histogram
odd_bucket{le="1"} 1.5
odd_bucket{le="+Inf"} 2
odd_count 2
`
	withExemplar = `# TYPE hits counter
hits_total 3 # {trace_id="abc"} 1
# EOF
`
)

func contrasts() []contrast {
	return []contrast{
		{scrapeJob{name: "timestamps", honest: true}, minuteAgo, []listed{timestamps}, timesDiffer},
		{scrapeJob{name: "exemplars"}, typed("application/openmetrics-text; version=1.0.0", withExemplar), []listed{exemplars}, exemplarsDiffer},
		{scrapeJob{name: "reserved"}, exposition("a 1\nb{__x=\"y\"} 1\n"), []listed{reservedLabel}, nil},
		{scrapeJob{name: "own report"}, exposition("a 1\nup 0\n"), []listed{ownReport}, nil},
		{scrapeJob{name: "unfaithful"}, exposition(unfaithful), []listed{flattened}, typeIs("odd_count", model.MetricTypeHistogram, model.MetricTypeUnknown)},
		{scrapeJob{name: "types first"}, exposition(typesFirst), nil, nil},
		{scrapeJob{name: "types later"}, nil, []listed{refusedType, retypedType}, nil},
		{scrapeJob{name: "kept", only: attributes{"on_scrape_failure": "keep"}}, nil, []listed{kept}, nil},
		{scrapeJob{name: "claims", settings: attributes{"honor_labels": true}}, exposition(claims(1)), nil, nil},
		{scrapeJob{name: "claims too", settings: attributes{"honor_labels": true}}, nil, []listed{groupOwned}, nil},
	}
}

// claims has a series in a group that any target with honor_labels may make.
func claims(value int) string {
	return fmt.Sprintf("claimed{job=\"any\",instance=\"any\",t=\"any\",row=\"claims too\",by=\"%d\"} 1\n", value)
}

func minuteAgo(w http.ResponseWriter, r *http.Request) {
	exposition(fmt.Sprintf("old 1 %d\n", time.Now().Add(-time.Minute).UnixMilli()))(w, r)
}

func timesDiffer(b *bothWays) error {
	return b.prom.finds(`count (timestamp(old{way=""}) < time() - 50 and on (t) timestamp(old{way="relayed"}) > time() - 10)`, seriesSet{"": 1})
}

func exemplarsDiffer(b *bothWays) error {
	var found []struct {
		SeriesLabels model.LabelSet `json:"seriesLabels"`
	}
	if err := b.prom.read(fmt.Sprintf("query_exemplars?query=hits_total&start=%d&end=%d", time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()), &found); err != nil {
		return err
	}
	if len(found) != 1 || found[0].SeriesLabels["way"] != "" {
		return fmt.Errorf("got exemplars of %v, want those of the direct scrape", found)
	}
	return nil
}

func typeIs(name string, direct, relayed model.MetricType) func(*bothWays) error {
	return func(b *bothWays) error {
		for job, want := range map[string]model.MetricType{"unfaithful": direct, "gateway0": relayed} {
			known, err := b.prom.families(job)
			if err == nil && known.of(name).Type != want {
				err = fmt.Errorf("%s is a %s in %s, want a %s", name, known.of(name).Type, job, want)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// TestTransparencyDifferences shows what is listed and no capture has: that it is
// there, and is counted.
func TestTransparencyDifferences(t *testing.T) {
	t.Parallel()
	contrasts := contrasts()
	var jobs []scrapeJob
	targets := make(map[string]*scripted)
	all := []listed{seriesAdded, pushTimes}
	for _, c := range contrasts {
		answer := c.answer
		if answer == nil {
			answer = exposition("before 1\n")
		}
		targets[c.job.name] = startScripted(t, answer)
		c.job.targets = []string{targets[c.job.name].address()}
		jobs = append(jobs, c.job)
		all = append(all, c.rows...)
	}
	b := startBothWays(t, "auto", 1, "1s", jobs, "--enable-feature=exemplar-storage")
	check := func(i int) error { return b.checkContrast(contrasts[i], newLedger(all...)) }
	b.alike(t, func(i int) error {
		if contrasts[i].answer == nil {
			return b.check(contrasts[i].job.name, newLedger(seriesAdded, pushTimes))
		}
		return check(i)
	})
	targets["types later"].answer.Store(exposition(typesLater))
	targets["claims too"].answer.Store(exposition(claims(2)))
	targets["kept"].answer.Store(status(http.StatusInternalServerError, "no"))
	b.settle(t, check)
	newLedger(slices.DeleteFunc(all, func(l listed) bool { return l.counter == (counter{}) })...).counted(t, b.ferry)
	b.ferry.terminate(t)
}

// checkContrast checks that a job has the differences of its rows, and no other
// than may be.
func (b *bothWays) checkContrast(c contrast, may *ledger) error {
	if err := b.check(c.job.name, may); err != nil {
		return err
	}
	for _, r := range c.rows {
		if r.covers != nil && !may.seen[r.row] {
			return fmt.Errorf("no difference as in row %s", r.row)
		}
	}
	if c.check == nil {
		return nil
	}
	return c.check(b)
}
