package status

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/convert"
)

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func before(d time.Duration) time.Time { return now.Add(-d) }

// up is a target of a job that does well.
func up(job, instance string) Target {
	labels := convert.Labels{{Name: "instance", Value: instance}, {Name: "job", Value: job}}
	return Target{
		Job: job, Address: "http://" + instance + "/metrics", GlobalURL: "http://" + instance + "/metrics",
		Labels: labels, Discovered: convert.Labels{{Name: "__address__", Value: instance}},
		Interval: 15 * time.Second, Timeout: 10 * time.Second,
		LastScrape: before(4 * time.Second), Duration: 12 * time.Millisecond, Samples: 1203, Bytes: 88_100,
		Pushes: []Push{{
			Gateway: "eu", Page: "http://gw:9091/", Group: labels, Path: "/metrics/job/" + job + "/instance/" + instance,
			LastSuccess: before(3 * time.Second), LastAttempt: before(3 * time.Second), Series: 1207, Bytes: 23_456,
		}},
	}
}

func down(job, instance string) Target {
	t := up(job, instance)
	t.Error, t.Samples, t.Bytes = "scrape http://"+instance+"/metrics: connection refused", 0, 0
	return t
}

func unpushed(job, instance string) Target {
	t := up(job, instance)
	t.Pushes[0].LastError = "put http://gw:9091/metrics/job/x: status 503, want 200 or 202"
	return t
}

func pending(job, instance string) Target {
	t := up(job, instance)
	t.LastScrape, t.Pushes[0].LastSuccess = time.Time{}, time.Time{}
	return t
}

func answering(name string) Gateway {
	return Gateway{
		Name: name, URL: "http://gw:9091", State: GatewayAnswering, Since: before(time.Hour), LastSuccess: before(3 * time.Second),
		Version: "1.11.3", Encoding: "protobuf", Compression: "snappy", Groups: 12,
	}
}

func gone(name string) Gateway {
	g := answering(name)
	g.State, g.Since, g.LastError, g.NextTry = GatewayDown, before(2*time.Minute), "connection refused", now.Add(4*time.Second)
	return g
}

func snapshot(gateway Gateway, jobs ...Job) Snapshot {
	return Snapshot{At: now, Version: "promferry/test", TelemetryPath: "/metrics", Gateways: []Gateway{gateway}, Jobs: jobs}
}

func TestTargetState(t *testing.T) {
	early := up("j", "i")
	early.Pushes[0].LastSuccess = time.Time{}
	both := down("j", "i")
	both.Pushes[0].LastError = "refused"
	for want, target := range map[State]Target{Up: up("j", "i"), Down: down("j", "i"), Unpushed: unpushed("j", "i"), Pending: pending("j", "i")} {
		if got := target.State(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := early.State(); got != Pending {
		t.Errorf("a target without an answer to its first push is %s, want %s", got, Pending)
	}
	if got := both.State(); got != Down {
		t.Errorf("a target that is down and not pushed is %s, want %s", got, Down)
	}
}

func TestVerdict(t *testing.T) {
	searching := Job{Name: "found", Discovery: []Discovery{{Kind: "dns_sd", Error: "no such host"}}, Refused: []Refused{{Error: "bad"}, {Error: "bad"}}}
	clashing := answering("eu")
	clashing.LeftOut = 1
	reloaded := snapshot(answering("eu"), Job{Targets: []Target{up("j", "a"), up("j", "b")}})
	reloaded.Load = Load{At: now, Failed: true, Text: "oh"}
	for want, s := range map[Verdict]Snapshot{
		{Good, "All 2 targets are up and pushed", ""}:                                    snapshot(answering("eu"), Job{Targets: []Target{up("j", "a"), up("j", "b")}}),
		{Good, "The one target is up and pushed", ""}:                                    snapshot(answering("eu"), Job{Targets: []Target{up("j", "a")}}),
		{Warn, "There are no targets", ""}:                                               snapshot(answering("eu")),
		{Waiting, "1 of 2 targets are not scraped and pushed yet", ""}:                   snapshot(answering("eu"), Job{Targets: []Target{up("j", "a"), pending("j", "b")}}),
		{Bad, `1 of 2 targets are down, gateway "eu" is down for 2m`, ""}:                snapshot(gone("eu"), Job{Targets: []Target{up("j", "a"), down("j", "b")}}),
		{Bad, "1 of 2 targets are down, 1 is up but not pushed", ""}:                     snapshot(answering("eu"), Job{Targets: []Target{unpushed("j", "a"), down("j", "b")}}),
		{Bad, "2 of 2 targets are up but not pushed", ""}:                                snapshot(answering("eu"), Job{Targets: []Target{unpushed("j", "a"), unpushed("j", "b")}}),
		{Warn, "There are no targets", "1 discovery fails, 2 found targets are refused"}: snapshot(answering("eu"), searching),
		{Warn, "The one target is up and pushed", "1 family is left out of pushes"}:      snapshot(clashing, Job{Targets: []Target{up("j", "a")}}),
		{Warn, "All 2 targets are up and pushed", "The configuration was not reloaded"}:  reloaded,
	} {
		if got := s.Verdict(); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

// TestViewOrder: jobs with something broken first, and within them the broken
// targets; else the order of the configuration.
func TestViewOrder(t *testing.T) {
	s := snapshot(answering("eu"),
		Job{Name: "fine", Targets: []Target{up("fine", "a"), up("fine", "b")}},
		Job{Name: "late", Targets: []Target{unpushed("late", "a")}},
		Job{Name: "broken", Targets: []Target{up("broken", "a"), pending("broken", "b"), unpushed("broken", "c"), down("broken", "d")}},
	)
	check := func(query string, want ...string) {
		t.Helper()
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		q, err := ParseQuery(values)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range s.View(q).Groups {
			for _, target := range g.Targets {
				got = append(got, g.Job+"/"+target.Labels.Get("instance"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	check("", "broken/d", "broken/c", "broken/b", "broken/a", "late/a", "fine/a", "fine/b")
	check("state=all&q=+", "broken/d", "broken/c", "broken/b", "broken/a", "late/a", "fine/a", "fine/b")
	check("state=broken", "broken/d", "broken/c", "late/a")
	check("state=pending", "broken/b")
	check("state=up&q=FINE", "fine/a", "fine/b")
	check(`q=instance="b"`, "broken/b", "fine/b")
	check("q=refused broken", "broken/d")
	check("q=503", "late/a", "broken/c")
	check("q=nowhere")
}

func TestPages(t *testing.T) {
	var jobs []Job
	for j := range 3 {
		job := Job{Name: fmt.Sprint("job", j)}
		for i := range 70 {
			job.Targets = append(job.Targets, up(job.Name, fmt.Sprint(i)))
		}
		jobs = append(jobs, job)
	}
	s := snapshot(answering("eu"), jobs...)
	for page, want := range map[int]string{1: "1-100 job0:70 job1:30", 2: "101-200 job1:40 job2:60", 3: "201-210 job2:10", 4: "0-0"} {
		v := s.View(Query{Page: page})
		got := fmt.Sprintf("%d-%d", v.First, v.Last)
		for _, g := range v.Groups {
			got += fmt.Sprintf(" %s:%d", g.Job, len(g.Targets))
			if g.Counts.All() != 70 {
				t.Errorf("page %d: job %s has %d targets, want 70", page, g.Job, g.Counts.All())
			}
		}
		if got != want {
			t.Errorf("page %d: got %s, want %s", page, got, want)
		}
	}
}

func TestParseQueryRefuses(t *testing.T) {
	for query, want := range map[string]string{
		"state=upp":    `state="upp": want all, broken, down, unpushed, pending or up`,
		"format=xml":   `format="xml": want html or text`,
		"page=0":       `page="0": want a number from 1 on`,
		"page=x":       `page="x": want a number from 1 on`,
		"refresh=9999": `refresh="9999": want 10, 30 or 0 seconds`,
	} {
		values, _ := url.ParseQuery(query)
		if _, err := ParseQuery(values); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", query, err, want)
		}
	}
}

// TestLinksKeepTheFilter: all of it but what they change.
func TestLinksKeepTheFilter(t *testing.T) {
	q := Query{State: "down", Text: `a"b&c`, Page: 2, Refresh: 30}
	values, err := url.ParseQuery(strings.TrimPrefix(q.link("up", 3), "/?"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseQuery(values)
	if want := (Query{"up", `a"b&c`, 3, 30, FormatHTML}); err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}

func TestGatewayPage(t *testing.T) {
	for place, want := range map[string]string{
		"http://gw:9091":                    "http://gw:9091/",
		"https://gw/prefix":                 "https://gw/prefix/",
		"https://gw/a%2Fb/":                 "https://gw/a%2Fb/",
		"https://u:secret@gw/?token=secret": "https://gw/",
		"javascript:alert(1)":               "",
		"unix:///run/gw.sock":               "",
		"":                                  "",
	} {
		if got := Page(place); got != want {
			t.Errorf("page of %q is %q, want %q", place, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 1234 * time.Microsecond: "1ms", 250 * time.Microsecond: "250µs", 59*time.Second + 700*time.Millisecond: "1m",
		2 * time.Minute: "2m", 125 * time.Second: "2m 5s", 3*time.Hour + 2*time.Minute: "3h 2m", 50 * time.Hour: "2d 2h",
	} {
		if got := short(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 88_123: "88.1 kB", 123_456: "123 kB", 999_600: "1.0 MB", 4_000_000_000: "4.0 GB"} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{1: "1", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// TestPageIsWhole: an error of the writer is told.
func TestPageIsWhole(t *testing.T) {
	v := snapshot(answering("eu")).View(Query{Page: 1})
	if err := v.WriteHTML(full{}); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }
