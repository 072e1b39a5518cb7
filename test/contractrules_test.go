package test

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestContractRefusedAtLoad: labels that a gateway would choke on never get to
// one.
func TestContractRefusedAtLoad(t *testing.T) {
	t.Parallel()
	for rule, c := range map[string]struct{ line, says string }{
		"C15": {`labels = { a = jsondecode("\"\\ud800\"") }`, ""}, // cty makes U+FFFD of it
		"C16": {`labels = { job = "other" }`, "Label set twice"},
		"C18": {`labels = { le = "1" }`, "le"},
		"C19": {`labels = { "a.b" = "1" }`, "a.b"},
		"C13": {`labels = { __x = "1" }`, "__x"},
	} {
		t.Run(rule, func(t *testing.T) {
			r := promferry(t, nil, "check", "config", config(t, `
				gateway "default" { url = "http://127.0.0.1:1" }
				job "app" {
					targets = ["127.0.0.1:1"]
					%s
				}
			`, c.line))
			if want := map[bool]int{true: 0, false: 2}[c.says == ""]; r.code != want || !strings.Contains(r.stderr, c.says) {
				t.Errorf("exit code %d, want %d and %q in: %s", r.code, want, c.says, r.stderr)
			}
		})
	}
}

// TestContractHeaders: what is on the wire is what a gateway of 1.5.1 reads
// (C42, C46, C47, C48), and nothing else is asked of its paths (C5, C20).
func TestContractHeaders(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target, wire := startScripted(t, exposition(allKinds)), startRecorder(t, gw)
	for _, block := range []string{"", `encoding = "text"`, `compression = "gzip"`} {
		once(t, config(t, `
			gateway "default" {
				url = %q
				%s
			}
			job "app" { targets = [%q] }
		`, wire.URL, block, target.address())).mustBeSilent(t)
	}
	requests := wire.changes()
	if len(requests) != 3 {
		t.Fatalf("got %d requests, want 3", len(requests))
	}
	for i, want := range [][2]string{{asProtobuf, ""}, {asText, ""}, {asProtobuf, "gzip"}} {
		r := requests[i]
		if got := [2]string{r.header.Get("Content-Type"), r.header.Get("Content-Encoding")}; got != want {
			t.Errorf("request %d: got %q, want %q", i, got, want)
		}
		if r.method != http.MethodPut || r.code != http.StatusOK || r.length <= 0 || strings.Contains(r.uri, "?") || strings.HasSuffix(r.uri, "/") || r.header.Get("Expect") != "" {
			t.Errorf("request %d: %s %s: %d, %d bytes", i, r.method, r.uri, r.code, r.length)
		}
	}
}

// TestContractReplaces (C1, C6, C29): a series, and a family, that the target
// has no more leaves the group.
func TestContractReplaces(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition("a{x=\"1\"} 1\na{x=\"2\"} 1\nb 1\n"))
	file := appConfig(t, gw.url, target)
	once(t, file).mustBeSilent(t)
	target.answer.Store(exposition("a{x=\"2\"} 2\n"))
	once(t, file).mustBeSilent(t)
	if err := gw.must(t, "app", "i").holds(seriesSet{`a{x="2"}`: 2}, 1); err != nil {
		t.Error(err)
	}
}

// TestContractDeletesExactly (C3, C4): a DELETE has no body and no
// Content-Encoding, and takes its own group only.
func TestContractDeletesExactly(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target, wire := startScripted(t, exposition(goodText)), startRecorder(t, gw)
	once(t, config(t, `
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
			labels   = { more = "1" }
		}
	`, gw.url, target.address())).mustBeSilent(t)
	ferry := run(t, config(t, `
		global {
			scrape_interval = "300ms"
			on_shutdown     = "delete"
		}
		gateway "default" {
			url         = %q
			compression = "gzip"
		}
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, wire.URL, target.address()))
	eventually(t, "push", func() error { return ferry.atLeast(`promferry_pushes_total{gateway="default",method="PUT"}`, 1) })
	ferry.terminate(t)
	last := wire.changes()[len(wire.changes())-1]
	if last.method != http.MethodDelete || last.code != http.StatusAccepted || last.header.Get("Content-Encoding") != "" || last.length > 0 {
		t.Errorf("last request: %+v, want a DELETE without a body", last)
	}
	if set := gw.must(t, "app", "i"); len(set) != 6 || !has(set, `app_a{more="1"}`) {
		t.Errorf("groups after the DELETE: %v, want the one with more alone", set)
	}
}

// TestContractUnchecked (C2, C8): 202 is a success, and what a gateway that does
// not check would store, to break its /metrics, does not get there.
func TestContractUnchecked(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t, "--push.disable-consistency-check")
	target := startScripted(t, exposition("a 1 1700000000000\na 2\nb{__x=\"1\"} 1\nc{job=\"1\"} 1\nc{job=\"2\"} 1\n"))
	r := once(t, appConfig(t, gw.url, target))
	if r.code != 0 {
		t.Errorf("exit code %d, want 0: %s", r.code, r.stderr)
	}
	eventually(t, "group", func() error { // such a gateway answers before it stores
		return gw.groupHolds("app", seriesSet{"a": 1, `c{exported_job="1"}`: 1, `c{exported_job="2"}`: 1}, 1)()
	})
}

// TestContractPrefix (C57): a path of the gateway's URL is before all others.
func TestContractPrefix(t *testing.T) {
	t.Parallel()
	command := gatewayCommand(t, "--web.route-prefix=/some/prefix")
	gw := gateway{"http://" + startPart(t, "/some/prefix/-/ready", command) + "/some/prefix"}
	target := startScripted(t, exposition(goodText))
	once(t, config(t, `
		gateway "default" { url = "%s/" }
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, gw.url, target.address())).mustBeSilent(t)
	if err := gw.must(t, "app", "i").holds(goodSeries, 1); err != nil {
		t.Error(err)
	}
}

// TestContractBasicAuth (C58): a gateway that asks for a user refuses others with
// 401, and takes the push of who says it.
func TestContractBasicAuth(t *testing.T) {
	t.Parallel()
	host, port := freePort(t)
	gw := "http://" + net.JoinHostPort(host, port)
	start(t, gatewayCommand(t, "--web.config.file="+webUsers(t))(host, port))
	eventually(t, "gateway", func() error {
		resp, err := client.Get(gw)
		if err == nil {
			resp.Body.Close()
		}
		return err
	})
	target := startScripted(t, exposition(goodText))
	for password, code := range map[string]int{"open sesame": 0, "sesame": 1} {
		r := promferry(t, []string{"PASSWORD=" + password}, "once", "--config.file="+config(t, `
			gateway "default" {
				url = %q
				basic_auth {
					username = "ali"
					password = env("PASSWORD")
				}
			}
			job "app" { targets = [%q] }
		`, gw, target.address()))
		if r.code != code || (code == 1) != strings.Contains(r.stderr, "status 401") {
			t.Errorf("password %q: exit code %d, want %d: %s", password, r.code, code, r.stderr)
		}
	}
}

// TestContractWiped (C51, C56): a gateway whose store was wiped is filled again
// with the next cycle, although nothing has changed.
func TestContractWiped(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t, "--web.enable-admin-api")
	target, ferry := relaying(t, gw)
	eventually(t, "first push", gw.groupHolds("app", goodSeries, 1))
	if code, answer := gw.put(t, "/api/v1/admin/wipe", ""); code != http.StatusAccepted {
		t.Fatalf("wipe: status %d, %q", code, answer)
	}
	before := target.requests.Load()
	eventually(t, "push after the wipe", gw.groupHolds("app", goodSeries, 1))
	if n := target.requests.Load() - before; n > 50 { // it is seen some scrapes later on a machine that is busy
		t.Errorf("took %d scrapes, want the next one", n)
	}
	ferry.terminate(t)
}

// TestContractPoison (C37, C41, C43): whatever a target serves, and however
// often, other groups and the gateway's own page live on.
func TestContractPoison(t *testing.T) {
	t.Parallel()
	bothEncodings(t, func(t *testing.T, encoding string) {
		gw := startPushgateway(t)
		var text strings.Builder
		for _, name := range []string{"push_failure_time_seconds", "push_time_seconds", "up", "go_goroutines", "pushgateway_build_info", "scrape_samples_scraped"} {
			text.WriteString(strings.ReplaceAll("# TYPE x histogram\nx_bucket{le=\"+Inf\"} 1\nx_sum 1\nx_count 1\nx 4\n", "x", name))
		}
		text.WriteString("good 1\n")
		target := startScripted(t, exposition(text.String()))
		for _, job := range []string{"bad", "bad", "bad", "good", "good"} {
			if job == "good" {
				target.answer.Store(exposition(goodText))
			}
			r := once(t, config(t, `
				gateway "default" {
					url      = %q
					encoding = %q
				}
				job %q {
					targets  = [%q]
					instance = "i"
				}
			`, gw.url, encoding, job, target.address()))
			if r.code != 0 {
				t.Errorf("job %s: exit code %d: %s", job, r.code, r.stderr)
			}
		}
		if err := gw.groupHolds("good", goodSeries, 1)(); err != nil {
			t.Error(err)
		}
		if set := gw.must(t, "bad", "i"); set["up"] != 1 || set["good"] != 1 {
			t.Errorf("the target itself: %v, want up and good", set)
		}
	})
}
