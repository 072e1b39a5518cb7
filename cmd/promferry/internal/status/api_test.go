package status

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// fleet has a target of each kind, and a job that drops and refuses some.
func fleet() Snapshot {
	return snapshot(answering("eu"),
		Job{Name: "node", Targets: []Target{up("node", "a:9100"), down("node", "b:9100"), pending("node", "c:9100")}},
		Job{
			Name:    "found",
			Dropped: []convert.Labels{{{Name: "__address__", Value: "d:1"}}},
			Refused: []Refused{{convert.Labels{{Name: "__address__", Value: "e:1"}}, "bad address"}},
		},
	)
}

// TestTargetsInPrometheusShape: Prometheus's own client reads them.
func TestTargetsInPrometheusShape(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := ParseTargetsQuery(r.URL.Query())
		if err == nil && r.URL.Path == "/api/v1/targets" {
			err = fleet().WriteTargets(w, q)
		}
		if err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	client, err := api.NewClient(api.Config{Address: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	got, err := v1.NewAPI(client).Targets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := v1.TargetsResult{
		Active: []v1.ActiveTarget{
			activeOf("a:9100", "", v1.HealthGood, before(4*time.Second)),
			activeOf("b:9100", "scrape http://b:9100/metrics: connection refused", v1.HealthBad, before(4*time.Second)),
			activeOf("c:9100", "", v1.HealthUnknown, time.Time{}),
		},
		Dropped: []v1.DroppedTarget{{DiscoveredLabels: map[string]string{"__address__": "d:1"}}, {DiscoveredLabels: map[string]string{"__address__": "e:1"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func activeOf(address, err string, health v1.HealthStatus, scraped time.Time) v1.ActiveTarget {
	return v1.ActiveTarget{
		DiscoveredLabels: map[string]string{"__address__": address},
		Labels:           model.LabelSet{"instance": model.LabelValue(address), "job": "node"},
		ScrapePool:       "node", ScrapeURL: "http://" + address + "/metrics", GlobalURL: "http://" + address + "/metrics",
		LastError: err, LastScrape: scraped, LastScrapeDuration: 0.012, Health: health,
	}
}

func TestTargetsAreChosen(t *testing.T) {
	for query, want := range map[string]string{
		"":                               "3 active, 2 dropped, map[found:2 node:0]",
		"state=any":                      "3 active, 2 dropped, map[found:2 node:0]",
		"state=active":                   "3 active, 0 dropped, map[]",
		"state=Active":                   "3 active, 0 dropped, map[]", // as Prometheus has it
		"state=dropped":                  "0 active, 2 dropped, map[found:2 node:0]",
		"scrapePool=node":                "3 active, 0 dropped, map[node:0]",
		"state=dropped&scrapePool=found": "0 active, 2 dropped, map[found:2]",
		"scrapePool=nobody":              "0 active, 0 dropped, map[]",
	} {
		got := targetsOf(t, query)
		if got := summaryOf(got); got != want {
			t.Errorf("%q: got %s, want %s", query, got, want)
		}
	}
	if got := targetsOf(t, "").Dropped[1].Error; got != "bad address" {
		t.Errorf("a refused target's error is %q, want %q", got, "bad address")
	}
}

func targetsOf(t *testing.T, query string) targets {
	t.Helper()
	values, _ := url.ParseQuery(query)
	q, err := ParseTargetsQuery(values)
	if err != nil {
		t.Fatal(err)
	}
	var body strings.Builder
	if err := fleet().WriteTargets(&body, q); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(body.String(), "null") {
		t.Errorf("%q: a list is null: %s", query, &body)
	}
	return targetsIn(t, body.String())
}

func targetsIn(t *testing.T, body string) targets {
	t.Helper()
	var got struct{ Data targets }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	return got.Data
}

func summaryOf(got targets) string {
	return fmt.Sprintf("%d active, %d dropped, %v", len(got.Active), len(got.Dropped), got.DroppedCounts)
}

// TestErrorsInPrometheusShape are those of bad parameters.
func TestErrorsInPrometheusShape(t *testing.T) {
	_, err := ParseTargetsQuery(url.Values{"state": {"lost"}})
	if err == nil {
		t.Fatal("state=lost is accepted")
	}
	var got strings.Builder
	if err := WriteError(&got, err); err != nil {
		t.Fatal(err)
	}
	want := `{"status":"error","errorType":"bad_data","error":"state=\"lost\": want active, dropped or any"}` + "\n"
	if got.String() != want {
		t.Errorf("got %s, want %s", &got, want)
	}
}

// TestPushesInTargets are our own fields.
func TestPushesInTargets(t *testing.T) {
	var body strings.Builder
	if err := snapshot(answering("eu"), Job{Name: "node", Targets: []Target{unpushed("node", "a")}}).WriteTargets(&body, TargetsQuery{active: true}); err != nil {
		t.Fatal(err)
	}
	want := `"state":"unpushed","lastScrapeSamples":1203,"lastScrapeBytes":88100,"losses":[],` +
		`"pushes":[{"gateway":"eu","groupingKey":{"instance":"a","job":"node"},"path":"/metrics/job/node/instance/a",` +
		`"lastSuccess":"2026-11-28T11:59:57Z","lastAttempt":"2026-11-28T11:59:57Z","lastError":"put http://gw:9091/metrics/job/x: status 503, want 200 or 202",` +
		`"series":1207,"bytes":23456,"waiting":false,"seriesLeftOut":0,"familiesRetyped":0,"familiesLeftOut":[]}]`
	if !strings.Contains(body.String(), want) {
		t.Errorf("got %s, want %s in it", &body, want)
	}
}

func TestGatewaysInJSON(t *testing.T) {
	var body strings.Builder
	if err := snapshot(gone("eu")).WriteGateways(&body); err != nil {
		t.Fatal(err)
	}
	want := `{"status":"success","data":{"gateways":[{"name":"eu","url":"http://gw:9091","state":"down","since":"2026-11-28T11:58:00Z",` +
		`"lastSuccess":"2026-11-28T11:59:57Z","lastError":"connection refused","nextTry":"2026-11-28T12:00:04Z","version":"1.11.3",` +
		`"encoding":"protobuf","compression":"snappy","groups":12,"groupsWaiting":0,"groupsFailing":0,"familiesRetyped":0,"familiesLeftOut":0,` +
		`"seriesLeftOut":0,"pushesSuperseded":0,"pushesDropped":{}}]}}` + "\n"
	if diff := cmp.Diff(want, body.String()); diff != "" {
		t.Errorf("gateways (-want +got):\n%s", diff)
	}
}

// directions are the marks of direction of Unicode that open and close.
const directions = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// TestNoDirections: neither the text nor the JSON turns what stands behind a
// mark, and the JSON means the same.
func TestNoDirections(t *testing.T) {
	hostile := down("j\u202e"+directions, "a"+directions)
	hostile.Error, hostile.Losses = directions, []Loss{{1, directions}}
	hostile.Pushes[0].LastError, hostile.Pushes[0].LeftOut = directions, []string{directions}
	gateway := gone(directions)
	gateway.URL, gateway.Shard, gateway.Version, gateway.LastError = "http://"+directions, directions, directions, directions
	s := snapshot(gateway, Job{
		Name: directions, Targets: []Target{hostile},
		Discovery: []Discovery{{Kind: "file_sd", Place: directions, Success: now}, {Kind: "dns_sd", Error: directions}},
		Dropped:   []convert.Labels{hostile.Labels}, Refused: []Refused{{hostile.Labels, directions}},
	})
	s.Load = Load{At: now, Failed: true, Text: directions}
	st := lost(directions)
	st.URL, st.LastError, st.Spool.Directory, st.Spool.Error = directions, directions, directions, directions
	s.Stores = []Store{st}
	var json, gateways, stores strings.Builder
	if err := s.WriteTargets(&json, TargetsQuery{active: true, dropped: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteGateways(&gateways); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteStores(&stores); err != nil {
		t.Fatal(err)
	}
	for name, shown := range map[string]string{"targets": json.String(), "gateways": gateways.String(), "remote_writes": stores.String(), "text": textOf(t, s), "page": pageOf(t, s)} {
		if i := strings.IndexAny(shown, directions); i >= 0 {
			t.Errorf("the %s has a mark of direction: %+.80q", name, shown[max(i-40, 0):])
		}
	}
	if want := `"lastError":"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"`; !strings.Contains(json.String(), want) {
		t.Errorf("without %s: %s", want, &json)
	}
	if got := targetsIn(t, json.String()).Active[0]; got.LastError != directions {
		t.Errorf("a client reads %+q, want %+q", got.LastError, directions)
	}
}
