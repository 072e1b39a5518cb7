package test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// The target labels of all captures.
const (
	captureJob      = "capture"
	captureInstance = "exporter:1"
)

// TestCorpusCapturedThroughRealGateway relays each captured answer into an
// empty real gateway, in both encodings: all of its series arrive, or it is
// refused as Prometheus refuses it, or what is missing is of families that a
// gateway cannot have.
func TestCorpusCapturedThroughRealGateway(t *testing.T) {
	t.Parallel()
	part(t, "prometheus-pushgateway")
	all := captures(t)
	exporter := startScripted(t, serveCaptures(t, all))
	bothEncodings(t, func(t *testing.T, encoding string) {
		count := &tally{encoding: encoding, exporter: exporter.URL}
		t.Run("captures", func(t *testing.T) { count.relayAll(t, all) })
		slices.Sort(count.left)
		t.Logf("%d captures: %s", len(all), count)
		if sum := count.whole + count.refused + count.partly + count.undelimited; sum != len(all) {
			t.Errorf("%d of %d captures were judged", sum, len(all))
		}
	})
}

func serveCaptures(t *testing.T, all []capture) http.HandlerFunc {
	answers := make(map[string]http.HandlerFunc)
	for _, c := range all {
		answers["/"+c.path] = typed(c.contentType, string(c.body(t)))
	}
	return func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path](w, r) }
}

// A tally counts what became of the captures.
type tally struct {
	encoding string // of what is pushed
	exporter string // the URL that serves the captures

	mu          sync.Mutex
	whole       int // all series arrived
	retyped     int // families that arrived with another simple type
	in          int // captures that have those
	refused     int // as Prometheus's parser refuses them
	undelimited int // refused: protobuf, but not the one that Prometheus asks for
	partly      int // some families were left out
	left        []string
}

func (c *tally) String() string {
	return fmt.Sprintf("%d whole, %d refused as by Prometheus, %d refused as protobuf that is not delimited, %d with families left out; %d families retyped in %d captures\nleft out:\n%s",
		c.whole, c.refused, c.undelimited, c.partly, c.retyped, c.in, strings.Join(c.left, "\n"))
}

func (c *tally) relayAll(t *testing.T, all []capture) {
	for _, lane := range []int{0, 1, 2, 3} {
		t.Run(fmt.Sprintf("lane%d", lane), func(t *testing.T) {
			t.Parallel()
			for i := lane; i < len(all); i += 4 {
				t.Run(all[i].path, func(t *testing.T) { c.relay(t, all[i]) })
			}
		})
	}
}

func (c *tally) relay(t *testing.T, of capture) {
	gw := startPushgateway(t)
	r := once(t, config(t, `
		gateway "default" {
			url      = %q
			encoding = %q
		}
		job %q {
			targets  = ["%s/%s"]
			instance = %q
		}
	`, gw.url, c.encoding, captureJob, c.exporter, of.path, captureInstance))

	c.mu.Lock()
	defer c.mu.Unlock()
	group := gw.must(t, captureJob, captureInstance)
	if r.code != 0 {
		c.judgeRefusal(t, of, r, group)
		return
	}
	if !strings.HasPrefix(of.verdict, "ok") {
		t.Fatalf("relayed, but the verdict on this %s is %s", of.format, of.verdict)
	}
	c.judgeArrival(t, of, r, gw, group)
}

// judgeRefusal checks that the verdict is Prometheus's and that nothing of the
// answer is in the gateway.
func (c *tally) judgeRefusal(t *testing.T, of capture, r result, group seriesSet) {
	if r.code != 1 || !strings.Contains(r.stderr, captureJob) {
		t.Errorf("exit code %d, want 1 and the job in: %s", r.code, r.stderr)
	}
	if err := group.holds(seriesSet{}, 0); err != nil {
		t.Errorf("a refused answer: %v", err)
	}
	switch {
	case of.format == "protobuf-text":
		c.undelimited++
		if !strings.Contains(r.stderr, "protobuf") {
			t.Errorf("stderr does not name protobuf: %s", r.stderr)
		}
	case strings.HasPrefix(of.verdict, "error"):
		c.refused++
		if !strings.Contains(r.stderr, "line ") {
			t.Errorf("stderr does not name the line: %s", r.stderr)
		}
	default:
		t.Errorf("refused, but Prometheus's verdict is %s: %s", of.verdict, r.stderr)
	}
}

func (c *tally) judgeArrival(t *testing.T, of capture, r result, gw gateway, group seriesSet) {
	left := checkArrival(t, of, group, r.stderr)
	types, err := parseTypes(of.body(t), of.contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !t.Failed() {
		c.note(of, left, retyped(t, gw, types, of.format))
	}
}

// checkArrival checks that a group holds all series of a capture but for the
// families that may be left out, which it returns.
func checkArrival(t *testing.T, of capture, group seriesSet, stderr string) (left []string) {
	t.Helper()
	want := directScrape(t, of)
	types, err := parseTypes(of.body(t), of.contentType)
	if err != nil {
		t.Fatal(err)
	}
	left = leftOut(t, types, group, want, stderr)
	for k := range want {
		if slices.Contains(left, familyName(types, k)) {
			delete(want, k)
		}
	}
	if err := group.holds(want, 1); err != nil {
		t.Errorf("%s: %v", of.path, err)
	}
	return left
}

func (c *tally) note(of capture, left []string, retyped int) {
	c.retyped += retyped
	if retyped > 0 {
		c.in++
	}
	if len(left) == 0 {
		c.whole++
		return
	}
	c.partly++
	c.left = append(c.left, of.path+": "+strings.Join(left, " "))
}

// directScrape returns what Prometheus would have of a target with the labels
// of this one, without these.
func directScrape(t *testing.T, of capture) seriesSet {
	samples, err := parse(of.body(t), of.contentType)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range samples {
		b := labels.NewBuilder(s.labels)
		for _, name := range []string{model.JobLabel, model.InstanceLabel} {
			if own := s.labels.Get(name); own != "" {
				b.Set(model.ExportedLabelPrefix+name, own)
				b.Del(name)
			}
		}
		samples[i].labels = b.Labels()
	}
	return setOf(samples)
}

// leftOut returns the families that are missing and may be: those that only a
// gateway may have, and those that promferry has named.
func leftOut(t *testing.T, types map[string]model.MetricType, got, want seriesSet, stderr string) []string {
	missing := make(map[string]bool)
	for k := range want {
		if !has(got, k) {
			missing[familyName(types, k)] = true
		}
	}
	_, named, _ := strings.Cut(stderr, "left out, as the gateway refuses them beside what it holds: ")
	for name := range missing {
		owned := strings.HasPrefix(name, "pushgateway_") || strings.HasPrefix(name, "push_")
		if !owned && !slices.Contains(strings.Fields(named), name) {
			t.Errorf("family %s is missing and not named", name)
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// retyped counts the families that have another simple type at the gateway
// than in the answer: only those of which the gateway has some of its own may.
// OpenMetrics has types that no gateway knows.
func retyped(t *testing.T, gw gateway, types map[string]model.MetricType, format string) int {
	if format == "om-1.0" {
		return 0
	}
	samples, body, err := gw.metrics()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := parseTypes(body, "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	changed, own := make(map[string]bool), make(map[string]bool)
	for _, s := range samples {
		name := s.labels.Get(model.MetricNameLabel)
		family := familyName(stored, name)
		if s.labels.Get(model.JobLabel) != captureJob {
			own[family] = true
		} else if !ofScrape(name) && !strings.HasPrefix(name, "push_") && stored[family] != typeIn(types, family) {
			changed[family] = true
		}
	}
	for family := range changed {
		if !own[family] {
			t.Errorf("family %s is a %s in the answer and a %s in the gateway, which has none of its own", family, typeIn(types, family), stored[family])
		}
	}
	return len(changed)
}

// ofScrape tells the names of Prometheus's own series about a scrape, which
// promferry keeps for gauges.
func ofScrape(name string) bool {
	return slices.Contains(reportNames, name) || name == "scrape_series_added"
}

func typeIn(types map[string]model.MetricType, family string) model.MetricType {
	if of, found := types[family]; found {
		return of
	}
	return model.MetricTypeUnknown
}
