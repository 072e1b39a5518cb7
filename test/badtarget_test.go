package test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What a good target offers; what a faulty one sends begins alike, but with
// other values and a series more, so that a part of it would be seen.
const (
	goodText  = "app_a 1\napp_b{code=\"200\"} 1\n"
	partText  = "app_a 2\napp_b{code=\"200\"} 2\napp_c 2\n"
	chunkHead = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nTransfer-Encoding: chunked\r\n\r\n"
)

var goodSeries = seriesSet{"app_a": 1, `app_b{code="200"}`: 1}

// A targetFault is a target that goes wrong.
type targetFault struct {
	name   string
	answer http.HandlerFunc // nil: nothing listens any more
	reason string           // the metric's label, and the log's
	says   string           // in the error
}

var targetFaults = []targetFault{
	{"refused", nil, "connect", "connection refused"},
	{"no_answer", hang, "timeout", "scrape_timeout of 500ms"},
	{"stalled", stall(partText), "timeout", "scrape_timeout of 500ms"},
	{"404", status(http.StatusNotFound, partText), "status", "404 Not Found"},
	{"500", status(http.StatusInternalServerError, partText), "status", "500 Internal Server Error"},
	{"204", status(http.StatusNoContent, ""), "status", "204 No Content"},
	{"html", typed("text/html; charset=utf-8", "<html><title>Sign in</title>"), "content_type", "fallback_scrape_protocol"},
	{"too_large", exposition(partText + strings.Repeat("# filler\n", 500)), "body_size_limit", "body_size_limit, 2000 bytes"},
	{"endless", endless, "body_size_limit", "body_size_limit, 2000 bytes"},
	{"garbage", exposition(partText + "\x00\xff<<< not a metric\n"), "parse", "line 4"},
	{"cut_line", exposition(partText + "app_d{code=\"2"), "parse", "line 4"},
	{"openmetrics_no_eof", typed("application/openmetrics-text; version=1.0.0", partText), "parse", "# EOF"},
	{"cut_length", raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: 1000\r\n\r\n" + partText), "read", "unexpected EOF"},
	{"cut_chunk", raw(chunkHead + fmt.Sprintf("%x\r\n%s\r\n", len(partText), partText)), "read", "unexpected EOF"},
	{"reset", rawReset(chunkHead + fmt.Sprintf("%x\r\n%s\r\n", len(partText), partText)), "read", "reset"},
	{"gzip_corrupt", gzipped(func(z []byte) []byte { z[len(z)-5] ^= 0xff; return z }), "decompress", "decompress"},
	{"gzip_cut", gzipped(func(z []byte) []byte { return z[:len(z)-6] }), "decompress", "unexpected EOF"},
	{"gzip_not", gzipped(func([]byte) []byte { return []byte(partText) }), "decompress", "gzip"},
}

// generous is a scrape_timeout for targets that answer, in time also on a machine
// that is busy.
const generous = "3s"

// timeout is short where that is the fault.
func (f targetFault) timeout() string {
	if f.reason == "timeout" {
		return "500ms"
	}
	return generous
}

// endless sends good lines for ever.
func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	for i := 0; ; i++ {
		if _, err := fmt.Fprintf(w, "app_%d 2\n", i); err != nil {
			return
		}
	}
}

func gzipped(damage func([]byte) []byte) http.HandlerFunc {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = io.WriteString(w, partText) // to memory
	_ = w.Close()
	body := damage(z.Bytes())
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		exposition(string(body))(w, r)
	}
}

// strike makes the target faulty.
func (f targetFault) strike(target *scripted) {
	if f.answer == nil {
		target.Close()
		return
	}
	target.answer.Store(f.answer)
}

// TestBadTargetOnce scrapes each faulty target by `promferry once`, after a
// good scrape: the group holds all of that, or that the target is down.
func TestBadTargetOnce(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	for i, fault := range targetFaults {
		for _, policy := range []string{"mark_down", "keep"} {
			t.Run(fault.name+"/"+policy, func(t *testing.T) {
				t.Parallel()
				instance := fmt.Sprintf("%s-%d", policy, i)
				target := startScripted(t, exposition(goodText))
				const text = `
					global {
						scrape_timeout    = %q
						body_size_limit   = 2000
						on_scrape_failure = %q
					}
					gateway "default" { url = %q }
					job "app" {
						targets  = [%q]
						instance = %q
					}
				`
				once(t, config(t, text, generous, policy, gw.url, target.address(), instance)).mustBeSilent(t)
				if err := gw.must(t, "app", instance).holds(goodSeries, 1); err != nil {
					t.Fatalf("after a good scrape: %v", err)
				}
				fault.strike(target)
				r := once(t, config(t, text, fault.timeout(), policy, gw.url, target.address(), instance))
				checkFailedOnce(t, r, instance, fault.says)
				want := seriesSet{}
				if policy == "keep" {
					want = goodSeries
				}
				if err := gw.must(t, "app", instance).holds(want, 0); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// checkFailedOnce checks for exit code 1 and one line that names the target
// and what is wrong.
func checkFailedOnce(t *testing.T, r result, instance, says string) {
	t.Helper()
	if r.code != 1 || r.stdout != "" {
		t.Errorf("exit code %d, want 1\nstdout: %s", r.code, r.stdout)
	}
	if strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, instance) || !strings.Contains(r.stderr, says) {
		t.Errorf("stderr is not one line with %q and %q:\n%s", instance, says, r.stderr)
	}
}

// TestEmptyBodyIsUp: as in Prometheus nothing is a fine answer.
func TestEmptyBodyIsUp(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	file := appConfig(t, gw.url, target)
	once(t, file).mustBeSilent(t)
	target.answer.Store(typed("", ""))
	once(t, file).mustBeSilent(t)
	got := gw.must(t, "app", "i")
	if err := got.holds(seriesSet{}, 1); err != nil {
		t.Error(err)
	}
	if got["scrape_samples_scraped"] != 0 {
		t.Errorf("scrape_samples_scraped is %v, want 0", got["scrape_samples_scraped"])
	}
}

// TestBadTargetsUnderRun lets one daemon see all faults at once and their end.
// The process lives, each fault is logged once and counted with its reason.
func TestBadTargetsUnderRun(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	targets := make([]*scripted, len(targetFaults))
	var jobs strings.Builder
	for i, fault := range targetFaults {
		targets[i] = startScripted(t, exposition(goodText))
		fmt.Fprintf(&jobs, "job \"%s\" {\n targets = [%q]\n instance = \"i\"\n scrape_timeout = %q\n}\n", fault.name, targets[i].address(), fault.timeout())
	}
	bystander := startScripted(t, exposition(goodText))
	ferry := run(t, config(t, `
		global {
			scrape_interval = "3s"
			body_size_limit = 2000
			workers         = 32
		}
		gateway "default" { url = %q }
		job "bystander" {
			targets  = [%q]
			instance = "i"
		}
		%s
	`, gw.url, bystander.address(), jobs.String()))

	for _, fault := range targetFaults {
		eventually(t, fault.name+": good at first", gw.groupHolds(fault.name, goodSeries, 1))
	}
	for i, fault := range targetFaults {
		fault.strike(targets[i])
	}
	for _, fault := range targetFaults {
		eventually(t, fault.name+": marked down", gw.groupHolds(fault.name, seriesSet{}, 0))
		series := fmt.Sprintf("promferry_scrape_errors_total{job=%q,reason=%q}", fault.name, fault.reason)
		eventually(t, series, func() error { return ferry.atLeast(series, 2) })
	}
	eventually(t, "the target beside", gw.groupHolds("bystander", goodSeries, 1))
	ferry.lives(t)
	for i, fault := range targetFaults {
		if fault.answer != nil {
			targets[i].answer.Store(exposition(goodText))
			eventually(t, fault.name+": good again", gw.groupHolds(fault.name, goodSeries, 1))
		}
	}
	ferry.terminate(t)
	for _, fault := range targetFaults {
		fault.checkLog(t, ferry.stderr.String())
	}
}

// checkLog looks for one line at the start and one at the end. Of a timeout there
// may be more, on a machine that is busy, and the end of the last one may not come.
func (f targetFault) checkLog(t *testing.T, log string) {
	t.Helper()
	about := "job=" + f.name + " "
	failed, own, again := linesWith(log, `msg="scrape failed"`, about), linesWith(log, `msg="scrape failed"`, about, "reason="+f.reason+" ", f.says), linesWith(log, `msg="scrape works again"`, about)
	slow := 0
	if f.reason != "timeout" {
		slow = len(linesWith(log, `msg="scrape failed"`, about, "reason=timeout "))
	}
	if len(failed) == 0 || len(failed) != len(own)+slow || len(own) > 1 && f.reason != "timeout" {
		t.Errorf("%s: log is not one line with reason %s and %q: %q", f.name, f.reason, f.says, failed)
	}
	if least := max(1, len(failed)-1); f.answer != nil && (len(again) < least || len(again) > len(failed)) {
		t.Errorf("%s: log says %d times that it works again, want %d, or once less than that it failed", f.name, len(again), len(failed))
	}
}
