package push

import (
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

func TestGatewayStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second, answer: func(n int, _ sent) (int, string) { return []int{200, 500}[n], "oh" }}
		b := newBench(t, &f)
		b.run(t)
		start := time.Now()
		group := groupOf("a")
		check := func(want GroupStatus) {
			t.Helper()
			got := b.Group(group)
			got.LastError, want.LastError = nil, nil
			want.Gateway, want.Group = "gw", group
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
		check(GroupStatus{})
		b.offer(put("a", "1"))
		check(GroupStatus{Waiting: true})
		b.drain(t)
		first := start.Add(time.Second)
		check(GroupStatus{Path: "/metrics/job/test/instance/a", LastSuccess: first, LastAttempt: first, Series: 1, Bytes: 1})
		b.offer(put("a", "22"))
		b.drain(t)
		check(GroupStatus{Path: "/metrics/job/test/instance/a", LastSuccess: first, LastAttempt: start.Add(2 * time.Second), Series: 1, Bytes: 2})
		if err := b.Group(group).LastError; reason(err) != "500" {
			t.Errorf("got %v, want a status 500", err)
		}
	})
}

func TestTally(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second, answer: func(n int, _ sent) (int, string) { return []int{200, 400, 200, 200}[n], "oh" }}
		b := newBench(t, &f)
		b.run(t)
		check := func(step string, want Tally) {
			t.Helper()
			if got := b.Status().Tally; !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, want %+v", step, got, want)
			}
		}
		check("nothing", Tally{})
		b.offer(put("a", "1"))
		b.drain(t)
		b.offer(put("b", "1"))
		b.drain(t)
		refused := map[string]int{dropRefused: 1}
		check("one is refused", Tally{Groups: 2, Failing: 1, Dropped: refused})
		b.offer(put("a", "2"))
		synctest.Wait() // it is under way
		b.offer(put("a", "3"))
		b.offer(put("a", "4"))
		check("one is superseded", Tally{Groups: 2, Failing: 1, Waiting: 1, Superseded: 1, Dropped: refused})
		before := b.Status().Tally
		b.drain(t)
		before.Dropped[dropRefused] = 77
		check("it is a copy", Tally{Groups: 2, Failing: 1, Superseded: 1, Dropped: refused})
	})
}

func TestGatewayLogsTurnsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		codes := []int{200, 500, 503, 202, 200} // not enough for the gateway to be down
		f := fake{answer: func(n int, _ sent) (int, string) { return codes[n], "oh\nno" }, stores: func() string { return shownGroupOf("a") }}
		b := newBench(t, &f)
		b.run(t)
		for range codes {
			b.offer(put("a", "1"))
			b.drain(t)
		}
		b.wantLog(t, "\n", 3)
		b.wantLog(t, `level=WARN msg="gateway answers 202: it does not check what it gets`, 1)
		b.wantLog(t, `level=ERROR msg="push failed" gateway=gw group="{instance=\"a\",job=\"test\"}" err="put http://gateway.example:9091/metrics/job/test/instance/a: status 500, want 200 or 202: \"oh no\""`, 1)
		b.wantLog(t, `level=INFO msg="push works again" gateway=gw group=`, 1)
		b.wantCount(t, "promferry_push_errors_total", "500", 1)
		b.wantCount(t, "promferry_push_errors_total", "503", 1)
		b.wantCount(t, "promferry_pushes_total", "", 3)
	})
}
