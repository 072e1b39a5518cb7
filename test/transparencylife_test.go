package test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// An event is something that befalls a target.
type event struct {
	name     string
	after    http.HandlerFunc // what it answers then; nil: nothing listens any more
	up       float64          // by a direct scrape
	settings attributes
	gateway  int // one of its own where its types would clash with others'
}

// lifeText is what each target offers before and afterwards, and lifeSeries how
// many series that is.
const (
	lifeText = goodText + allKinds + `# HELP extra More.
# TYPE extra gauge
extra{a="1",b="2"} 1
`
	lifeSeries = 13
)

// events are all faults of targets, and what else changes in a life.
func events() []event {
	more := func(lines string) http.HandlerFunc { return exposition(lifeText + lines) }
	other := func(pairs ...string) http.HandlerFunc {
		return exposition(strings.NewReplacer(pairs...).Replace(lifeText))
	}
	all := []event{
		{name: "nothing happens", after: exposition(lifeText), up: 1},
		{name: "empty", after: exposition(""), up: 1},
		{name: "comments", after: exposition("# nothing\n"), up: 1},
		{name: "series change", after: other(`code="200"`, `code="500"`), up: 1},
		{name: "families change", after: other("temperature", "heat"), up: 1},
		{name: "buckets change", after: other(`le="0.5"`, `le="0.25"`), up: 1},
		{name: "restart", after: other("} 3", "} 0", "count 2", "count 1", `+Inf"} 2`, `+Inf"} 1`, "sum 4", "sum 1"), up: 1},
		{name: "counter becomes gauge", after: other("total counter", "total gauge"), up: 1, gateway: 1},
		{name: "type goes", after: other("# TYPE temperature gauge\n", ""), up: 1, gateway: 2},
		{name: "gauge becomes histogram", after: other("temperature", "heat", "took", "temperature"), up: 1, gateway: 3},
		{name: "sample twice", after: more("free 8\nfree 9\n"), up: 1},
		{name: "own labels", after: more("owned{job=\"x\",instance=\"y\",t=\"z\",exported_job=\"w\"} 1\n"), up: 1},
		{name: "a label more in report series", after: more("up{of=\"x\"} 0\nscrape_duration_seconds{of=\"x\"} 5\n"), up: 1},
		{name: "metrics as html", after: typed("text/html", lifeText), up: 1},

		{name: "sample limit", after: more("extra 1\nextra{a=\"1\"} 1\n"), settings: attributes{"sample_limit": lifeSeries}},
		{name: "sample limit, one twice", after: more("free 1\n"), settings: attributes{"sample_limit": lifeSeries}},
		{name: "label limit", after: more("extra{a=\"1\",b=\"2\",c=\"3\",d=\"4\"} 1\n"), settings: attributes{"label_limit": 6}},
		{name: "name length limit", after: more("extra{a_name_that_is_too_long=\"1\"} 1\n"), settings: attributes{"label_name_length_limit": 20}},
		{name: "value length limit", after: more("extra{a=\"" + strings.Repeat("x", 101) + "\"} 1\n"), settings: attributes{"label_value_length_limit": 100}},
	}
	for _, f := range targetFaults {
		e := event{name: f.name, after: f.answer, settings: attributes{"body_size_limit": "2KB"}}
		if f.name == "garbage" { // to Prometheus, a NUL ends the body
			e.up = 1
		}
		all = append(all, e)
	}
	return all
}

// failsBehindSamples are the events in which a scrape fails behind samples that
// were there before.
var failsBehindSamples = []string{"cut_line", "openmetrics_no_eof", "label limit", "name length limit", "value length limit", "sample limit"}

// befall makes it happen to a target.
func (e event) befall(target *scripted) {
	if e.after == nil {
		target.Close()
		return
	}
	target.answer.Store(e.after)
}

// TestTransparencyOfLives: whatever happens to a target looks alike to
// Prometheus by both ways, while it lasts and when it is over.
func TestTransparencyOfLives(t *testing.T) {
	t.Parallel()
	events := events()
	targets := make([]*scripted, len(events))
	jobs := make([]scrapeJob, len(events))
	for i, e := range events {
		targets[i] = startScripted(t, exposition(lifeText))
		jobs[i] = scrapeJob{name: e.name, targets: []string{targets[i].address()}, settings: e.settings, gateway: e.gateway}
	}
	second := startScripted(t, exposition(lifeText))
	jobs[0].targets = append(jobs[0].targets, second.address())
	b := startBothWays(t, "auto", 4, "1s", jobs)

	always := newLedger(seriesAdded, pushTimes)
	b.settle(t, func(i int) error { return b.checkUp(events[i].name, 1, always) })
	for i, e := range events {
		e.befall(targets[i])
	}
	meanwhile := newLedger(seriesAdded, pushTimes, lingers, contentType, repeatedLimit, nulByte, twiceInFamily)
	b.settle(t, func(i int) error { return b.checkUp(events[i].name, events[i].up, meanwhile) })
	meanwhile.close(t, b.ferry)
	for _, target := range targets {
		target.answer.Store(exposition(lifeText))
	}
	b.settle(t, func(i int) error {
		if events[i].after == nil {
			return b.checkUp(events[i].name, 0, always)
		}
		return b.checkUp(events[i].name, 1, always)
	})
	b.leave(t, events[0].name, events[1].name)
	b.stop(t, events[0].name)
	b.kill(t, events[0].name, targets[0])
}

// checkUp checks a job, and what a direct scrape of it comes to.
func (b *bothWays) checkUp(job string, want float64, listed *ledger) error {
	up, err := b.prom.query(fmt.Sprintf(`{__name__="up",t=%q,way="",of="",row=""}`, job))
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(up, func(s sample) bool { return s.value != want }); i >= 0 || len(up) == 0 {
		return fmt.Errorf("direct scrape: up is %v, want %v", up, want)
	}
	return b.check(job, listed)
}

// leave takes the second target of a job, and a whole other job, out of both
// configurations.
func (b *bothWays) leave(t *testing.T, pair, single string) {
	t.Helper()
	b.jobs = slices.DeleteFunc(b.jobs, func(j scrapeJob) bool { return j.name == single })
	at := slices.IndexFunc(b.jobs, func(j scrapeJob) bool { return j.name == pair })
	left := b.jobs[at].targets[1]
	b.jobs[at].targets = b.jobs[at].targets[:1]
	b.reload(t)
	eventually(t, "a target that left its job", func() error { return b.prom.finds(fmt.Sprintf(`{instance=%q}`, left), nil) })
	eventually(t, "one that stays", func() error { return b.checkUp(pair, 1, newLedger(seriesAdded, pushTimes)) })
	eventually(t, "a job that left", func() error { return b.prom.finds(fmt.Sprintf(`{t=%q,way="relayed"}`, single), nil) })
	gone := newLedger(jobLeft)
	if err := b.check(single, gone); err != nil {
		t.Error(err)
	}
	gone.wasSeen(t)
}

// stop ends promferry cleanly, and starts it again. Direct scrapes of the job go
// on.
func (b *bothWays) stop(t *testing.T, job string) {
	t.Helper()
	b.ferry.terminate(t)
	stopped := newLedger(seriesAdded, pushTimes, markedDown)
	eventually(t, "marked down after SIGTERM", func() error {
		if err := b.prom.finds(fmt.Sprintf(`count by (t) ({t=%q,way="relayed",__name__!~"push_.*"})`, job), seriesSet{fmt.Sprintf("{t=%q}", job): float64(len(reportNames))}); err != nil {
			return err
		}
		return b.checkUp(job, 1, stopped)
	})
	stopped.wasSeen(t)
	b.ferry = run(t, b.file)
	eventually(t, "up again", func() error { return b.checkUp(job, 1, newLedger(seriesAdded, pushTimes)) })
}

// kill ends promferry without a word, and the target changes.
func (b *bothWays) kill(t *testing.T, job string, target *scripted) {
	t.Helper()
	b.ferry.signal(t, syscall.SIGKILL)
	<-b.ferry.ended
	target.answer.Store(exposition(strings.ReplaceAll(lifeText, "temperature -1.5", "temperature 20")))
	killed := newLedger(seriesAdded, pushTimes, stays)
	eventually(t, "last values, and their age", func() error {
		found, err := b.prom.query(fmt.Sprintf(`time() - push_time_seconds{t=%q} > 5 and on (t) temperature{way=""} == 20`, job))
		if err == nil && len(found) == 0 {
			err = errors.New("no age")
		}
		if err != nil {
			return err
		}
		return b.checkUp(job, 1, killed)
	})
	killed.wasSeen(t)
}
