package test

import (
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDoctorTranscript does what docs/doctor.md shows: a real gateway without its
// check, broken by two others, and a target that is down.
func TestDoctorTranscript(t *testing.T) {
	t.Parallel()
	doc := repoText(t, "docs/doctor.md")
	gw := startPushgateway(t, "--push.disable-consistency-check")
	shop := startScripted(t, exposition("# HELP orders_total Orders.\n# TYPE orders_total counter\norders_total 3\n"))
	host, port := freePort(t)
	stock := net.JoinHostPort(host, port)
	places := map[string]string{"127.0.0.1:9091": strings.TrimPrefix(gw.url, "http://"), "127.0.0.1:8000": shop.address(), "127.0.0.1:8001": stock, "127.0.0.1:9097": "127.0.0.1:1"}
	text := blocks(doc, "hcl")[0]
	for shown, real := range places {
		text = strings.ReplaceAll(text, `"`+shown, `"`+real)
		text = strings.ReplaceAll(text, `//`+shown, `//`+real)
	}
	file := config(t, "%s", text)
	if r := once(t, file); r.code != 1 || !strings.Contains(r.stderr, "stock-1") {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	gw.put(t, "/metrics/job/stock/instance/stock-1", "stock_items 7\n")
	gw.put(t, "/metrics/job/batch/instance/night", "# TYPE orders_total gauge\norders_total 2\n")
	eventually(t, "the gateway is broken", func() error {
		if code, answer := send(t, http.MethodGet, gw.url+"/metrics", "", nil); code != http.StatusInternalServerError {
			return fmt.Errorf("status %d, %.300q", code, answer)
		}
		return nil
	})
	r := promferry(t, nil, "doctor", "--config.file="+file, "--web.listen-address=127.0.0.1:1")
	if r.code != 1 || r.stderr != "" {
		t.Errorf("exit code %d, want 1: %s", r.code, r.stderr)
	}
	got := r.stdout
	for shown, real := range places {
		got = regexp.MustCompile(regexp.QuoteMeta(real)+`\b`).ReplaceAllString(got, shown)
	}
	for _, vague := range [][2]string{
		{` in [0-9.]+[µm]?s\n`, " in 2ms\n"},
		{`[0-9]+ allowed`, "1024 allowed"},
		{`, [0-9]+s ago`, ", 1s ago"},
		{`(collected metric) .*`, "$1 …"}, // which of the two is named depends on the order of a map
	} {
		got = regexp.MustCompile(vague[0]).ReplaceAllString(got, vague[1])
	}
	want := strings.TrimPrefix(blocks(doc, "text")[0], "$ promferry doctor\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/doctor.md shows another transcript (-docs +now):\n%s\nall of it:\n%s", diff, got)
	}
}

// TestDoctorChecksAreDocumented: each check that a report may have stands in the
// tables of docs/doctor.md.
func TestDoctorChecksAreDocumented(t *testing.T) {
	t.Parallel()
	doc := repoText(t, "docs/doctor.md")
	gw := startPushgateway(t, "--push.disable-consistency-check", "--web.enable-admin-api")
	gw.put(t, "/metrics/job/old/instance/i", "a 1\n")
	target := startScripted(t, exposition(goodText))
	file := appConfig(t, gw.url, target)
	once(t, file).mustBeSilent(t)
	report := examine(t, 0, file, "--state.file="+t.TempDir()+"/state")
	checks := append(report.Host, report.Gateways[0].Checks...)
	for _, c := range append(checks, report.Targets[0].Checks...) {
		if !strings.Contains(doc, "| "+c.Check+" |") {
			t.Errorf("docs/doctor.md has no row for the check %q", c.Check)
		}
	}
	if len(checks) < 15 {
		t.Errorf("got %d checks, want most of those there are", len(checks))
	}
}
