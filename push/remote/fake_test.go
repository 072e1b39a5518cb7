package remote

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/prompb"

	"github.com/promferry/promferry/push/internal/pushtest"
)

// A fake is a receiver without sockets, so that it can stand in a bubble. The
// fields above mu are set before it gets a request.
type fake struct {
	takes  time.Duration                     // for one request
	answer func(n int, g got) *http.Response // to the request number n, from 0; nil means 204
	panics func(n int, g got) (value any)    // nil, or nil of it: it does not
	mu     sync.Mutex
	got    []got
	flying int
	most   int // requests at the same time
}

// A got is a request as a fake got it, and what it said to it.
type got struct {
	at     time.Time
	series []prompb.TimeSeries
	bytes  int
	code   int // 0: no answer
}

// samples counts those of a request.
func (g got) samples() (n int) {
	for _, s := range g.series {
		n += len(s.Samples)
	}
	return n
}

// has tells whether a series of the target is in it.
func (g got) has(target string) bool {
	for _, s := range g.series {
		if targetOf(s) == target {
			return true
		}
	}
	return false
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	r.Body.Close()
	g := got{at: time.Now(), series: decode(body), bytes: len(body)}
	n := f.begin()
	defer f.end() // after the unlock below
	if f.panics != nil {
		if value := f.panics(n, g); value != nil {
			panic(value)
		}
	}
	if f.takes > 0 {
		select {
		case <-time.After(f.takes):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	resp := says(http.StatusNoContent, "")
	if f.answer != nil {
		resp = f.answer(n, g)
	}
	if resp != nil {
		g.code = resp.StatusCode
	}
	f.got = append(f.got, g)
	if resp == nil {
		return nil, io.ErrUnexpectedEOF
	}
	return resp, nil
}

func (f *fake) begin() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flying++
	f.most = max(f.most, f.flying)
	return len(f.got)
}

func (f *fake) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flying--
}

// atOnce is the most requests that were there at the same time.
func (f *fake) atOnce() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.most
}

// all returns the requests so far.
func (f *fake) all() []got {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]got(nil), f.got...)
}

// stored returns the samples that were stored, as "target/series@time", in the
// order of the requests.
func (f *fake) stored() (all []string) {
	for _, g := range f.all() {
		if g.code/100 != 2 {
			continue
		}
		for _, s := range g.series {
			for _, sample := range s.Samples {
				all = append(all, fmt.Sprintf("%s@%d", nameOf(s), sample.Timestamp))
			}
		}
	}
	return all
}

// against answers such requests with the code and the text, and takes all others.
func against(code int, text string, such func(got) bool) *fake {
	return &fake{answer: func(_ int, g got) *http.Response {
		if such(g) {
			return says(code, text)
		}
		return says(204, "")
	}}
}

// says returns an answer to any request.
func says(code int, body string, header ...string) *http.Response {
	h := make(http.Header)
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

// codes answers with one after another, and with the last for good.
func codes(all ...int) func(int, got) *http.Response {
	return func(n int, _ got) *http.Response { return says(all[min(n, len(all)-1)], "") }
}

// decode reads a body as Prometheus does.
func decode(body []byte) []prompb.TimeSeries {
	plain, err := s2.Decode(nil, body)
	if err != nil {
		panic(err)
	}
	var w prompb.WriteRequest
	if err := w.Unmarshal(plain); err != nil {
		panic(err)
	}
	return w.Timeseries
}

// encode is a sample of a target's series number i, as package convert has it.
func encode(target string, i int, at time.Time) []byte {
	w := prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Labels:  []prompb.Label{{Name: "__name__", Value: fmt.Sprintf("metric_%d", i)}, {Name: "instance", Value: target}},
		Samples: []prompb.Sample{{Value: float64(i), Timestamp: at.UnixMilli()}},
	}}}
	encoded, err := w.Marshal()
	if err != nil {
		panic(err)
	}
	return encoded
}

func targetOf(s prompb.TimeSeries) string { return s.Labels[1].Value }

func nameOf(s prompb.TimeSeries) string { return s.Labels[1].Value + "/" + s.Labels[0].Value }

// A bench is a store under test with what it writes.
type bench struct {
	*Store
	fake     *fake
	registry *prometheus.Registry
	log      *pushtest.Log
}

// newBench returns a store that does not run yet. Its settings are those of
// config.md, but for what change does to them.
func newBench(t testing.TB, f *fake, spool *Spool, change func(*Settings, *Options)) *bench {
	t.Helper()
	b := &bench{fake: f, registry: prometheus.NewRegistry(), log: new(pushtest.Log)}
	settings := Settings{
		URL:               &url.URL{Scheme: "http", Host: "receiver.example", Path: "/api/v1/write", RawQuery: "token=hunter2"},
		Transport:         f,
		Timeout:           30 * time.Second,
		Capacity:          10_000,
		MaxSamplesPerSend: 2000,
		BatchSendDeadline: 5 * time.Second,
		MinBackoff:        30 * time.Millisecond,
		MaxBackoff:        5 * time.Second,
	}
	options := Options{Logger: b.log.Logger(), Metrics: NewMetrics(b.registry)}
	if change != nil {
		change(&settings, &options)
	}
	b.Store = New("store", spool, settings, options)
	return b
}

// run sends until the test ends, or until stop is called.
func (b *bench) run(t testing.TB) (stop func()) {
	t.Helper()
	return pushtest.Run(t, b.Store)
}

// scrape commits one of a target, with that many samples, now.
func (b *bench) scrape(target string, samples int) { b.scrapeAt(target, samples, time.Now()) }

func (b *bench) scrapeAt(target string, samples int, at time.Time) {
	batch := b.Begin(target, at)
	for i := range samples {
		batch.Append(encode(target, i, at), 1)
	}
	batch.Commit()
}

// drain waits until all is sent.
func (b *bench) drain(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if err := b.Drain(ctx); err != nil {
		t.Fatalf("Drain: %v", err)
	}
}

// wantStored checks how many samples were stored, and that none of a series came
// after a newer one.
func (b *bench) wantStored(t testing.TB, want int) {
	t.Helper()
	newest := make(map[string]string)
	seen := make(map[string]bool)
	all := b.fake.stored()
	for _, sample := range all {
		series, at, _ := strings.Cut(sample, "@")
		if at < newest[series] {
			t.Fatalf("%s was stored after %s", sample, newest[series])
		}
		newest[series], seen[sample] = at, true
	}
	if len(seen) != want {
		t.Errorf("got %d samples stored, want %d", len(seen), want)
	}
}

// count returns the sum of a metric over the series that have the label value,
// or over all where it is "".
func (b *bench) count(t testing.TB, metric, value string) float64 {
	t.Helper()
	return pushtest.Count(t, b.registry, prefix+metric, value)
}

// wantCount checks a metric, as count has it.
func (b *bench) wantCount(t testing.TB, metric, value string, want float64) {
	t.Helper()
	pushtest.WantCount(t, b.registry, prefix+metric, value, want)
}

// wantLog checks how often the log has a text.
func (b *bench) wantLog(t testing.TB, text string, want int) {
	t.Helper()
	b.log.Want(t, text, want)
}

// whether answers as a receiver that is down, or not.
func whether(down bool) *http.Response {
	if down {
		return says(503, "")
	}
	return says(204, "")
}

// set changes what the answers depend on.
func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}
