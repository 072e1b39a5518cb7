package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// doctorReport is the documented JSON.
type doctorReport struct {
	Outcome  string
	Host     []doctorCheck
	Gateways []struct {
		Name, Version, Outcome string
		Groups, Series         int
		Load                   float64
		Checks                 []doctorCheck
	}
	RemoteWrites []struct {
		Name, URL, Outcome string
		Checks             []doctorCheck
	} `json:"remote_writes"`
	Targets []struct {
		Job, Address, Outcome string
		Labels                map[string]string
		Checks                []doctorCheck
	}
}

type doctorCheck struct{ Check, Outcome, Found, Advice string }

// examine runs the doctor over a configuration.
func examine(t testing.TB, code int, file string, flags ...string) (report doctorReport) {
	t.Helper()
	r := promferry(t, nil, append([]string{"doctor", "--format=json", "--config.file=" + file}, flags...)...)
	if r.code != code || r.stderr != "" {
		t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", r.code, code, r.stdout, r.stderr)
	}
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		t.Fatalf("%v\n%s", err, r.stdout)
	}
	return report
}

// mustHave looks for a check with that outcome and a text in what was found and
// advised.
func mustHave(t testing.TB, checks []doctorCheck, name, outcome, says string) {
	t.Helper()
	i := slices.IndexFunc(checks, func(c doctorCheck) bool { return c.Check == name })
	if i < 0 {
		t.Errorf("no check %s in %+v", name, checks)
		return
	}
	c := checks[i]
	if c.Outcome != outcome || !strings.Contains(c.Found+" "+c.Advice, says) {
		t.Errorf("%s: got %+v, want %s with %q", name, c, outcome, says)
	}
	if (outcome == "failed" || outcome == "warning") != (c.Advice != "") {
		t.Errorf("%s: %s with advice %q", name, outcome, c.Advice)
	}
}

// TestDoctorFindsNothing: between a promferry that runs, its target and a real
// gateway all is well, and nothing is changed.
func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	file := settingsConfig(t, gw.url, often, "", target)
	ferry := run(t, file)
	eventually(t, "first push", gw.groupHolds("app", goodSeries, 1))
	report := examine(t, 0, file, "--web.listen-address="+strings.TrimPrefix(ferry.url, "http://"), "--state.file="+t.TempDir()+"/state")
	ferry.terminate(t)

	g := report.Gateways[0]
	if report.Outcome != "note" || g.Version != "1.5.1" || g.Groups != 1 || g.Series == 0 || g.Load <= 0 || g.Load > 0.5 {
		t.Errorf("got %s, %+v", report.Outcome, g)
	}
	for _, name := range []string{"resolve", "connect", "answers", "consistency", "metrics", "groups", "pushes", "writers", "types", "load", "clock"} {
		mustHave(t, g.Checks, name, "ok", "")
	}
	mustHave(t, g.Checks, "version", "note", "1.5.1: pushes go as protobuf, not compressed; it has no snappy")
	mustHave(t, g.Checks, "persistence", "note", "a restart empties it")
	for _, name := range []string{"resolve", "connect", "scrape", "parse", "carry", "key"} {
		mustHave(t, report.Targets[0].Checks, name, "ok", "")
	}
	mustHave(t, report.Targets[0].Checks, "lint", "note", "app_a: no help text")
	mustHave(t, report.Host, "promferry", "ok", "answers at 127.0.0.1:")
	mustHave(t, report.Host, "state file", "ok", "")
}

// TestDoctorFindsNothingWrongWithBuiltins: what a promferry that runs has of its
// own metrics, and the doctor not, is no other writer's.
func TestDoctorFindsNothingWrongWithBuiltins(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	file := config(t, `
		global { instance = "i" }
		gateway "default" { url = %q }
		builtin "self" {}
		builtin "network" {
			device_include  = "lo"
			require_address = "none"
		}
	`, gw.url)
	ferry := run(t, file)
	for _, job := range []string{"promferry", "network_traffic"} {
		eventually(t, "push of "+job, func() error {
			got, err := gw.group(job, "i")
			if err == nil && len(got) == 0 {
				return errors.New("no such group")
			}
			return err
		})
	}
	report := examine(t, 0, file, "--web.listen-address="+strings.TrimPrefix(ferry.url, "http://"))
	ferry.terminate(t)
	if report.Outcome != "note" {
		t.Errorf("got %+v", report)
	}
	mustHave(t, report.Gateways[0].Checks, "writers", "ok", "")
}

// TestDoctorOnlyReads: each gateway is read once, and nothing else is asked of it.
func TestDoctorOnlyReads(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target, wire := startScripted(t, exposition(goodText)), startRecorder(t, gw)
	examine(t, 0, appConfig(t, wire.URL, target))
	var asked []string
	for _, r := range wire.all() {
		asked = append(asked, r.method+" "+r.uri)
	}
	slices.Sort(asked)
	want := []string{"GET /api/v1/metrics", "GET /api/v1/status", "GET /api/v1/status", "GET /metrics"}
	if !slices.Equal(asked, want) || target.requests.Load() != 1 {
		t.Errorf("the gateway was asked for %v, the target %d times; want %v and once", asked, target.requests.Load(), want)
	}
}

// TestDoctorOfBrokenTargets: each is broken at another link of its chain.
func TestDoctorOfBrokenTargets(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	good := startScripted(t, exposition(goodText))
	gone := startScripted(t, hang)
	gone.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	broken := map[string]struct {
		target, settings, link, says string
	}{
		"refused":  {gone.address(), "", "connect", "Nothing listens there: start the exporter"},
		"unknown":  {strings.Repeat("a", 64) + ".invalid:80", "", "resolve", "Check the spelling of aaa"},
		"tls":      {"https://" + good.address(), "", "tls", "It speaks plain http"},
		"https":    {secure.Listener.Addr().String(), "", "scrape", "It speaks TLS: write https:// in targets of job \"https\""},
		"404":      {startScripted(t, status(http.StatusNotFound, "no")).address(), "", "scrape", "Correct metrics_path of job"},
		"401":      {startScripted(t, status(http.StatusUnauthorized, "who")).address(), "", "scrape", "Set basic_auth"},
		"html":     {startScripted(t, typed("text/html", "<p>")).address(), "", "scrape", "It may be a page for people"},
		"slow":     {startScripted(t, hang).address(), `scrape_timeout = "2s"`, "scrape", "raise scrape_timeout of job \"slow\""},
		"large":    {good.address(), `body_size_limit = "10B"`, "scrape", "Raise body_size_limit"},
		"json":     {startScripted(t, typed("application/json", "{}")).address(), "", "scrape", "something else than metrics"},
		"resets":   {startScripted(t, readThen(rawReset(""))).address(), "", "scrape", "If it speaks TLS, write https:// in targets of job \"resets\""},
		"redirect": {startScripted(t, redirect(http.StatusFound, "http://"+strings.Repeat("a", 64)+".invalid/")).address(), "", "resolve", "It redirects there: correct the address in targets of job \"redirect\""},
		"nonsense": {startScripted(t, exposition("app_a one\n")).address(), "", "parse", "line 1, column 7"},
		"samples":  {good.address(), `sample_limit = 1`, "parse", "Raise sample_limit of job"},
	}
	var jobs strings.Builder
	for name, b := range broken {
		fmt.Fprintf(&jobs, "job %q {\n targets = [%q]\n instance = \"i\"\n %s\n}\n", name, b.target, b.settings)
	}
	report := examine(t, 1, config(t, `
		gateway "default" { url = %q }
		job "good" {
			targets  = [%q]
			instance = "i"
		}
		%s`, gw.url, good.address(), jobs.String()))
	if len(report.Targets) != len(broken)+1 || report.Targets[0].Outcome != "note" {
		t.Fatalf("got %+v", report.Targets)
	}
	for _, target := range report.Targets[1:] {
		b := broken[target.Job]
		t.Run(target.Job, func(t *testing.T) {
			mustHave(t, target.Checks, b.link, "failed", b.says)
			mustHave(t, target.Checks, "lint", "not_reached", "")
		})
	}
}

// TestDoctorDoesNotOverrunAnExporter: one that asks other devices may be many
// targets, and refuses more requests than it can do at once.
func TestDoctorDoesNotOverrunAnExporter(t *testing.T) {
	t.Parallel()
	var under, most atomic.Int64
	target := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		now := under.Add(1)
		defer under.Add(-1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		select { // others come meanwhile
		case <-time.After(50 * time.Millisecond):
		case <-r.Context().Done():
		}
		exposition(goodText)(w, r)
	})
	var devices strings.Builder
	for n := range 60 {
		fmt.Fprintf(&devices, "static_config {\n targets = [%q]\n labels = { instance = \"device%d\" }\n}\n", target.address(), n)
	}
	report := examine(t, 0, config(t, "gateway \"default\" { url = %q }\njob \"devices\" {\n%s}\n", startPushgateway(t).url, devices.String()))
	if len(report.Targets) != 60 || most.Load() > 16 {
		t.Errorf("%d targets, %d requests at once; want 60, at most 16", len(report.Targets), most.Load())
	}
}

// TestDoctorOfBrokenGateways: none of them is a Pushgateway that takes pushes.
func TestDoctorOfBrokenGateways(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	good := startScripted(t, exposition(goodText))
	gone := startScripted(t, hang)
	gone.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	broken := map[string]struct{ url, link, says string }{
		"down":     {gone.URL, "connect", "start the Pushgateway, or correct url of gateway \"down\""},
		"plain":    {strings.Replace(gw.url, "http:", "https:", 1), "tls", "It speaks plain http"},
		"https":    {"http://" + secure.Listener.Addr().String(), "answers", "It speaks TLS: write https:// in url of gateway \"https\""},
		"prefix":   {gw.url + "/elsewhere", "answers", "--web.route-prefix"},
		"exporter": {good.URL, "answers", "what answers there is no Pushgateway"},
		"login":    {startScripted(t, typed("text/html", "<!doctype html><title>Sign in</title>")).URL, "answers", "It is a login page, or another server: correct url of gateway \"login\""},
		"401":      {startScripted(t, status(http.StatusUnauthorized, "")).URL, "answers", "--web.config.file"},
		"403":      {startScripted(t, status(http.StatusForbidden, "")).URL, "answers", "may not do this"},
		"redirect": {startScripted(t, redirect(http.StatusFound, gw.url)).URL, "answers", "a redirect to " + gw.url},
		"hangs":    {startScripted(t, hang).URL, "answers", "no answer within 500ms It takes connections and does not answer"},
		"resets":   {startScripted(t, readThen(rawReset(""))).URL, "answers", "Look at its log"},
	}
	var gateways strings.Builder
	for name, b := range broken {
		timeout := "30s" // for answers, on a machine that is busy, too
		if name == "hangs" {
			timeout = "500ms"
		}
		fmt.Fprintf(&gateways, "gateway %q {\n url = %q\n timeout = %q\n}\n", name, b.url, timeout)
	}
	report := examine(t, 1, config(t, "%s\njob \"app\" { targets = [%q] }\n", gateways.String(), good.address()))
	if len(report.Gateways) != len(broken) || report.Targets[0].Outcome != "note" {
		t.Fatalf("got %+v", report)
	}
	for _, g := range report.Gateways {
		t.Run(g.Name, func(t *testing.T) { mustHave(t, g.Checks, broken[g.Name].link, "failed", broken[g.Name].says) })
	}
}

// TestDoctorOfTheNewestGateway: what follows from another version and its flags.
func TestDoctorOfTheNewestGateway(t *testing.T) {
	t.Parallel()
	gw := startNewestPushgateway(t, "--persistence.file="+t.TempDir()+"/store")
	target := startScripted(t, exposition(goodText))
	file := config(t, "gateway \"default\" {\n  url = %q\n  compression = \"snappy\"\n}\njob \"app\" { targets = [%q] }\n", gw.url, target.address())
	checks := examine(t, 0, file).Gateways[0].Checks
	mustHave(t, checks, "version", "note", "pushes go as protobuf, snappy; it has no UTF-8 names (--push.enable-utf8-names)")
	if slices.ContainsFunc(checks, func(c doctorCheck) bool { return c.Check == "persistence" || c.Check == "admin" }) {
		t.Errorf("got %+v, want nothing of flags that are as they should be", checks)
	}
}

// TestDoctorOfAnOldGateway: before 1.2.0 it does not say what it is.
func TestDoctorOfAnOldGateway(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		exposition("# TYPE push_time_seconds gauge\npush_time_seconds{instance=\"\",job=\"x\"} 1\n")(w, r)
	})
	target := startScripted(t, exposition(goodText))
	report := examine(t, 0, appConfig(t, gw.URL, target))
	mustHave(t, report.Gateways[0].Checks, "answers", "warning", "before 1.2.0")
	mustHave(t, report.Gateways[0].Checks, "groups", "warning", "from 1.2.0 on")
}

// TestDoctorOfAPoisonedGateway: without its check a real gateway is broken by two
// pushes that do not fit.
func TestDoctorOfAPoisonedGateway(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t, "--push.disable-consistency-check", "--web.enable-admin-api")
	gw.put(t, "/metrics/job/one", "# TYPE x counter\nx 1\n")
	gw.put(t, "/metrics/job/two", "# TYPE x gauge\nx 1\n")
	target := startScripted(t, exposition(goodText))
	file := appConfig(t, gw.url, target)
	eventually(t, "the gateway is broken", func() error {
		if _, err := get(gw.url + "/metrics"); err == nil {
			return fmt.Errorf("healthy")
		}
		return nil
	})
	checks := examine(t, 1, file).Gateways[0].Checks
	mustHave(t, checks, "consistency", "warning", "--push.disable-consistency-check")
	mustHave(t, checks, "admin", "warning", "--web.enable-admin-api")
	mustHave(t, checks, "metrics", "failed", "Prometheus gets nothing of any group")
	mustHave(t, checks, "types", "failed", `x: `)
}

// TestDoctorOfATypeClash: what a real gateway would refuse is known before it does.
func TestDoctorOfATypeClash(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	gw.put(t, "/metrics/job/other", "# TYPE app_a histogram\napp_a_bucket{le=\"+Inf\"} 1\napp_a_sum 1\napp_a_count 1\n# TYPE app_b gauge\napp_b 1\n")
	target := startScripted(t, exposition("# TYPE app_a gauge\napp_a 1\n# TYPE app_b counter\napp_b 1\n# TYPE go_goroutines histogram\ngo_goroutines_bucket{le=\"+Inf\"} 1\ngo_goroutines_sum 1\ngo_goroutines_count 1\n"))
	file := appConfig(t, gw.url, target)
	checks := examine(t, 1, file).Gateways[0].Checks
	mustHave(t, checks, "types", "failed", `app_a: gauge in {instance="i",job="app"}, histogram in {job="other"}, go_goroutines: histogram in {instance="i",job="app"}, gauge in the gateway's own metrics`)

	target.answer.Store(exposition("# TYPE app_b counter\napp_b 1\n"))
	gw.put(t, "/metrics/job/reports", "# TYPE up counter\nup 1\n")
	checks = examine(t, 0, file).Gateways[0].Checks
	mustHave(t, checks, "types", "note", `app_b: counter in {instance="i",job="app"}, gauge in {job="other"}, up: gauge in {instance="i",job="app"}, counter in {job="reports"}`)
}

// TestDoctorOfAnotherWriter: what of it a real gateway shows.
func TestDoctorOfAnotherWriter(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	file := appConfig(t, gw.url, target)
	const nobody = "--web.listen-address=127.0.0.1:1"
	writers := func(code int, outcome, says string) {
		t.Helper()
		mustHave(t, examine(t, code, file, nobody).Gateways[0].Checks, "writers", outcome, says)
	}
	writers(0, "ok", "")
	once(t, file).mustBeSilent(t)
	writers(0, "warning", "pushed just now, though no promferry answers on this host")
	if code, answer := send(t, http.MethodPost, gw.url+"/metrics/job/app/instance/i", "of_another 1\n", nil); code != http.StatusOK {
		t.Fatalf("push of another writer: status %d, %q", code, answer)
	}
	writers(0, "warning", `{instance="i",job="app"} has of_another`)
	gw.put(t, "/metrics/job/app/instance/i", "of_another 1\n")
	writers(1, "failed", "there is no up")
}

// TestDoctorOfKeys: a group that honor_labels makes is one target's.
func TestDoctorOfKeys(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition("app_a{job=\"shared\",instance=\"i\"} 1\napp_a{job=\"\"} 1\n"))
	report := examine(t, 0, config(t, `
		gateway "default" { url = %q }
		job "one" {
			targets      = [%q]
			honor_labels = true
		}
		job "two" {
			targets      = [%q]
			honor_labels = true
		}
	`, gw.url, target.address(), target.address()))
	mustHave(t, report.Targets[0].Checks, "key", "ok", "and 1 more group")
	mustHave(t, report.Targets[0].Checks, "carry", "note", "1 series left out: empty_identity")
	mustHave(t, report.Targets[1].Checks, "key", "warning", `{instance="i",job="shared"} is that of http://`)
}

// TestDoctorOfTheClock: the gateway's differs from this host's.
func TestDoctorOfTheClock(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		switch r.URL.Path {
		case "/metrics":
			exposition("pushgateway_build_info 1\n")(w, r)
		case "/api/v1/status":
			fmt.Fprint(w, `{"data":{"flags":{"push.disable-consistency-check":"false","persistence.file":"/f"},"build_information":{"version":"1.11.3"}}}`)
		default:
			fmt.Fprint(w, `{"data":[]}`)
		}
	})
	report := examine(t, 0, appConfig(t, gw.URL, target))
	mustHave(t, report.Gateways[0].Checks, "clock", "warning", "behind this host's")
}

// TestDoctorOfAHostileGateway: nothing that a gateway or a target says reaches the
// terminal but as text.
func TestDoctorOfAHostileGateway(t *testing.T) {
	t.Parallel()
	const escape = `\u001b[2J\u202e`
	target := startScripted(t, exposition("# HELP app_a \x1b[2J\n# TYPE app_a gauge\napp_a{l=\"\x1b[2J\"} 1 1\n"))
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			http.Error(w, "\x1b[2J\u202e", http.StatusInternalServerError)
		case "/api/v1/status":
			fmt.Fprintf(w, `{"data":{"flags":{"web.telemetry-path":"%[1]s"},"build_information":{"version":"1.11.%[1]s"}}}`, escape)
		default:
			fmt.Fprintf(w, `{"data":[{"labels":{"job":"%[1]s","instance":"i"},"%[1]s":{"type":"GAUGE","metrics":[]}}]}`, escape)
		}
	})
	file := config(t, "gateway \"default\" { url = %q }\njob \"app\" {\n  targets = [%q]\n  instance = \"i\"\n}\n", gw.URL, target.address())
	r := promferry(t, nil, "doctor", "--all", "--config.file="+file)
	if !strings.Contains(r.stdout, "1.11. [2J: pushes go as") || strings.ContainsAny(r.stdout+r.stderr, "\x1b\u202e") {
		t.Errorf("got %q\n%s", r.stdout, r.stderr)
	}
}

// TestDoctorEndsInTime: what was not looked at is said, and is no success.
func TestDoctorEndsInTime(t *testing.T) {
	t.Parallel()
	gw, target := startScripted(t, hang), startScripted(t, hang)
	report := examine(t, 1, appConfig(t, gw.URL, target), "--timeout=5s")
	mustHave(t, report.Targets[0].Checks, "scrape", "not_reached", "")
	mustHave(t, report.Gateways[0].Checks, "answers", "failed", "does not answer")
}
