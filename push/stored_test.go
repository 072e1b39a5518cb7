package push

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
)

// storing returns a gateway that answers with that text.
func storing(t testing.TB, code int, text string) *bench {
	t.Helper()
	return newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet || r.URL.Path != "/api/v1/metrics" {
			t.Errorf("got %s %s, want GET /api/v1/metrics", r.Method, r.URL)
		}
		return answer(code, text), nil
	}))
}

// all collects what is stored.
func (b *bench) all(t testing.TB) (groups []StoredGroup, err error) {
	t.Helper()
	err = b.Stored(t.Context(), func(g StoredGroup) bool {
		groups = append(groups, g)
		return true
	})
	return groups, err
}

const shownTimes = `"push_time_seconds":{"time_stamp":"x","type":"GAUGE","metrics":[{"labels":{},"value":"1.5e+09"}]},` +
	`"push_failure_time_seconds":{"type":"GAUGE","metrics":[{"value":"0"}]}`

// TestStoredReadsGroups has answers as Pushgateways give them (contract C54),
// and fields that a later one may add.
func TestStoredReadsGroups(t *testing.T) {
	check := func(group string, want StoredGroup) {
		t.Helper()
		for _, text := range []string{
			`{"status":"success","data":[{` + group + `}]}`,
			`{"more":{"data":[1]},"data":[{"new":true,"newer":[{"type":"x"}],` + group + `,"newest":{"a":null}}],"status":"success"}`,
		} {
			got, err := storing(t, 200, text).all(t)
			if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
				t.Errorf("%s:\ngot  %+v, %v\nwant %+v", text, got, err, want)
			}
		}
	}
	labels := convert.LabelsOf(map[string]string{"job": "j", "instance": "i"})
	times := map[string]convert.Type{"push_time_seconds": convert.Gauge, "push_failure_time_seconds": convert.Gauge}
	with := func(name string, kind convert.Type) map[string]convert.Type {
		return map[string]convert.Type{"push_time_seconds": convert.Gauge, "push_failure_time_seconds": convert.Gauge, name: kind}
	}
	at := time.Unix(1_500_000_000, 0)
	const key, good, bad = `"labels":{"job":"j","instance":"i"},`, `"last_push_successful":true,`, `"last_push_successful":false,`

	check(key+good+shownTimes, StoredGroup{labels, true, false, at, time.Time{}, true, times})
	check(key+good+shownTimes+`,"h":{"type":"HISTOGRAM","metrics":[{"buckets":{"+Inf":"1"},"count":"1"}]}`,
		StoredGroup{labels, true, false, at, time.Time{}, true, with("h", convert.Histogram)})
	check(bad+strings.NewReplacer("1.5e+09", "0", `"value":"0"`, `"value":"1.5e+09"`).Replace(shownTimes)+`,`+key[:len(key)-1],
		StoredGroup{labels, true, true, time.Time{}, at, false, times})
	check(key+bad+`"x":{"type":"UNTYPED","metrics":[]}`, StoredGroup{Labels: labels, Identified: true, Types: map[string]convert.Type{"x": convert.Untyped}})

	// What does not name the group.
	check(`"labels":{"type":"GAUGE","metrics":[{"labels":{},"value":"1"}]},`+good+shownTimes, StoredGroup{nil, false, false, at, time.Time{}, true, times})
	check(key+`"last_push_successful":{"type":"GAUGE","metrics":[]},`+shownTimes, StoredGroup{labels, false, false, at, time.Time{}, false, times})
	check(good+shownTimes, StoredGroup{nil, false, false, at, time.Time{}, true, times})
	check(`"labels":{"job":"j","instance":""},`+good+shownTimes,
		StoredGroup{convert.LabelsOf(map[string]string{"job": "j"}), false, false, at, time.Time{}, true, times})
	check(`"labels":{"instance":"i"},`+good+shownTimes,
		StoredGroup{convert.LabelsOf(map[string]string{"instance": "i"}), false, false, at, time.Time{}, true, times})
	check(`"labels":null,`+good+shownTimes, StoredGroup{nil, false, false, at, time.Time{}, true, times})

	// Push times that are none, or a client's (contract C41).
	for _, value := range []string{"NaN", "-1", "+Inf", "1e300", "", "x"} {
		check(key+good+strings.Replace(shownTimes, "1.5e+09", value, 1), StoredGroup{labels, true, false, time.Time{}, time.Time{}, true, times})
	}
	check(key+good+strings.Replace(shownTimes, `[{"value":"0"}]`, `[{"value":"1"},{"value":"2"}]`, 1), StoredGroup{labels, true, false, at, time.Time{}, true, times})
}

func TestStoredStopsWhenToldTo(t *testing.T) {
	text := `{"data":[{"labels":{"job":"a"}},{"labels":{"job":"b"}},{"labels":{"job":"c"}}, broken`
	var got []string
	err := storing(t, 200, text).Stored(t.Context(), func(g StoredGroup) bool {
		got = append(got, g.Labels.Get("job"))
		return len(got) < 2
	})
	if err != nil || !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("got %q, %v, want a and b", got, err)
	}
	if all, err := storing(t, 200, `{"status":"success","data":[]}`).all(t); err != nil || len(all) != 0 {
		t.Errorf("empty gateway: got %v, %v, want nothing", all, err)
	}
}

func TestStoredErrors(t *testing.T) {
	const where = "get http://gateway.example:9091/api/v1/metrics: "
	check := func(code int, text, want string) {
		t.Helper()
		b := storing(t, code, text)
		b.URL.User = nil
		if _, err := b.all(t); err == nil || !strings.HasPrefix(err.Error(), where) || !strings.Contains(err.Error(), want) {
			t.Errorf("%d %.40q: got %v, want %s…%s", code, text, err, where, want)
		}
	}
	check(404, "404 page not found", `status 404, want 200: check that the url is that of a Pushgateway, with its --web.route-prefix: "404 page not found"; Pushgateways have it from 1.2.0 on`)
	check(401, "Unauthorized", "credentials")
	check(403, "", "credentials")
	check(301, "", "status 301, want 200")
	check(500, strings.Repeat("x", 1<<20), "status 500")
	check(200, "<html>", "is it a Pushgateway?")
	check(200, "[]", "is it a Pushgateway?")
	check(200, `{"status":"error","error":"x"}`, "no data")
	check(200, `{"data":{}}`, "is it a Pushgateway?")
	check(200, `{"data":[1]}`, "is it a Pushgateway?")
	for _, cut := range []string{"", `{`, `{"data":[`, `{"data":[{"labels":{"job":"j"}`, `{"data":[{"labels":{"job":"j"}},`} {
		check(200, cut, "unexpected EOF")
	}
}

// TestStoredIsBounded: an endless answer ends in an error, and no more of it is
// in memory than one group.
func TestStoredIsBounded(t *testing.T) {
	const limit = 16 << 20
	endless := io.MultiReader(strings.NewReader(`{"data":[{}`), &repeated{text: `,{"x":{"type":"GAUGE","metrics":[{"value":"1"}]}}` + strings.Repeat(" ", 64<<10)})
	groups := 0
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := readStored(&cappedReader{from: endless, left: limit}, func(StoredGroup) bool { groups++; return true })
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrStoredLimit) || groups < 250 {
		t.Errorf("got %v after %d groups, want %v after some 256", err, groups, ErrStoredLimit)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > limit/8 {
		t.Errorf("got %d bytes allocated for %d groups", grown, groups)
	}
}

// repeated is a text without end.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

func TestStoredEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		start := time.Now()
		if _, err := b.all(t); err == nil || time.Since(start) != storedTimeout {
			t.Errorf("got %v after %v, want an error after %v", err, time.Since(start), storedTimeout)
		}
	})
	broken := errors.New("broken")
	b := newBench(t, roundTrip(func(*http.Request) (*http.Response, error) {
		resp := answer(200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"data":[`), iotest.ErrReader(broken)))
		return resp, nil
	}))
	if _, err := b.all(t); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// TestStoredAtRealGateway has a success, a refused first push, and a metric in
// the place of the labels (contract C7, C54).
func TestStoredAtRealGateway(t *testing.T) {
	gateway := realGateway(t)
	b := newBench(t, &http.Transport{DisableKeepAlives: true})
	b.at(gateway)
	push := func(instance, text string, fails bool) {
		t.Helper()
		path, _ := GroupPath(groupOf(instance))
		if err := b.do(t.Context(), http.MethodPut, path, bodyOf(text, 1)); (err != nil) != fails {
			t.Errorf("push of %s: got %v, want an error: %v", instance, err, fails)
		}
		t.Cleanup(func() { _ = b.do(b.cleanup(t), http.MethodDelete, path, nil) })
	}
	push("stored", "# TYPE stored_a counter\nstored_a 1\n# TYPE stored_h histogram\nstored_h_bucket{le=\"+Inf\"} 1\nstored_h_sum 1\nstored_h_count 1\n", false)
	push("stored-phantom", "# TYPE go_goroutines counter\ngo_goroutines 1\n", true)
	push("stored-hidden", "# TYPE labels gauge\nlabels 1\n", false)
	got := make(map[string]StoredGroup)
	hidden := 0
	err := b.Stored(t.Context(), func(g StoredGroup) bool {
		got[g.Labels.Get("instance")] = g
		if g.Labels == nil {
			hidden++
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if g := got["stored"]; !g.Identified || !g.LastPushSuccessful || g.NeverPushed || time.Since(g.PushTime) > time.Minute ||
		g.Types["stored_a"] != convert.Counter || g.Types["stored_h"] != convert.Histogram {
		t.Errorf("got %+v, want a group that was just pushed", g)
	}
	if g := got["stored-phantom"]; !g.Identified || g.LastPushSuccessful || !g.NeverPushed || time.Since(g.PushFailureTime) > time.Minute {
		t.Errorf("got %+v, want a phantom", g)
	}
	if _, shown := got["stored-hidden"]; shown || hidden == 0 {
		t.Errorf("got %d groups without labels, want one at least, and not %+v", hidden, got["stored-hidden"])
	}
}
