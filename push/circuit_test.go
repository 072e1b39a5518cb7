package push

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A crowd is many targets that commit a batch each in their interval, spread
// over it, to a gateway that is away while down is true.
type crowd struct {
	*bench
	interval time.Duration
	targets  int

	mu      sync.Mutex
	down    bool
	stored  map[string]time.Time // by path, when
	tried   []time.Time
	encoded int
}

func newCrowd(t testing.TB, targets int) *crowd {
	c := &crowd{interval: 15 * time.Second, targets: targets, stored: make(map[string]time.Time)}
	c.bench = newRetrying(t, roundTrip(c.roundTrip))
	return c
}

func (c *crowd) roundTrip(r *http.Request) (*http.Response, error) {
	<-time.After(time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tried = append(c.tried, time.Now())
	if c.down {
		return nil, errors.New("connection refused")
	}
	c.stored[r.URL.Path] = time.Now()
	return answer(200, ""), nil
}

func (c *crowd) set(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down, c.tried = down, nil
	clear(c.stored)
}

// cycles runs the targets for that long.
func (c *crowd) cycles(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		for i := range c.targets {
			group := groupOf(fmt.Sprint(i))
			batch := Gateways{{c.Gateway}}.Begin(Replace, Origin{group, c.interval})
			if gauge("a", 1).AppendTo(batch, group); len(batch.Outputs(group)) > 0 {
				c.encoded++
			}
			batch.Commit()
			<-time.After(c.interval / time.Duration(c.targets))
		}
	}
}

// TestOutageOfAnHour (G1, G2, G3, L4): memory is flat, one probe at a time, all
// fresh within an interval and 5 s of the return, no more at once than allowed.
func TestOutageOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 500)
		c.Buffers = new(Buffers)
		c.run(t)
		c.cycles(c.interval)
		c.set(true)
		c.cycles(2 * c.interval)
		c.set(true)
		c.encoded = 0
		for range 4 {
			c.cycles(15 * time.Minute)
			synctest.Wait()
			if waiting := c.queue.Len(); waiting > 2 {
				t.Errorf("got %d bodies that wait, want a probe", waiting)
			}
			if used := c.Budget.Used(); used > 100 {
				t.Errorf("got %d bytes that wait, want a probe's", used)
			}
			if n := len(c.slots); n != 500 {
				t.Errorf("got %d slots, want 500", n)
			}
		}
		if most := 2*240 + 10; c.encoded > most {
			t.Errorf("got %d batches encoded in an hour, want no more than the probe's target has cycles: %d", c.encoded, most)
		}
		for i := 1; i < len(c.tried); i++ {
			wantBetween(t, "distance of probes", c.tried[i].Sub(c.tried[i-1]), defaultMaxBackoff/4, defaultMaxBackoff/2+time.Millisecond)
		}
		c.wantCount(t, "promferry_gateway_up", "", 0)
		c.wantLog(t, "gateway does not answer", 1)
		c.wantLog(t, "push failed", 0)

		c.set(false)
		c.cycles(c.interval + 5*time.Second)
		synctest.Wait()
		if n := len(c.stored); n != 500 {
			t.Errorf("got %d groups fresh after an interval and 5 s, want 500", n)
		}
		c.wantCount(t, "promferry_gateway_up", "", 1)
		c.wantLog(t, "gateway answers again", 1)
		c.drain(t)
		wantAllBack(t, c.Buffers)
	})
}

// TestSkippedGroupSaysWhy and counts what it lost (P6).
func TestSkippedGroupSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 10)
		c.run(t)
		c.set(true)
		c.cycles(4 * c.interval)
		synctest.Wait()
		skipped := 0
		for _, s := range c.Groups() {
			if s.LastError.Error() == `not sent: gateway "gw" is down` && !s.Waiting {
				skipped++
			}
		}
		if skipped < 8 {
			t.Errorf("got %d groups that say why, want all but a probe; they are %v", skipped, c.Groups())
		}
		dropped := c.count(t, "promferry_pushes_dropped_total", "gateway_down")
		superseded := c.count(t, "promferry_pushes_superseded_total", "")
		busy := float64(c.busy()) // a probe may be under way
		if dropped+superseded+busy != 40 {
			t.Errorf("got %v dropped, %v superseded, %v waiting or under way; want 40 together", dropped, superseded, busy)
		}
	})
}

// TestCircuitOpensAfterFailuresInARow only.
func TestCircuitOpensAfterFailuresInARow(t *testing.T) {
	check := func(wantOpen bool, codes ...int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			f := fake{answer: func(n int, _ sent) (int, string) { return codes[n], "" }}
			b := newBench(t, &f)
			b.run(t)
			for i := range codes {
				b.offer(cyclic(fmt.Sprint(i), "1", time.Second))
				b.drain(t)
			}
			if b.circuit.open != wantOpen {
				t.Errorf("after %v: got open %v, want %v", codes, b.circuit.open, wantOpen)
			}
		})
	}
	check(false, 500, 500)
	check(true, 500, 500, 500)
	check(true, 500, 404, 401)
	check(false, 500, 500, 200, 500, 500)
	check(false, 500, 500, 413, 500, 500) // that is an answer, too
	check(false, 200, 404, 404, 404)      // somebody is well
	check(true, 200, 500, 500, 500)
}

// TestConcurrentFailuresExtendNothing: they began before the circuit opened.
func TestConcurrentFailuresExtendNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: codes(503)}
		b := newRetrying(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			<-time.After(time.Duration(len(r.URL.Path)) * time.Second) // one after the other
			return f.RoundTrip(r)
		}))
		b.MaxConcurrentPushes, b.Timeout = 10, time.Hour
		b.run(t)
		for i := range 10 {
			b.offer(cyclic(strings.Repeat("x", i+1), "1", time.Minute))
		}
		<-time.After(time.Duration(len("/metrics/job/test/instance/xxx")) * time.Second)
		synctest.Wait()
		status := b.Status()
		if status.State != StateDown {
			t.Fatalf("got %q after three failures, want %q", status.State, StateDown)
		}
		wantBetween(t, "next try", time.Until(status.NextTry), defaultMinBackoff, 2*defaultMinBackoff)
		<-time.After(10 * time.Second) // those under way fail as well
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.circuit.probes != (streak{soon: 1}) || b.circuit.probe == nil {
			t.Errorf("got %d probes in vain and %v under way, want {1 0}, which opened it, and one", b.circuit.probes, b.circuit.probe)
		}
	})
}

// TestOneProbeAtATime, whatever waits.
func TestOneProbeAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var well atomic.Bool
		f := fake{takes: 5 * time.Second, answer: func(int, sent) (int, string) {
			return map[bool]int{false: 503, true: 200}[well.Load()], ""
		}}
		b := newRetrying(t, &f)
		b.run(t)
		for i := range 20 {
			b.offer(cyclic(fmt.Sprint(i), "1", time.Minute))
		}
		<-time.After(20 * time.Second)
		f.mu.Lock()
		f.most = 0
		f.mu.Unlock()
		<-time.After(time.Minute)
		f.mu.Lock()
		if f.most != 1 {
			t.Errorf("got %d at once, want one", f.most)
		}
		f.mu.Unlock()
		well.Store(true)
		b.drain(t)
		synctest.Wait()
		if f.most > b.MaxConcurrentPushes || f.doubled {
			t.Errorf("got %d at once, doubled %v; want %d at most and never two of a group", f.most, f.doubled, b.MaxConcurrentPushes)
		}
		b.wantCount(t, "promferry_pushes_total", "", 20)
	})
}

// TestProbeMayBeADelete, and then nothing is encoded for it.
func TestProbeMayBeADelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 4)
		c.set(true)
		c.run(t)
		Gateways{{c.Gateway}}.Delete(groupOf("gone"))
		c.cycles(2 * c.interval)
		c.encoded = 0
		c.cycles(4 * c.interval)
		if c.encoded != 0 {
			t.Errorf("got %d encoded, want none", c.encoded)
		}
		c.set(false)
		<-time.After(5 * time.Second)
		if !slices.Contains(storedPaths(c), "/metrics/job/test/instance/gone") || c.Status().State != StateAnswering {
			t.Errorf("got %v and state %q, want the delete and an answer", storedPaths(c), c.Status().State)
		}
	})
}

func storedPaths(c *crowd) (paths []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for path := range c.stored {
		paths = append(paths, path)
	}
	return paths
}

// TestLastWordIsEncodedForAGatewayThatIsDown: it may be back in time.
func TestLastWordIsEncodedForAGatewayThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 10)
		c.set(true)
		c.run(t)
		c.cycles(4 * c.interval)
		for i := range 10 {
			batch := Gateways{{c.Gateway}}.Begin(Replace, Origin{})
			gauge("up", 0).AppendTo(batch, groupOf(fmt.Sprint(i)))
			batch.Commit()
		}
		c.Hurry()
		<-time.After(time.Second)
		c.set(false)
		start := time.Now()
		c.drain(t)
		if n := len(c.stored); n != 10 {
			t.Errorf("got %d groups, want 10", n)
		}
		// A wait for the gateway, one before a last word is said again, and each request's millisecond.
		wantBetween(t, "end", time.Since(start), 0, 2*defaultMinBackoff+10*time.Millisecond)
	})
}

// TestOneGatewayDownKeepsNothingFromAnother (G26).
func TestOneGatewayDownKeepsNothingFromAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, up := newCrowd(t, 1), fake{}
		other := newBench(t, &up)
		c.set(true)
		c.run(t)
		other.run(t)
		for i := range 100 {
			group := groupOf(fmt.Sprint(i % 10))
			batch := Gateways{{c.Gateway}, {other.Gateway}}.Begin(Replace, Origin{group, c.interval})
			gauge("a", float64(i)).AppendTo(batch, group)
			if groups := batch.Groups(); len(groups) != 1 {
				t.Errorf("got %v, want one group", groups)
			}
			batch.Commit()
			<-time.After(time.Second)
		}
		other.drain(t)
		if n := len(up.requests); n != 100 {
			t.Errorf("got %d requests, want 100", n)
		}
	})
}

// TestStatusOfAGateway through an outage.
func TestStatusOfAGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 3)
		if s := c.Status(); s.State != StateAnswering || !s.Since.IsZero() || s.Encoding != "text" || s.Compression != "none" || s.Version != "unknown" {
			t.Errorf("got %+v, want nothing known", s)
		}
		c.run(t)
		start := time.Now()
		c.cycles(c.interval)
		if s := c.Status(); s.State != StateAnswering || s.Since.Sub(start) != time.Millisecond || s.LastSuccess.IsZero() || s.LastError != nil {
			t.Errorf("got %+v, want it to answer since its first answer", s)
		}
		c.set(true)
		fails := time.Now()
		c.cycles(c.interval)
		if s := c.Status(); s.State != StateDown || s.Since.Sub(fails) != time.Millisecond || s.LastError == nil || s.NextTry.IsZero() {
			t.Errorf("got %+v, want it to be down since the first failure", s)
		}
		c.set(false)
		back := time.Now()
		c.cycles(c.interval)
		if s := c.Status(); s.State != StateAnswering || s.Since.Before(back) || s.LastError != nil || !s.NextTry.IsZero() {
			t.Errorf("got %+v, want it to answer again", s)
		}
	})
}

// TestRefusedCredentialsAreLoud (G8): one error, a metric, and the end of it.
func TestRefusedCredentialsAreLoud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var code atomic.Int32
		code.Store(200)
		f := fake{answer: func(int, sent) (int, string) { return int(code.Load()), "" }}
		b := newRetrying(t, &f)
		b.run(t)
		cycles := func(seconds int) {
			for range seconds {
				for i := range 5 {
					b.offer(cyclic(fmt.Sprint(i), "1", time.Second))
				}
				<-time.After(time.Second)
			}
		}
		b.wantCount(t, "promferry_push_auth_errors_total", "", 0)
		cycles(5)
		code.Store(401)
		cycles(600)
		b.wantLog(t, "level=ERROR", 1)
		b.wantLog(t, "gateway refuses the credentials", 1)
		errors := b.count(t, "promferry_push_auth_errors_total", "")
		if errors < 10 || errors > 60 {
			t.Errorf("got %v refusals in ten minutes, want one in 30 to 60 s and those before", errors)
		}
		code.Store(200)
		cycles(120)
		b.wantLog(t, "gateway takes pushes again", 1)
		b.wantCount(t, "promferry_gateway_up", "", 1)
	})
}

func TestHeld(t *testing.T) {
	held := &downError{gateway: `gateway "x"`}
	for err, want := range map[error]bool{held: true, fmt.Errorf("put: %w", held): true, errors.New("connection refused"): false, nil: false} {
		if got := IsHeld(err); got != want {
			t.Errorf("%v is held: %v, want %v", err, got, want)
		}
	}
}
