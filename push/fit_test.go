package push

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFit(t *testing.T) {
	const (
		simple    = "# HELP a Help.\n# TYPE a untyped\na 1\na{b=\"# TYPE a gauge\"} 2\n"
		histogram = "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"
		summary   = "# TYPE s summary\ns_sum 1\ns_count 1\n"
		rest      = "# TYPE z gauge\nz 1\n"
	)
	asCounter := strings.Replace(simple, "TYPE a untyped", "TYPE a counter", 1)
	check := func(name, body string, held types, want fitted) {
		t.Helper()
		m := typeMemory{held: held}
		m.remember(said(body))
		got := m.fit(said(body), nil)
		if string(got.bytes()) != string(want.bytes()) || !slices.Equal(got.retyped, want.retyped) || !slices.Equal(got.refused, want.refused) || got.seriesOut != want.seriesOut {
			t.Errorf("%s: got %q, %+v, want %q, %+v", name, got.bytes(), got, want.bytes(), want)
		}
	}
	same := func(body string) fitted { return fitted{content: said(body)} }
	left := func(body string, series int, names ...string) fitted {
		out := fitted{content: said(body), seriesOut: series}
		for _, name := range names {
			out.refused = append(out.refused, refusal{name, refusedType})
		}
		return out
	}

	check("nothing held", simple+rest, types{}, same(simple+rest))
	check("same type", simple+rest, types{"a": "untyped", "z": "gauge"}, same(simple+rest))
	check("other type", simple+rest, types{"a": "counter"}, fitted{said(asCounter + rest), []string{"a"}, nil, 0})
	check("last family", rest+simple, types{"a": "counter"}, fitted{said(rest + asCounter), []string{"a"}, nil, 0})
	check("two", simple+rest, types{"a": "counter", "z": "untyped"}, fitted{said(asCounter + "# TYPE z untyped\nz 1\n"), []string{"a", "z"}, nil, 0})
	check("gauge over histogram", simple+rest, types{"a": "histogram"}, left(rest, 2, "a"))
	check("gauge over summary", simple+rest, types{"a": "summary"}, left(rest, 2, "a"))
	check("histogram over gauge", histogram+rest, types{"h": "gauge"}, left(rest, 3, "h"))
	check("histogram over summary", histogram+rest, types{"h": "summary"}, left(rest, 3, "h"))
	check("word of another kind", simple+rest, types{"a": "stateset"}, left(rest, 2, "a"))
	check("all", simple, types{"a": "histogram"}, left("", 2, "a"))

	for _, suffix := range []string{"_count", "_sum", "_bucket"} {
		line := "# TYPE h" + suffix + " gauge\nh" + suffix + " 1\n"
		check("line of a held histogram", line+rest, types{"h": "histogram"}, left(rest, 1, "h"+suffix))
		check("line of a held gauge", line+rest, types{"h": "gauge"}, same(line+rest))
		check("histogram over a held line", histogram+rest, types{"h" + suffix: "gauge"}, left(rest, 3, "h"))
		if suffix == "_bucket" { // not a line of summaries
			check("bucket beside a held summary", line+rest, types{"h": "summary"}, same(line+rest))
			check("summary over a held bucket", summary+rest, types{"s" + suffix: "gauge"}, same(summary+rest))
			continue
		}
		check("line of a held summary", line+rest, types{"h": "summary"}, left(rest, 1, "h"+suffix))
		check("summary over a held line", summary+rest, types{"s" + suffix: "gauge"}, left(rest, 2, "s"))
	}
}

func TestLostReportSeriesAreAnError(t *testing.T) {
	check := func(want bool, refused ...string) {
		t.Helper()
		var f fitted
		for _, name := range refused {
			f.refused = append(f.refused, refusal{name, refusedType})
		}
		if err := f.reportLost(); errors.Is(err, errReportLost) != want {
			t.Errorf("%q: got %v, want an error: %v", refused, err, want)
		}
	}
	check(false)
	check(false, "upper", "scrape_errors")
	check(true, "up")
	check(true, "a", "scrape_samples_scraped")
	check(true, "scrape_duration_seconds")
	check(true, "scrape_samples_post_metric_relabeling")
}

// inconsistent is how a gateway begins its refusal (contract C7).
const inconsistent = "pushed metrics are invalid or inconsistent with existing metrics: "

// refuseUntyped is a gateway that has a counter a.
func refuseUntyped(_ int, s sent) (int, string) {
	switch {
	case s.method == http.MethodGet:
		return 200, "# TYPE a counter\na 1\n"
	case strings.Contains(s.body, "# TYPE a untyped"), strings.Contains(s.body, "# TYPE x "):
		return 400, inconsistent + "no"
	}
	return 200, ""
}

func TestGatewayRetypesAndRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: refuseUntyped}
		b := newBench(t, &f)
		var last Outcome
		b.OnDone = func(out Outcome) { last = out }
		b.run(t)
		for range 2 {
			b.offer(put("b", "# TYPE a untyped\na 2\n"))
			b.drain(t)
			if last.Err != nil || last.Retyped != 1 || last.Series != 1 {
				t.Errorf("got %+v, want one family retyped", last)
			}
		}
		wantSent(t, &f, "PUT # TYPE a untyped\na 2", "GET", "PUT # TYPE a counter\na 2", "PUT # TYPE a counter\na 2")
		b.wantCount(t, "promferry_families_retyped_total", "", 2)
		b.wantCount(t, "promferry_pushes_total", "PUT", 2)
		b.wantLog(t, `msg="gateway does not take all families of this group as they are" gateway=gw group="{instance=\"b\",job=\"test\"}" err="1 sent with the type that the gateway has"`, 1)
		if got := b.Group(groupOf("b")); got.Retyped != 1 || got.LastError != nil {
			t.Errorf("got %+v, want one family retyped and no error", got)
		}
	})
}

func TestGatewayKeepsErrorThatTypesDoNotExplain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: refuseUntyped}
		b := newBench(t, &f)
		b.run(t)
		b.offer(put("b", "# TYPE x gauge\nx 2\n"))
		b.drain(t)
		wantSent(t, &f, "PUT # TYPE x gauge\nx 2", "GET") // and not the same body again
		if err := b.Group(groupOf("b")).LastError; reason(err) != "400" {
			t.Errorf("got %v, want the status 400", err)
		}
	})
}

func TestGatewayTellsThatTypesCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(_ int, s sent) (int, string) {
			if s.method == http.MethodGet {
				return 500, "poison"
			}
			return 400, inconsistent + "no"
		}}
		b := newBench(t, &f)
		b.run(t)
		for range 2 {
			b.offer(put("b", "# TYPE x gauge\nx 2\n"))
			b.drain(t)
			err := b.Group(groupOf("b")).LastError
			if reason(err) != "400" || !strings.Contains(err.Error(), "the gateway refuses the smallest push") {
				t.Errorf("got %v, want the status 400 and that of the reading", err)
			}
		}
		wantSent(t, &f, "PUT # TYPE x gauge\nx 2", "GET", "PUT # TYPE x gauge\nx 2")
	})
}

func TestGatewayReportsLostReportSeries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(_ int, s sent) (int, string) {
			switch {
			case s.method == http.MethodGet:
				return 200, "# TYPE up histogram\n"
			case strings.Contains(s.body, "TYPE up"):
				return 400, inconsistent + "no"
			}
			return 200, ""
		}}
		b := newBench(t, &f)
		b.run(t)
		b.offer(put("b", "# TYPE up gauge\nup 1\n# TYPE a gauge\na 1\n"))
		b.drain(t)
		err := b.Group(groupOf("b")).LastError
		if !errors.Is(err, errReportLost) || !strings.Contains(err.Error(), "report series up") {
			t.Errorf("got %v, want %v", err, errReportLost)
		}
		if got := f.sent(); got[len(got)-1] != "PUT # TYPE a gauge\na 1" {
			t.Errorf("got %q, want the rest sent", got)
		}
		b.wantCount(t, "promferry_push_errors_total", "report_series", 1)
	})
}

// TestRealGatewayTakesFittedBodies has all kinds of clashes with a real one.
func TestRealGatewayTakesFittedBodies(t *testing.T) {
	gateway := realGateway(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	var requests []string
	b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := transport.RoundTrip(r)
		if err == nil {
			requests = append(requests, fmt.Sprint(r.Method, " ", resp.StatusCode))
		}
		return resp, err
	}))
	b.at(gateway)
	b.MaxConcurrentPushes = 1 // guards requests and last
	var last Outcome
	b.OnDone = func(out Outcome) { last = out }
	b.run(t)
	push := func(instance, body string, wantRequests ...string) Outcome {
		t.Helper()
		requests = nil
		b.offer(&request{group: groupOf("fit" + instance), method: http.MethodPut, body: bodyOf(body, strings.Count(body, "\n")-strings.Count(body, "#"))})
		b.drain(t)
		if !slices.Equal(requests, wantRequests) {
			t.Errorf("group %s: got requests %q, want %q", instance, requests, wantRequests)
		}
		return last
	}
	wantStored := func(instance string, want ...string) {
		t.Helper()
		var got []string
		for name, f := range storedGroups(t, gateway)[groupOf("fit"+instance).Key()].families {
			if !strings.HasPrefix(name, "push_") {
				got = append(got, fmt.Sprint(strings.ToLower(f.Type), " ", name, " ", len(f.Metrics)))
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("group %s: got %q, want %q", instance, got, want)
		}
	}
	t.Cleanup(func() {
		for _, instance := range []string{"A", "B", "C"} {
			Gateways{{b.Gateway}}.Delete(groupOf("fit" + instance))
		}
		b.drain(t)
	})

	push("A", "# TYPE fit_a counter\nfit_a 1\n# TYPE fit_h gauge\nfit_h 1\n# TYPE fit_n_count gauge\nfit_n_count 1\n", "PUT 200")
	body := "# HELP fit_a Help.\n# TYPE fit_a untyped\nfit_a{l=\"1\"} 1\nfit_a{l=\"2\"} 1\n" +
		"# TYPE go_goroutines untyped\ngo_goroutines 1\n" +
		"# TYPE fit_h histogram\nfit_h_bucket{le=\"+Inf\"} 1\nfit_h_sum 1\nfit_h_count 1\n" +
		"# TYPE fit_n summary\nfit_n_sum 1\nfit_n_count 1\n" +
		"# TYPE fit_b gauge\nfit_b 1\n"
	want := Outcome{Gateway: "gw", Group: groupOf("fitB"), Method: "PUT", Path: "/metrics/job/test/instance/fitB", Series: 4, Retyped: 2, Refused: []string{"fit_h", "fit_n"}, reasons: map[string]int{"type": 2}}
	for _, requests := range [][]string{{"PUT 400", "GET 200", "PUT 200"}, {"PUT 200"}} {
		got := push("B", body, requests...)
		got.Took, got.Bytes = 0, 0
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		wantStored("B", "counter fit_a 2", "gauge fit_b 1", "gauge go_goroutines 1")
	}

	// What went through here is known without a reading; what another wrote is
	// not read again within five minutes.
	push("A", "# TYPE fit_new gauge\nfit_new 1\n", "PUT 200")
	if got := push("C", "# TYPE fit_new untyped\nfit_new 1\n", "PUT 400", "PUT 200"); got.Err != nil || got.Retyped != 1 {
		t.Errorf("got %v, %d retyped, want success with 1", got.Err, got.Retyped)
	}
	other := &Gateway{Name: "other", URL: gateway, Transport: transport, Timeout: time.Minute}
	if err := other.do(t.Context(), http.MethodPut, "/metrics/job/test/instance/fitA", bodyOf("# TYPE fit_other gauge\nfit_other 1\n", 0)); err != nil {
		t.Fatal(err)
	}
	if got := push("C", "# TYPE fit_other untyped\nfit_other 1\n", "PUT 400"); reason(got.Err) != "400" {
		t.Errorf("got %v, want a status 400 and no second reading within five minutes", got.Err)
	}
}
