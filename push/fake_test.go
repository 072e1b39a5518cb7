package push

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push/internal/pushtest"
)

// A roundTrip is a gateway without sockets, so that it can stand in a bubble.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer returns an answer to any request.
func answer(code int, body string) *http.Response {
	return &http.Response{StatusCode: code, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(body))}
}

// A sent is a request as a fake gateway got it.
type sent struct {
	method, path, body string
	media, packed      string // Content-Type and Content-Encoding
}

// String is the method and the body as text, with what it was made of between
// them where that is not text alone.
func (s sent) String() string {
	text, err := s.text()
	if err != nil {
		return fmt.Sprintf("%s %s: %v", s.method, s.packed, err)
	}
	how := ""
	if s.media == convert.Protobuf.MediaType() {
		how = "protobuf "
	}
	if s.packed != "" {
		how += s.packed + " "
	}
	return strings.TrimSpace(s.method + " " + how + text)
}

func (s sent) text() (string, error) {
	from, err := unpack(Compression(s.packed), strings.NewReader(s.body))
	if err != nil {
		return "", err
	}
	plain, err := io.ReadAll(from)
	if err == nil && s.media == convert.Protobuf.MediaType() {
		plain, err = (&content{format: convert.Protobuf, plain: plain}).in(convert.Text)
	}
	return string(plain), err
}

// A fake is a gateway that notes its requests. The fields above mu are set
// before it gets one.
type fake struct {
	takes  time.Duration                     // for one request
	first  time.Duration                     // for the first one; 0: as the others
	answer func(n int, s sent) (int, string) // to the request number n, from 0; nil means 200
	says   string                            // its status; "" means that it has none
	stores func() string                     // its groups, as /api/v1/metrics lists them; nil means that it has no such thing

	mu       sync.Mutex
	requests []sent
	inFlight int
	most     int            // requests at the same time
	doubled  bool           // two requests of one path at the same time
	paths    map[string]int // under way
	asked    int            // for the status
	looked   int            // for its groups
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	s := sent{r.Method, r.URL.EscapedPath(), string(body), r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding")}
	if s.path == "/api/v1/status" {
		return answer(f.status()), nil
	}
	if s.path == "/api/v1/metrics" {
		return answer(f.groups()), nil
	}
	n := f.begin(s)
	defer f.end(s)
	takes := f.takes
	if n == 0 {
		takes = cmp.Or(f.first, takes)
	}
	if takes > 0 {
		timer := time.NewTimer(takes)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if f.answer == nil {
		return answer(http.StatusOK, ""), nil
	}
	return answer(f.answer(n, s)), nil
}

// status is what it answers when it is asked what it takes; that is not among
// its requests.
func (f *fake) status() (int, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.says == "" {
		return http.StatusNotFound, ""
	}
	return http.StatusOK, f.says
}

// groups is what it answers when it is asked what it stores; that is not among
// its requests either.
func (f *fake) groups() (int, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked++
	if f.stores == nil {
		return http.StatusNotFound, "404 page not found"
	}
	return http.StatusOK, `{"status":"success","data":[` + f.stores() + `]}`
}

func (f *fake) begin(s sent) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, s)
	f.inFlight++
	f.most = max(f.most, f.inFlight)
	if f.paths == nil {
		f.paths = make(map[string]int)
	}
	f.paths[s.path]++
	f.doubled = f.doubled || f.paths[s.path] > 1
	return len(f.requests) - 1
}

func (f *fake) end(s sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inFlight--
	f.paths[s.path]--
}

// sent returns the requests so far.
func (f *fake) sent() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, s := range f.requests {
		all = append(all, s.String())
	}
	return all
}

// A bench is a gateway under test with what it writes.
type bench struct {
	*Gateway
	registry *prometheus.Registry
	log      *pushtest.Log
}

// says is the status of a gateway of that version.
func says(version string) string {
	return fmt.Sprintf(`{"status":"success","data":{"build_information":{"version":%q},"flags":{"push.disable-consistency-check":"false"}}}`, version)
}

// newBench returns a gateway with a budget of a mebibyte. It does not run yet.
func newBench(t testing.TB, transport http.RoundTripper) *bench {
	t.Helper()
	b := &bench{registry: prometheus.NewRegistry(), log: new(pushtest.Log)}
	budget := NewBudget(1 << 20)
	b.Gateway = &Gateway{
		Name:      "gw",
		URL:       &url.URL{Scheme: "http", Host: "gateway.example:9091"},
		Transport: transport,
		Timeout:   10 * time.Second,
		Budget:    budget,
		GiveUp:    time.Nanosecond, // each request once, unless a test is about more

		MaxConcurrentPushes: 4,
		Logger:              b.log.Logger(),
		Metrics:             NewMetrics(b.registry, budget),
	}
	return b
}

// at has a real gateway in the place of the fake one: what it must not fail to
// answer in time has a minute.
func (b *bench) at(gateway *url.URL) { b.URL, b.Timeout = gateway, time.Minute }

// run sends until the test ends, or until stop is called.
func (b *bench) run(t testing.TB) (stop func()) {
	t.Helper()
	return pushtest.Run(t, b.Gateway)
}

// drain waits until all is sent.
func (b *bench) drain(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // works in a Cleanup, too
	defer cancel()
	if unsent := b.Drain(ctx); unsent != 0 {
		t.Fatalf("Drain: got %d unsent, want 0", unsent)
	}
}

// count returns the sum of a metric over the series that have the label value,
// or over all where it is "".
func (b *bench) count(t testing.TB, metric, value string) float64 {
	t.Helper()
	return pushtest.Count(t, b.registry, metric, value)
}

// wantCount checks a metric, as count has it.
func (b *bench) wantCount(t testing.TB, metric, value string, want float64) {
	t.Helper()
	pushtest.WantCount(t, b.registry, metric, value, want)
}

// wantLog checks how often the log has a text.
func (b *bench) wantLog(t testing.TB, text string, want int) {
	t.Helper()
	b.log.Want(t, text, want)
}

// groupOf returns a group with that instance.
func groupOf(instance string) convert.Labels {
	return convert.LabelsOf(map[string]string{"job": "test", "instance": instance})
}

// put returns a request for a group.
func put(instance, body string) *request {
	return &request{group: groupOf(instance), method: http.MethodPut, body: bodyOf(body, 1)}
}

// bodyOf returns a text body.
func bodyOf(text string, series int) *body {
	b := newBody(nil, plainText)
	b.Append([]byte(text), series)
	b.seal()
	return b
}

// said returns the content of a text body.
func said(text string) *content { return contentOf(bodyOf(text, 0)) }

// shownGroupOf is a group with that instance that was just pushed, as
// /api/v1/metrics lists it.
func shownGroupOf(instance string) string {
	return `{"labels":{"job":"test","instance":"` + instance + `"},"last_push_successful":true,` +
		`"push_time_seconds":{"type":"GAUGE","metrics":[{"value":"1.5e+09"}]},"push_failure_time_seconds":{"type":"GAUGE","metrics":[{"value":"0"}]}}`
}

// phantomOf is one that was never pushed, for its first push was refused.
func phantomOf(instance string) string {
	return strings.NewReplacer(`true`, `false`, "1.5e+09", "0", `"value":"0"`, `"value":"1.5e+09"`).Replace(shownGroupOf(instance))
}

// cleanup returns a context for requests of a Cleanup, when the test's own has
// ended.
func (b *bench) cleanup(t testing.TB) context.Context {
	t.Helper()
	return context.WithoutCancel(t.Context())
}
