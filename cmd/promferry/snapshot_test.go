package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/cmd/promferry/internal/status"
	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/relay"
)

// shownFerry is a ferry of a configuration that does not run, and its pages.
func shownFerry(t testing.TB, text string) pages {
	t.Helper()
	f := newFerry(1<<20, composition{})
	f.parts = assembled(t, f, text, f.parts)
	f.pool = relay.NewPool(f.parts.targets(), relay.Options{Workers: 1})
	return pages{f, nil, "/metrics"}
}

// answerOf is what a page answers to a GET.
func (p pages) answerOf(target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	(&webFlags{telemetryPath: "/metrics"}).handler(p.ferry, nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

// manyTargets is a configuration with n of them.
func manyTargets(n int) string {
	var b strings.Builder
	b.WriteString("gateway \"default\" {\n url = \"http://gw:9091\"\n}\njob \"fleet\" {\n targets = [\n")
	for i := range n {
		fmt.Fprintf(&b, "\"host%05d.example.net:9100\",\n", i)
	}
	b.WriteString("]\nlabels = { site = \"fra1\", rack = \"r1\" }\n}\n")
	return b.String()
}

// TestPageStaysSmall: ten thousand targets are a page of one hundred.
func TestPageStaysSmall(t *testing.T) {
	p := shownFerry(t, manyTargets(10_000))
	page := p.answerOf("/").Body.String()
	if rows := strings.Count(page, `<code class="address">`); rows != status.PageSize {
		t.Errorf("the page shows %d targets, want %d", rows, status.PageSize)
	}
	if len(page) > 200_000 {
		t.Errorf("the page has %d bytes, want at most 200,000", len(page))
	}
	last := p.answerOf("/?page=100").Body.String()
	if !strings.Contains(last, "host09999") || !strings.Contains(last, "9,901 to 10,000 of 10,000") {
		t.Error("the hundredth page does not show the last target")
	}
	if found := p.answerOf("/?q=host07777").Body.String(); strings.Count(found, `<code class="address">`) != 1 {
		t.Error("a filter does not find the one target")
	}
}

// TestLossesAreWhole: what a target loses on the way to stores is shown as what it
// loses on the way to gateways.
func TestLossesAreWhole(t *testing.T) {
	got := lossesOf(relay.Status{
		Dropped: map[convert.DropReason]int{convert.DropReportSeries: 1}, NotStored: map[convert.DropReason]int{convert.DropClock: 2},
		Timestamps: 3, Exemplars: 4, Natives: 5, Escaped: 6,
	})
	want := []status.Loss{
		{Count: 1, What: "series left out: report_series"},
		{Count: 2, What: "series left out of remote_write: clock_back"},
		{Count: 3, What: "timestamps stripped"},
		{Count: 4, What: "exemplars stripped"},
		{Count: 5, What: "native histograms cut"},
		{Count: 6, What: "series with UTF-8 names escaped"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("losses (-want +got):\n%s", diff)
	}
}

func BenchmarkPageOfTenThousandTargets(b *testing.B) {
	p := shownFerry(b, manyTargets(10_000))
	for b.Loop() {
		var page bytes.Buffer
		if err := p.snapshot().View(status.Query{Page: 1}).WriteHTML(&page); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(page.Len()), "page-bytes")
	}
}
