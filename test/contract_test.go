package test

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// A contractCase is what a target serves, or how it is labelled, where a rule of
// the contract of Pushgateways would hurt who passes that on as it is. The name
// of its test is the rule.
type contractCase struct {
	rule     string
	serves   string // text 0.0.4, if media is empty
	media    string
	instance string // of the job; "i" if empty
	job      string // more of its block
	block    string // more of the gateway's block
	says     string // on standard error; "" is nothing
	want     seriesSet
	requests []string // that the gateway had; nil: one PUT, stored
}

// contractCases have a gateway in common: what breaks it for one shows in all.
var contractCases = []contractCase{
	{rule: "C4", block: `compression = "gzip"`, want: seriesSet{}},
	{rule: "C10", serves: "c10 1\n", instance: "a/../b//.", want: seriesSet{"c10": 1}},
	{rule: "C11", serves: "c11 1\n", instance: "..", want: seriesSet{"c11": 1}},
	{rule: "C12", serves: "c12 1\n", instance: "50% a+b\t@base64=;é", want: seriesSet{"c12": 1}},
	{rule: "C17", serves: "c17 1\n", instance: strings.Repeat("long", 7500), want: seriesSet{"c17": 1}},
	{rule: "C21", serves: "c21{job=\"a\",instance=\"b\"} 1\n", want: seriesSet{`c21{exported_instance="b",exported_job="a"}`: 1}},
	{rule: "C22", serves: "c22 1\n", want: seriesSet{"c22": 1}},
	{rule: "C23", serves: "c23{job=\"a\"} 1\nc23{job=\"b\"} 2\n", want: seriesSet{`c23{exported_job="a"}`: 1, `c23{exported_job="b"}`: 2}},
	{rule: "C25", serves: "c25{a=\"\"} 1\n", want: seriesSet{"c25": 1}},
	{rule: "C26", serves: "c26{__x=\"1\"} 1\nc26_b 1\n", says: "reserved_label", want: seriesSet{"c26_b": 1}},
	{rule: "C27", serves: "c27 1 1700000000000\n", want: seriesSet{"c27": 1}},
	{rule: "C28", serves: "c28 1", want: seriesSet{"c28": 1}},
	{rule: "C29", serves: "# TYPE c29_a counter\nc29_a{x=\"1\"} 1\n# TYPE c29_b gauge\nc29_b 2\nc29_a{x=\"2\"} 3\n# HELP c29_b Late.\n",
		want: seriesSet{`c29_a{x="1"}`: 1, `c29_a{x="2"}`: 3, "c29_b": 2}},
	{rule: "C30", serves: "# TYPE c30 histogram\nc30_bucket{le=\"1\"} 0.5\nc30_bucket{le=\"+Inf\"} 2.5\nc30_count 2.5\n# TYPE c30_s summary\nc30_s_count -2\n",
		want: seriesSet{`c30_bucket{le="1"}`: 0.5, `c30_bucket{le="+Inf"}`: 2.5, "c30_count": 2.5, "c30_s_count": -2}},
	{rule: "C32", serves: "c32 NaN\nc32_b Inf\nc32_c .5\n", want: seriesSet{"c32": math.NaN(), "c32_b": math.Inf(1), "c32_c": 0.5}},
	{rule: "C34", media: "text/plain; version=1.0.0", serves: "{\"c34.dot\"} 1\nc34 1\n", want: seriesSet{"c34_dot": 1, "c34": 1}},
	{rule: "C37", serves: "go_goroutines 4\n# TYPE process_open_fds counter\nprocess_open_fds 5\n", want: seriesSet{"go_goroutines": 4, "process_open_fds": 5},
		requests: []string{"PUT 400", "PUT 200"}},
	{rule: "C38", serves: "# TYPE pushgateway_http_requests_total counter\npushgateway_http_requests_total 5\nc38 1\n", says: "gateway_owned", want: seriesSet{"c38": 1}},
	{rule: "C40", serves: "push_time_seconds 5\nc40 1\n", says: "gateway_owned", want: seriesSet{"c40": 1}},
	{rule: "C41", serves: "# TYPE push_failure_time_seconds histogram\npush_failure_time_seconds_bucket{le=\"+Inf\"} 1\npush_failure_time_seconds_sum 1\npush_failure_time_seconds_count 1\npush_failure_time_seconds 7\n",
		says: "gateway_owned", want: seriesSet{`push_failure_time_seconds_bucket{le="+Inf"}`: 1, "push_failure_time_seconds_sum": 1, "push_failure_time_seconds_count": 1}},
	{rule: "C44", block: `encoding = "protobuf"`, serves: "c44{x=\"1\"} 1\nc44_b 1\nc44{x=\"2\"} 2\n", want: seriesSet{`c44{x="1"}`: 1, `c44{x="2"}`: 2, "c44_b": 1}},
	{rule: "C45", media: "application/openmetrics-text; version=1.0.0", serves: "# TYPE c45 counter\nc45_total 1 # {trace=\"x\"} 1\n# EOF\n",
		want: seriesSet{"c45_total": 1}},
	{rule: "C52", media: "application/openmetrics-text; version=1.0.0", serves: "# TYPE c52 counter\nc52_total 1\nc52_created 5\n# TYPE c52_i info\nc52_i_info{v=\"1\"} 1\n# EOF\n",
		want: seriesSet{"c52_total": 1, "c52_created": 5, `c52_i_info{v="1"}`: 1}},
}

// TestContract pushes by `promferry once` to a real gateway.
func TestContract(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	for _, c := range contractCases {
		t.Run(c.rule, func(t *testing.T) { c.check(t, gw) })
	}
	if _, _, err := gw.metrics(); err != nil {
		t.Errorf("the gateway after all of them: %v", err)
	}
}

func (c contractCase) check(t *testing.T, gw gateway) {
	if c.media == "" {
		c.media = "text/plain; version=0.0.4"
	}
	if c.instance == "" {
		c.instance = "i"
	}
	if c.requests == nil {
		c.requests = []string{"PUT 200"}
	}
	target, wire := startScripted(t, typed(c.media, c.serves)), startRecorder(t, gw)
	r := once(t, config(t, `
		gateway "default" {
			url = %q
			%s
		}
		job %q {
			targets  = [%q]
			instance = %q
			%s
		}
	`, wire.URL, c.block, c.rule, target.address(), c.instance, c.job))
	if r.code != 0 || !strings.Contains(r.stderr, c.says) || (c.says == "") != (r.stderr == "") {
		t.Errorf("exit code %d, want 0 and %q in: %s", r.code, c.says, r.stderr)
	}
	if got := wire.answers(); !slices.Equal(got, c.requests) {
		t.Errorf("got requests %q, want %q", got, c.requests)
	}
	if c.want == nil {
		return
	}
	if err := gw.must(t, c.rule, c.instance).holds(c.want, 1); err != nil {
		t.Error(err)
	}
}
