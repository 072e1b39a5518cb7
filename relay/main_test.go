package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/scrape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is a gateway and all that a pool writes to, in a synctest bubble.
type world struct {
	*testing.T
	gateway  *push.Gateway
	buffers  convert.Buffers
	bodies   push.Buffers
	requests recorder
	log      logBuffer
	registry *prometheus.Registry
	metrics  *Metrics
}

// inBubble runs test in a synctest bubble with a gateway that works.
func inBubble(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, registry: prometheus.NewRegistry()}
		w.metrics = NewMetrics(w.registry)
		w.gateway = w.newGateway("gw", &w.requests)
		test(w)
	})
}

// newGateway is one whose requests end at to. It works until the bubble ends.
func (w *world) newGateway(name string, to *recorder) *push.Gateway {
	return w.newGatewayTo(name, to)
}

func (w *world) newGatewayTo(name string, to http.RoundTripper) *push.Gateway {
	return w.newShard(name, name, to)
}

// newShard is one shard of the gateway of that name.
func (w *world) newShard(name, host string, to http.RoundTripper) *push.Gateway {
	g := &push.Gateway{
		Name:      name,
		URL:       &url.URL{Scheme: "http", Host: host},
		Transport: to,
		Timeout:   time.Minute,
		Budget:    push.NewBudget(1 << 20),
		Buffers:   &w.bodies,
	}
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.Run(ctx)
	}()
	w.Cleanup(func() {
		cancel()
		<-done
	})
	return g
}

// target is one with the labels {instance,job="j"} and a job's usual settings.
func (w *world) target(instance string, source scrape.Source) *Target {
	return &Target{
		Job:      "j",
		Address:  "http://" + instance + "/metrics",
		Labels:   convert.Labels{{Name: "instance", Value: instance}, {Name: "job", Value: "j"}},
		Source:   source,
		Buffers:  &w.buffers,
		Gateways: push.Gateways{{w.gateway}},
		Interval: 15 * time.Second,
		Timeout:  10 * time.Second,
	}
}

func (w *world) pool(targets ...*Target) *Pool {
	return NewPool(targets, Options{Workers: 16, Host: "host", Logger: slog.New(slog.NewTextHandler(&w.log, nil)), Metrics: w.metrics})
}

// once runs one cycle of every target.
func (w *world) once(p *Pool) {
	w.Helper()
	if err := p.Once(w.Context()); err != nil {
		w.Fatalf("once: %v", err)
	}
}

// runFor runs the pool for that long.
func (w *world) runFor(p *Pool, d time.Duration) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), d)
	defer cancel()
	p.Run(ctx)
}

// checkPushed expects these requests since the last call, in any order of
// groups: see request.String.
func (w *world) checkPushed(want ...string) {
	w.Helper()
	w.checkPushedTo(&w.requests, want...)
}

func (w *world) checkPushedTo(to *recorder, want ...string) {
	w.Helper()
	got := pushedTo(to)
	sortStrings := cmp.Transformer("sorted", func(s []string) map[string]int {
		m := make(map[string]int)
		for _, text := range s {
			m[text]++
		}
		return m
	})
	if diff := cmp.Diff(want, got, sortStrings); diff != "" {
		w.Errorf("pushed (-want +got):\n%s", diff)
	}
}

// pushedTo waits until all is sent and returns the requests since the last call.
func pushedTo(to *recorder) (pushed []string) {
	synctest.Wait()
	for _, r := range to.take() {
		pushed = append(pushed, r.String())
	}
	return pushed
}

// metric sums the counters or gauges of that name; of those with a label
// reason only the given one, if any.
func (w *world) metric(name string, reason ...string) (sum float64) {
	w.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.Metric {
			if wanted(m, reason) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

func wanted(m *dto.Metric, reason []string) bool {
	for _, l := range m.Label {
		if l.GetName() == "reason" && len(reason) > 0 {
			return slices.Contains(reason, l.GetValue())
		}
	}
	return true
}

// report is what a cycle of that outcome sends of its own, in virtual time.
func report(up int, took time.Duration, samples, postRelabel int) string {
	return fmt.Sprintf("up %d\nscrape_duration_seconds %v\nscrape_samples_scraped %d\nscrape_samples_post_metric_relabeling %d\n",
		up, took.Seconds(), samples, postRelabel)
}

// healthy is the report of a scrape that took no time and lost nothing.
func healthy(samples int) string { return report(1, 0, samples, samples) }

// A recorder is a gateway's network: it answers 200 and remembers requests.
type recorder struct {
	takes time.Duration // for a request
	down  atomic.Bool   // answers nothing, and remembers nothing

	mu       sync.Mutex
	requests []request
}

type request struct {
	at                 time.Time
	method, path, body string
}

// String is the request without host, HELP and TYPE: method and path in the
// first line, then the series.
func (r request) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.method, r.path)
	for line := range strings.Lines(r.body) {
		if !strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func (c *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if c.down.Load() {
		return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
	}
	<-time.After(c.takes)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, request{time.Now(), req.Method, req.URL.EscapedPath(), string(body)})
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
}

// A slowRecorder is a recorder whose answers take a while.
type slowRecorder struct {
	recorder
	took  time.Duration
	level level
}

func (c *slowRecorder) RoundTrip(req *http.Request) (*http.Response, error) {
	c.level.add(1)
	defer c.level.add(-1)
	if err := wait(req.Context(), c.took); err != nil {
		return nil, err
	}
	return c.recorder.RoundTrip(req)
}

// take returns the requests since the last call.
func (c *recorder) take() []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { c.requests = nil }()
	return c.requests
}

// A logBuffer is a log that may be written and read at the same time.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// count returns how many lines have the text.
func (l *logBuffer) count(text string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.buf.String()) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// A sourceFunc is a source without a network.
type sourceFunc func(ctx context.Context) (*scrape.Exposition, error)

func (f sourceFunc) Scrape(ctx context.Context) (*scrape.Exposition, error) { return f(ctx) }

// exposes answers with a body in the text format.
func exposes(body string) sourceFunc {
	return func(context.Context) (*scrape.Exposition, error) { return exposition(body), nil }
}

func exposition(body string) *scrape.Exposition {
	return &scrape.Exposition{Body: io.NopCloser(strings.NewReader(body)), MediaType: scrape.MediaTypeText}
}

// after answers d later, or fails when the scrape has no time left.
func after(d time.Duration, source sourceFunc) sourceFunc {
	return func(ctx context.Context) (*scrape.Exposition, error) {
		if err := wait(ctx, d); err != nil {
			return nil, &scrape.Error{Reason: scrape.ReasonTimeout, Err: err}
		}
		return source(ctx)
	}
}

// hangs never answers.
var hangs = after(1000*time.Hour, exposes(""))

// deaf takes d whatever its context says.
func deaf(d time.Duration, source sourceFunc) sourceFunc {
	return func(ctx context.Context) (*scrape.Exposition, error) {
		<-time.After(d)
		return source(ctx)
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("scrape: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}

// refused fails as a target that is not there.
func refused(context.Context) (*scrape.Exposition, error) {
	return nil, &scrape.Error{Reason: scrape.ReasonConnect, Err: fmt.Errorf("scrape http://i/metrics: connection refused")}
}

// inTurn answers as each source once; the last one stays.
func inTurn(sources ...sourceFunc) sourceFunc {
	return func(ctx context.Context) (*scrape.Exposition, error) {
		source := sources[0]
		if len(sources) > 1 {
			sources = sources[1:]
		}
		return source(ctx)
	}
}

// clocked notes when each scrape begins.
type clocked struct {
	source sourceFunc
	mu     sync.Mutex
	begun  []time.Time
}

func (c *clocked) Scrape(ctx context.Context) (*scrape.Exposition, error) {
	c.mu.Lock()
	c.begun = append(c.begun, time.Now())
	c.mu.Unlock()
	return c.source(ctx)
}
