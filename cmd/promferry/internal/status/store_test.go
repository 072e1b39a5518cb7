package status

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// taking is a store that does well.
func taking(name string) Store {
	return Store{
		Name: name, URL: "http://mimir:8080/api/v1/push", State: GatewayAnswering, Since: before(time.Hour), LastSuccess: before(3 * time.Second),
		Samples: 1_203_456, Waiting: 1203, Oldest: before(4 * time.Second), Dropped: map[string]int{"refused": 0},
	}
}

// spooling is one with a spool.
func spooling(name string) Store {
	s := taking(name)
	s.Spool = &Spool{Directory: "/var/lib/promferry/" + name, Size: 33_554_432, MaxSize: 1_000_000_000, Fill: 0.0024, Waiting: 900}
	return s
}

// lost is one that is down, with all that can be said of it.
func lost(name string) Store {
	s := spooling(name)
	s.State, s.Since, s.LastSuccess = GatewayDown, before(40*time.Minute), before(41*time.Minute)
	s.LastError, s.NextTry = "post http://mimir:8080/api/v1/push: connection refused", now.Add(4*time.Second)
	s.Waiting, s.Oldest = 24_000_000, before(41*time.Minute)
	s.Spool.Size, s.Spool.Fill, s.Spool.Waiting = 990_000_000, 0.994, 24_000_000
	s.Dropped, s.LastDrop = map[string]int{"max_size": 12_034}, before(2*time.Second)
	return s
}

// sent is a target that goes to a store and to no gateway.
func sent(job, instance string, to Store) Target {
	t := up(job, instance)
	t.Pushes, t.Feeds = nil, []Feed{{to.Name, to.State}}
	return t
}

func storing(st Store, targets ...Target) Snapshot {
	s := snapshot(Gateway{}, Job{Name: "node", Targets: targets})
	s.Gateways, s.Stores = nil, []Store{st}
	return s
}

func changed(s Store, change func(*Store)) Store {
	change(&s)
	return s
}

// TestStoreVerdict: what is not well of a store is said, and whose targets do not
// get there.
func TestStoreVerdict(t *testing.T) {
	refusing := changed(taking("m"), func(s *Store) { s.State, s.Since = GatewayRefusing, before(time.Minute) })
	unused := changed(spooling("m"), func(s *Store) { s.Spool.Error = "held by another process" })
	full := changed(spooling("m"), func(s *Store) { s.Spool.Fill = 0.9 })
	behind := changed(spooling("m"), func(s *Store) { s.Oldest = before(10 * time.Minute) })
	dropped := changed(taking("m"), func(s *Store) { s.LastDrop = before(14 * time.Minute) })
	once := changed(taking("m"), func(s *Store) { s.LastDrop = before(16 * time.Minute) })
	silent := Store{Name: "m", State: GatewayUnknown}
	const good = "The one target is up and stored"
	for _, test := range []struct {
		store Store
		want  Verdict
	}{
		{taking("m"), Verdict{Good, good, ""}},
		{once, Verdict{Good, good, ""}},
		{silent, Verdict{Waiting, "1 of 1 target is not scraped and stored yet", ""}},
		{refusing, Verdict{Bad, `1 of 1 target is up but not stored, remote_write "m" has refused samples for 1m`, ""}},
		{unused, Verdict{Warn, good, `The spool of remote_write "m" is not in use`}},
		{full, Verdict{Warn, good, `The spool of remote_write "m" is nearly full`}},
		{behind, Verdict{Waiting, good, `What has waited for remote_write "m" is being sent`}},
		{dropped, Verdict{Warn, good, `Samples for remote_write "m" are dropped`}},
		{lost("m"), Verdict{Bad, `1 of 1 target is up but not stored, remote_write "m" has been down for 40m`, `Samples for remote_write "m" are dropped, the spool of remote_write "m" is nearly full`}},
	} {
		if got := storing(test.store, sent("node", "a", test.store)).Verdict(); got != test.want {
			t.Errorf("got %+v\nwant %+v", got, test.want)
		}
	}
}

// TestManyStoresAreCounted: the line stays one.
func TestManyStoresAreCounted(t *testing.T) {
	s := storing(lost("a"))
	for _, name := range []string{"b", "c", "d", "e"} {
		s.Stores = append(s.Stores, lost(name))
	}
	got := s.Verdict()
	if !strings.HasSuffix(got.Text, `remote_write "c" has been down for 40m, and more remote_writes`) || got.Also != "Samples for 5 remote_writes are dropped, 5 spools are nearly full" {
		t.Errorf("got %+v", got)
	}
}

// TestTargetOfStores: one that goes to no gateway is up where its store answers,
// has no path on the page, and is found by the store's name.
func TestTargetOfStores(t *testing.T) {
	both := incompleteTarget("node", "both", "f")
	both.Feeds = []Feed{{"m", GatewayUnknown}}
	early := sent("node", "early", lost("m"))
	early.LastScrape = time.Time{}
	for _, test := range []struct {
		target Target
		want   State
	}{
		{sent("node", "a", taking("m")), Up},
		{sent("node", "a", lost("m")), Unpushed},
		{early, Pending},
		{both, Pending},
	} {
		if got := test.target.State(); got != test.want {
			t.Errorf("%s at %v is %s, want %s", test.target.Address, test.target.Feeds, got, test.want)
		}
	}
	s := storing(taking("mimir"), sent("node", "a", taking("mimir")), up("node", "b"))
	page := pageOf(t, s)
	if strings.Count(page, "/metrics/job/") != 1 || !strings.Contains(page, `<bdi>mimir</bdi>: <a href="#`+detail("store", "mimir")+`">by remote_write</a>`) {
		t.Errorf("a target of a store alone looks wrong: %s", page)
	}
	if v := s.View(Query{Page: 1, Text: "mimir"}); v.Matching != 1 {
		t.Errorf("the store's name finds %d targets, want 1", v.Matching)
	}
}

// TestStoreOnPage: each thing that an operator asks of a store is in its row.
func TestStoreOnPage(t *testing.T) {
	page := pageOf(t, storing(lost("mimir"), sent("node", "a", lost("mimir"))))
	for _, want := range []string{
		`<span class="state bad">down</span> for 40m`, "next try in 4s", "connection refused", "41m ago", `<td data-label="Stored">1,203,456</td>`,
		"24,000,000 samples<br>the oldest <time", "99 % full<br>file 990 MB of 1.0 GB", "/var/lib/promferry/mimir",
		`<span class="line">12,034: max_size</span><span class="line">the last <time`,
		`remote_write &#34;mimir&#34; is down, <a href="#` + detail("store", "mimir"),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page is without %q", want)
		}
	}
	if strings.Contains(page, "gateways-heading") {
		t.Error("there are gateways on the page of a configuration without one")
	}
	behind := changed(taking("mimir"), func(s *Store) { s.Oldest = before(10 * time.Minute) })
	if page := pageOf(t, storing(behind)); !strings.Contains(page, `<span class="state waiting">catching up</span>`) || !strings.Contains(page, "none: memory only") {
		t.Errorf("a store that catches up looks wrong: %s", page)
	}
}

func TestStoreAsText(t *testing.T) {
	unused := spooling("vm")
	unused.Spool.Error = "open /var/lib/promferry/vm/spool.db: held by another process"
	s := storing(lost("mimir"), sent("node", "a", lost("mimir")))
	s.Stores = append(s.Stores, unused)
	const want = `1 of 1 target is up but not stored, remote_write "mimir" has been down for 40m
Samples for remote_write "mimir" are dropped, the spool of remote_write "vm" is not in use, the spool of remote_write "mimir" is nearly full

REMOTE_WRITE  URL                            STATE      FOR  LAST SUCCESS  STORED     WAITING     OLDEST   SPOOL
mimir         http://mimir:8080/api/v1/push  down       40m  41m ago       1,203,456  24,000,000  41m ago  99 % full
  error: post http://mimir:8080/api/v1/push: connection refused
  next try in 4s
  spool: /var/lib/promferry/mimir, file 990 MB of 1.0 GB
  12,034 samples dropped since the start: max_size
vm            http://mimir:8080/api/v1/push  answering  1h   3s ago        1,203,456  1,203       4s ago   not in use
  spool: /var/lib/promferry/vm, file 33.6 MB of 1.0 GB
  spool: error: open /var/lib/promferry/vm/spool.db: held by another process

STATE       JOB   TARGET            LAST SCRAPE  TOOK  SAMPLES  BYTES    EVERY  LAST PUSH
not stored  node  http://a/metrics  4s ago       12ms  1,203    88.1 kB  15s    mimir: down
  instance="a" job="node"
  mimir: remote_write "mimir" is down, see above

1 of 1 target shown
`
	if diff := cmp.Diff(want, textOf(t, s)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// TestLastPushSaysHowAStoreIs: the row of a target does not read as if it were
// stored where it is not.
func TestLastPushSaysHowAStoreIs(t *testing.T) {
	for state, want := range map[string]string{
		GatewayAnswering: "mimir: by remote_write\n",
		GatewayUnknown:   "mimir: no answer yet\n",
		GatewayRefusing:  "mimir: refusing\n",
		GatewayDown:      "mimir: down\n",
	} {
		st := changed(taking("mimir"), func(s *Store) { s.State = state })
		if text := textOf(t, storing(st, sent("node", "a", st))); !strings.Contains(text, "15s    "+want) {
			t.Errorf("%s: no row that ends with %q in\n%s", state, want, text)
		}
	}
	page := pageOf(t, storing(Store{Name: "mimir", State: GatewayUnknown}, sent("node", "a", Store{Name: "mimir", State: GatewayUnknown})))
	if want := `<a href="#` + detail("store", "mimir") + `">no answer yet</a>`; !strings.Contains(page, want) {
		t.Errorf("the page is without %q", want)
	}
}

func TestStoresInJSON(t *testing.T) {
	var body strings.Builder
	s := storing(lost("mimir"))
	s.Stores = append(s.Stores, Store{Name: "vm", State: GatewayUnknown})
	if err := s.WriteStores(&body); err != nil {
		t.Fatal(err)
	}
	want := `{"status":"success","data":{"remoteWrites":[{"name":"mimir","url":"http://mimir:8080/api/v1/push","state":"down",` +
		`"since":"2026-11-28T11:20:00Z","lastSuccess":"2026-11-28T11:19:00Z","lastError":"post http://mimir:8080/api/v1/push: connection refused",` +
		`"nextTry":"2026-11-28T12:00:04Z","samplesStored":1203456,"samplesWaiting":24000000,"oldestWaiting":"2026-11-28T11:19:00Z",` +
		`"samplesDropped":{"max_size":12034},"lastDrop":"2026-11-28T11:59:58Z","spool":{"directory":"/var/lib/promferry/mimir","bytes":990000000,` +
		`"maxBytes":1000000000,"fill":0.994,"samplesWaiting":24000000,"error":""}},` +
		`{"name":"vm","url":"","state":"unknown","lastError":"","samplesStored":0,"samplesWaiting":0,"samplesDropped":{}}]}}` + "\n"
	if diff := cmp.Diff(want, body.String()); diff != "" {
		t.Errorf("stores (-want +got):\n%s", diff)
	}
	body.Reset()
	if err := storing(taking("m"), sent("node", "a", taking("m"))).WriteTargets(&body, TargetsQuery{active: true}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(body.String(), `"pushes":[],"remoteWrites":["m"]`) {
		t.Errorf("the target does not name its store: %s", &body)
	}
}
