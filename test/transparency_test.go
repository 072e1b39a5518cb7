package test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// bothWays is one Prometheus that has the same targets twice: it scrapes them
// itself, and it scrapes the gateways to which promferry pushes them, or
// promferry writes them to it. A series is the same both ways, but that one which
// comes through promferry has the label way.
type bothWays struct {
	prom     prometheus
	ferry    daemon
	file     string // promferry's configuration
	encoding string // of what it pushes
	interval string // of all scrapes
	gateways []gateway
	stores   []store // written to, instead of gateways; the first one is prom
	jobs     []scrapeJob
}

// startBothWays runs the jobs both ways, with some empty gateways.
func startBothWays(t *testing.T, encoding string, gateways int, interval string, jobs []scrapeJob, flags ...string) *bothWays {
	t.Helper()
	b := &bothWays{jobs: jobs, encoding: encoding, interval: interval}
	for range gateways {
		b.gateways = append(b.gateways, startPushgateway(t))
	}
	b.prom = startPrometheus(t, b.yaml(t), flags...)
	b.file = config(t, "%s", b.hcl(t))
	b.ferry = run(t, b.file)
	return b
}

// reload gives the jobs, as they are by now, to both.
func (b *bothWays) reload(t *testing.T) {
	t.Helper()
	b.prom.reload(t, b.yaml(t))
	if err := os.WriteFile(b.file, []byte(b.hcl(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.ferry.reload(t)
}

// yaml is the configuration of Prometheus. All of JSON is YAML.
func (b *bothWays) yaml(t testing.TB) string {
	var jobs []attributes
	for i, gw := range b.gateways {
		jobs = append(jobs, attributes{
			"job_name":               fmt.Sprint("gateway", i),
			"honor_labels":           true,
			"static_configs":         []attributes{{"targets": []string{strings.TrimPrefix(gw.url, "http://")}}},
			"metric_relabel_configs": []attributes{{"target_label": "way", "replacement": "relayed"}},
		})
	}
	for _, j := range b.jobs {
		jobs = append(jobs, j.yaml())
	}
	return literal(t, attributes{
		"global":         attributes{"scrape_interval": b.interval, "scrape_timeout": b.interval},
		"scrape_configs": jobs,
	})
}

// hcl is the configuration of promferry.
func (b *bothWays) hcl(t testing.TB) string {
	var text strings.Builder
	fmt.Fprintf(&text, "global {\n scrape_interval = %q\n}\n", b.interval)
	for i, gw := range b.gateways {
		fmt.Fprintf(&text, "gateway \"gateway%d\" {\n url = %q\n encoding = %q\n}\n", i, gw.url, b.encoding)
	}
	for _, s := range b.stores {
		text.WriteString(s.hcl())
	}
	for _, j := range b.jobs {
		if b.stores != nil {
			j.gateway = everywhere
		}
		text.WriteString(j.hcl(t))
	}
	return text.String()
}

// series returns what Prometheus has of a job at one moment by each way.
func (b *bothWays) series(job string) (direct, relayed []sample, err error) {
	all, err := b.prom.query(fmt.Sprintf(`{t=%q} or {row=%[1]q}`, job))
	for _, s := range all {
		if s.labels.Has("way") {
			relayed = append(relayed, sample{labels.NewBuilder(s.labels).Del("way").Labels(), s.value})
		} else {
			direct = append(direct, s)
		}
	}
	return direct, relayed, err
}

// check judges the differences of a job, which must be scraped directly.
func (b *bothWays) check(job string, listed *ledger) error {
	direct, relayed, err := b.series(job)
	if err != nil {
		return err
	}
	if len(direct) == 0 {
		return errors.New("nothing was scraped directly")
	}
	listed.noteSpelling(direct, relayed)
	return listed.judge(compare(direct, relayed))
}

// settle waits until the checks of all jobs succeed, and then for many scrapes,
// in which nothing changes: after them they succeed still.
func (b *bothWays) settle(t *testing.T, check func(i int) error) {
	t.Helper()
	b.alike(t, check)
	b.steady(t)
	for i, j := range b.jobs { // again, as a scrape may fail just now, on a machine that is busy
		if err := unhurried(func() error { return check(i) }); err != nil {
			t.Errorf("%s, after many scrapes: %v", j.name, err)
		}
	}
}

// alike waits until the check of each job succeeds at least once, and names all
// that do not.
func (b *bothWays) alike(t *testing.T, check func(i int) error) {
	t.Helper()
	done := 0
	if unhurried(func() error {
		for ; done < len(b.jobs); done++ {
			if err := check(done); err != nil {
				return err
			}
		}
		return nil
	}) == nil {
		return
	}
	for ; done < len(b.jobs); done++ {
		if err := check(done); err != nil {
			t.Errorf("%s: %v", b.jobs[done].name, err)
		}
	}
	t.FailNow()
}

// unhurried repeats a check that costs something.
func unhurried(check func() error) error {
	return retryEvery(250*time.Millisecond, 2*patience, check)
}

// steadyScrapes are how many scrapes by each way a target must have without a
// change, which is looked for at maxSnapshots moments.
const (
	steadyScrapes = 3
	maxSnapshots  = 5
)

// steady checks that in many scrapes no series had a gap or another value, by
// either way. Where a scrape of a gateway or of a target failed, as on a machine
// that is busy, it begins anew.
func (b *bothWays) steady(t *testing.T) {
	t.Helper()
	slack, err := b.slack()
	if err != nil {
		t.Fatal(err)
	}
	from, last := b.now(t), int64(0)
	if err := retryEvery(250*time.Millisecond, 4*patience, func() error {
		last = b.now(t) - slack
		if last <= from+slack {
			return errors.New("too early")
		}
		during := fmt.Sprintf("[%ds] @ %d", last-from, last)
		failed, err := b.prom.query(`changes(up` + during + `) > 0`)
		if err == nil && len(failed) > 0 {
			from = last
			err = fmt.Errorf("%d scrapes failed or came back: %v", len(failed), failed)
			t.Log(err)
		}
		if err != nil {
			return err
		}
		return b.scraped(during)
	}); err != nil {
		t.Fatalf("no %d scrapes both ways: still %v", steadyScrapes, err)
	}
	first := from + slack // what is shown by then was scraped since from
	want, step := b.snapshot(t, first), max(1, (last-first)/maxSnapshots)
	for at := first + step; at <= last; at += step {
		if next := b.snapshot(t, at); !bytes.Equal(want, next) {
			t.Errorf("%d s after all was alike: %s", at-from, firstDifference(want, next))
		}
	}
}

// slack is in how many seconds each target and gateway is scraped at least once,
// and each scrape that has begun is stored: it may take all of its interval.
func (b *bothWays) slack() (int64, error) {
	interval, err := time.ParseDuration(b.interval)
	return int64((interval + 2*time.Second).Seconds()), err
}

// snapshot returns what Prometheus answers for all series at one moment, but for
// that and for the series that are others in each scrape. It is compared as it
// is, as reading it takes long.
func (b *bothWays) snapshot(t *testing.T, at int64) []byte {
	t.Helper()
	const selector = `{t!="",__name__!~"scrape_duration_seconds|scrape_series_added|push_.*"}`
	body, err := get(fmt.Sprintf("%s/api/v1/query?query=%s&time=%d", b.prom.url, url.QueryEscape(selector), at))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(body, fmt.Appendf(nil, "[%d,", at), []byte("["))
}

func firstDifference(a, b []byte) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	around := func(s []byte) []byte { return s[max(0, i-300):min(len(s), i+100)] }
	return fmt.Sprintf("got %q, want %q", around(b), around(a))
}

// scraped is an error until each target was scraped some times within a range of time
// by each way.
func (b *bothWays) scraped(during string) error {
	relayed := `changes(push_time_seconds{t!="",way="relayed"}` + during + `)`
	if b.stores != nil {
		relayed = `count_over_time(up{t!="",way="relayed"}` + during + `)`
	}
	for _, expression := range []string{`count_over_time(up{t!="",way=""}` + during + `)`, relayed} {
		found, err := b.prom.query(expression)
		if err != nil {
			return err
		}
		short := slices.DeleteFunc(found, func(s sample) bool { return s.value >= steadyScrapes })
		if len(short) > 0 {
			return fmt.Errorf("%d targets with less than %d scrapes, such as %v", len(short), steadyScrapes, short[0])
		}
	}
	return nil
}

// now is the next whole second of Prometheus's time.
func (b *bothWays) now(t *testing.T) int64 {
	t.Helper()
	samples, err := b.prom.query(`vector(time())`)
	if err != nil || len(samples) != 1 {
		t.Fatalf("time: %v %v", samples, err)
	}
	return int64(math.Ceil(samples[0].value))
}

func nameOf(s sample) string { return s.labels.Get(model.MetricNameLabel) }
