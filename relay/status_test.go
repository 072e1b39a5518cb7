package relay

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

func TestStatus(t *testing.T) {
	inBubble(t, func(w *world) {
		good := exposes("a 1 5\na 1 6\npush_time_seconds 1\n")
		p := w.pool(w.target("i", inTurn(after(time.Second, good), good, refused, exposes("a 1 7\nrubbish\n"))))
		labels := convert.Labels{{Name: "instance", Value: "i"}, {Name: "job", Value: "j"}}
		want := Status{
			Job: "j", Address: "http://i/metrics", Labels: labels, Interval: 15 * time.Second,
			Pushes: []push.GroupStatus{{Gateway: "gw", Group: labels}},
		}
		check := func(step string) {
			t.Helper()
			synctest.Wait()
			got := p.Status()
			if diff := cmp.Diff([]Status{want}, got, cmpopts.EquateErrors(), cmpopts.IgnoreFields(push.GroupStatus{}, "Bytes")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step, diff)
			}
			if up := want.Error == nil && step != "before"; got[0].Up() != up {
				t.Errorf("%s: up is %v, want %v", step, got[0].Up(), up)
			}
		}
		check("before")

		start := time.Now()
		w.once(p)
		end := time.Now()
		want.LastScrape, want.Duration, want.Samples, want.Bytes = start, time.Second, 3, 32
		want.Dropped = map[convert.DropReason]int{convert.DropGatewayOwned: 1}
		want.Timestamps = 2
		want.Pushes[0].Path, want.Pushes[0].Series = "/metrics/job/j/instance/i", 5
		want.Pushes[0].Duplicates = 1
		want.Pushes[0].LastSuccess, want.Pushes[0].LastAttempt = end, end
		check("one scrape")

		w.once(p)
		want.LastScrape, want.Duration = end, 0
		want.Dropped = map[convert.DropReason]int{convert.DropGatewayOwned: 2}
		want.Timestamps = 4
		check("two scrapes")

		want.Error = p.Once(w.Context())
		want.Samples, want.Bytes = 0, 0
		want.Pushes[0].Series, want.Pushes[0].Duplicates = 4, 0
		check("down")

		want.Error = p.Once(w.Context())
		want.Samples, want.Bytes = 1, 14
		check("broken: what was stripped and dropped of it is not counted, as none of it was to be pushed")
	})
}

// A status is a copy.
func TestStatusIsASnapshot(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", exposes("push_time_seconds 1\n")), w.target("i2", exposes("")))
		w.once(p)
		before := p.Status()
		before[0].Dropped[convert.DropGatewayOwned] = 77
		w.once(p)
		if got := p.Status()[0].Dropped[convert.DropGatewayOwned]; got != 2 {
			t.Errorf("got %d series left out, want 2", got)
		}
		if got := before[1].Address; got != "http://i2/metrics" {
			t.Errorf("second target is %s, want the order of the configuration", got)
		}
	})
}

// Groups that honor_labels makes are counted, beside the target's own.
func TestStatusCountsOtherGroups(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.honoring("i", exposes("m{instance=\"a\"} 1\nm{instance=\"b\"} 2\nm 3\n"), exposes("m{instance=\"b\"} 4\n")))
		for _, want := range []int{2, 1} {
			w.once(p)
			if got := p.Status()[0].Others; got != want {
				t.Errorf("got %d other groups, want %d", got, want)
			}
		}
	})
}

// Other groups are shown where a gateway leaves families out of them.
func TestStatusShowsOtherGroupsThatMissFamilies(t *testing.T) {
	inBubble(t, func(w *world) {
		target := w.honoring("i", exposes("m 3\n# TYPE clash gauge\nclash{instance=\"a\"} 1\nm{instance=\"a\"} 1\nm{instance=\"b\"} 2\n"))
		target.Gateways = push.Gateways{{w.newGatewayTo("strict", refusesClash{})}}
		p := w.pool(target)
		w.once(p)
		synctest.Wait()
		s := p.Status()[0]
		if s.Others != 2 || len(s.Pushes) != 2 {
			t.Fatalf("got %d other groups and %d pushes, want 2 of each", s.Others, len(s.Pushes))
		}
		got := s.Pushes[1]
		if instance := got.Group.Get("instance"); instance != "a" || !slices.Equal(got.Refused, []string{"clash"}) || got.LastError != nil {
			t.Errorf("got group %q without %q (%v), want group \"a\" without \"clash\"", instance, got.Refused, got.LastError)
		}
	})
}

// Other groups stand where they stood after the scrape before.
func TestStatusKeepsTheOrderOfOtherGroups(t *testing.T) {
	inBubble(t, func(w *world) {
		var text strings.Builder
		text.WriteString("# TYPE clash gauge\n")
		for _, instance := range "hgfedcba" {
			fmt.Fprintf(&text, "clash{instance=%q} 1\n", string(instance))
		}
		target := w.honoring("i", exposes(text.String()))
		target.Gateways = push.Gateways{{w.newGatewayTo("strict", refusesClash{})}}
		p := w.pool(target)
		w.once(p)
		synctest.Wait()
		var got string
		for _, p := range p.Status()[0].Pushes {
			got += p.Group.Get("instance")
		}
		if want := "iabcdefgh"; got != want { // its own first
			t.Errorf("got groups of %s, want %s", got, want)
		}
	})
}

// refusesClash answers as a Pushgateway that holds the family clash with another
// type (contract C7).
type refusesClash struct{}

func (refusesClash) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	answer := &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}
	if bytes.Contains(body, []byte("clash")) {
		answer.StatusCode = http.StatusBadRequest
		answer.Body = io.NopCloser(strings.NewReader("pushed metrics are invalid or inconsistent with existing metrics: it is a counter"))
	}
	return answer, err
}
