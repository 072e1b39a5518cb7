package test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// writeConfig is job app, instance i, that is written in an interval, with settings
// of the store.
func writeConfig(t testing.TB, url, interval, settings string, target *scripted) string {
	t.Helper()
	return config(t, `
		global {
			scrape_interval = %[1]q
			scrape_timeout  = %[1]q
		}
		remote_write "store" {
			url = %[2]q
			%[3]s
		}
		job "app" {
			targets  = [%[4]q]
			instance = "i"
		}
	`, interval, url, settings, target.address())
}

// soon has a request sent without a wait for more, and one that failed tried
// again at once.
const soon = `queue {
		batch_send_deadline = "20ms"
		min_backoff         = "30ms"
		max_backoff         = "200ms"
	}`

// ofApp are the keys of series as job app, instance i has them.
func ofApp(set seriesSet) seriesSet {
	of := make(seriesSet)
	for k, v := range set {
		of[inApp(k)] = v
	}
	return of
}

func inApp(series string) string {
	name, list, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
	labels := slices.DeleteFunc(strings.Split(list, ","), func(l string) bool { return l == "" })
	labels = append(labels, `instance="i"`, `job="app"`)
	slices.Sort(labels)
	return name + "{" + strings.Join(labels, ",") + "}"
}

// TestRemoteWriteOneScrape: a request has all of a scrape, the report among it,
// all at one time, which is that of the scrape.
func TestRemoteWriteOneScrape(t *testing.T) {
	t.Parallel()
	receiver := startRecording(t)
	target := startCounted(t, allKinds)
	began := time.Now()
	ferry := run(t, config(t, `
		global { scrape_interval = "500ms" }
		remote_write "store" {
			url = %q
			%s
		}
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, receiver.URL, soon, target.address()))
	eventually(t, "some scrapes", func() error { return receiver.atLeast(inApp("up"), 4) })
	ferry.terminate(t)

	if err := receiver.inOrder(never); err != nil {
		t.Error(err)
	}
	want := maps.Clone(allKindsSeries)
	for name, value := range map[string]float64{"up": 1, "scrape_samples_scraped": 10, "scrape_samples_post_metric_relabeling": 10, "scrape_series_added": 10} {
		want[name] = value
	}
	ups := receiver.stored()[inApp("up")]
	good := slices.IndexFunc(ups, func(p point) bool { return p.value == 1 }) // on a machine that is busy one may be too slow
	first := ups[good].at
	got := make(seriesSet)
	for k, points := range receiver.stored() {
		i := slices.IndexFunc(points, func(p point) bool { return p.at >= first })
		if i < 0 || points[i].at != first {
			t.Errorf("%s has no sample of %s, as up has", k, clock(first))
			continue
		}
		got[k] = points[i].value
	}
	if d := got[inApp("scrape_duration_seconds")]; d <= 0 || d > 1 {
		t.Errorf("scrape_duration_seconds is %v", d)
	}
	delete(got, inApp("scrape_duration_seconds"))
	if err := same(got, ofApp(want)); err != nil {
		t.Error(err)
	}
	if asked := target.times()[0]; ups[0].at < began.UnixMilli() || ups[0].at > asked.UnixMilli() {
		t.Errorf("time of the first scrape is %s, want one before the target was asked at %s", clock(ups[0].at), clock(asked.UnixMilli()))
	}
}

// TestRemoteWriteMetadata: type, help and unit of families come, and not with
// each scrape.
func TestRemoteWriteMetadata(t *testing.T) {
	t.Parallel()
	receiver := startRecording(t)
	target := startScripted(t, exposition("# HELP requests_total All of them.\n"+allKinds))
	ferry := run(t, writeConfig(t, receiver.URL, often, soon, target))
	eventually(t, "some scrapes", func() error { return receiver.atLeast(inApp("up"), 4) })
	ferry.terminate(t)
	kinds := map[string]string{}
	for name, m := range receiver.metadataOf() {
		kinds[name] = m.Type.String()
	}
	want := map[string]string{"requests_total": "COUNTER", "temperature": "GAUGE", "took": "HISTOGRAM", "size": "SUMMARY"}
	if !maps.Equal(kinds, want) {
		t.Errorf("got types %v, want %v", kinds, want)
	}
	if help := receiver.metadataOf()["requests_total"].Help; help != "All of them." {
		t.Errorf("help is %q", help)
	}
	with := 0
	for _, w := range receiver.requestsSoFar() {
		if len(w.request.Metadata) > 0 {
			with++
		}
	}
	if with != 1 {
		t.Errorf("%d requests with metadata, want 1", with)
	}
}

// TestRemoteWriteTimestamps: a sample that brings a time keeps it, unless
// honor_timestamps says otherwise, and none goes stale that brought one.
func TestRemoteWriteTimestamps(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s store) {
		at := time.Now().Add(-time.Minute).Truncate(time.Second)
		target := startScripted(t, exposition(fmt.Sprintf("old 1 %d\nnew 1\n", at.UnixMilli())))
		ferry := run(t, config(t, `
			global { scrape_interval = "500ms" }
			%s
			job "honored" { targets = [%q] }
			job "own" {
				targets          = [%q]
				honor_timestamps = false
			}
		`, s.hcl(), target.address(), target.address()))
		s.indexed(t, 4+2*len(reportNames)+2)
		eventually(t, "times", func() error {
			return errors.Join(
				s.finds(`max(timestamp(old{job="honored"}))`, seriesSet{"": float64(at.Unix())}),
				s.finds(`count(timestamp(old{job="own"}) > `+fmt.Sprint(at.Unix()+30)+`)`, seriesSet{"": 1}),
				s.finds(`count(timestamp(new) > `+fmt.Sprint(at.Unix()+30)+`)`, seriesSet{"": 2}),
			)
		})
		target.answer.Store(exposition("new 1\n"))
		eventually(t, "stale where the time was the scrape's", func() error { return s.finds(`count by (job) (old)`, seriesSet{`{job="honored"}`: 1}) })
		ferry.terminate(t)
	})
}

// TestRemoteWriteCredentials: headers, and a password that changes in its file
// while promferry runs.
func TestRemoteWriteCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "password", "first\n")
	receiver := startRecording(t)
	wants := func(password string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			user, got, _ := r.BasicAuth()
			if user != "relay" || got != password || r.Header.Get("X-Scope-OrgID") != "team-a" {
				status(http.StatusServiceUnavailable, "who is it?")(w, r) // so that it is tried again
				return
			}
			takes(w, r)
		}
	}
	receiver.answer.Store(wants("first"))
	target := startScripted(t, exposition(goodText))
	ferry := run(t, writeConfig(t, receiver.URL, often, soon+fmt.Sprintf(`
		http_header "X-Scope-OrgID" { values = ["team-a"] }
		basic_auth {
			username      = "relay"
			password_file = "%s/password"
		}`, dir), target))
	eventually(t, "scrapes", func() error { return receiver.atLeast(inApp("up"), 2) })
	receiver.answer.Store(wants("second"))
	before := len(receiver.series(inApp("up")))
	write(t, dir, "password", "second\n")
	eventually(t, "scrapes with the second password", func() error { return receiver.atLeast(inApp("up"), before+3) })
	ferry.terminate(t)
	if err := receiver.inOrder(never); err != nil {
		t.Error(err)
	}
}

// TestRemoteWriteRules: each store has rules of its own.
func TestRemoteWriteRules(t *testing.T) {
	t.Parallel()
	all, some := startRecording(t), startRecording(t)
	target := startScripted(t, exposition(allKinds))
	ferry := run(t, config(t, `
		global { scrape_interval = "300ms" }
		remote_write "all" {
			url = %[1]q
			%[3]s
		}
		remote_write "some" {
			url = %[2]q
			%[3]s
			write_relabel_config {
				source_labels = ["__name__"]
				regex         = "took_.*|free"
				action        = "drop"
			}
			write_relabel_config {
				source_labels = ["job"]
				target_label  = "service"
			}
			write_relabel_config {
				regex  = "job"
				action = "labeldrop"
			}
		}
		job "app" {
			targets  = [%[4]q]
			instance = "i"
		}
	`, all.URL, some.URL, soon, target.address()))
	want := make(seriesSet)
	for k, v := range ofApp(allKindsSeries) {
		if !strings.HasPrefix(k, "took_") && !strings.HasPrefix(k, "free") {
			before, after, _ := strings.Cut(k, `job="app"`)
			labels := strings.Split(strings.TrimSuffix(before[strings.Index(before, "{")+1:]+after, "}"), ",")
			labels = slices.DeleteFunc(append(labels, `service="app"`), func(l string) bool { return l == "" })
			slices.Sort(labels)
			want[k[:strings.Index(k, "{")]+"{"+strings.Join(labels, ",")+"}"] = v
		}
	}
	eventually(t, "all series", func() error { return all.holds(ofApp(allKindsSeries)) })
	eventually(t, "some series", func() error { return some.holds(want) })
	ferry.terminate(t)
}
