package push

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// An illGateway loses, refuses, delays and applies late what it
// gets, and knows what it has.
type illGateway struct {
	mu       sync.Mutex
	random   *rand.Rand
	ill      bool
	stored   map[string]string // by path
	inFlight map[string]int
	most     int
	doubled  bool
	late     sync.WaitGroup
}

func (m *illGateway) n(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.random.IntN(n)
}

func (m *illGateway) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		text, _ := io.ReadAll(r.Body)
		r.Body.Close()
		body = string(text)
	}
	m.begin(r.URL.Path)
	defer m.end(r.URL.Path)
	<-time.After(time.Duration(m.n(300)) * time.Millisecond)
	m.mu.Lock()
	ill := m.ill
	m.mu.Unlock()
	if !ill {
		m.apply(r, body)
		return answer(200, ""), nil
	}
	switch m.n(8) {
	case 0:
		return nil, fmt.Errorf("reset")
	case 1: // stored, but the answer is lost
		m.apply(r, body)
		return nil, fmt.Errorf("reset")
	case 2: // and stored later, within the time of a request
		<-r.Context().Done()
		wait := time.Duration(m.n(900)) * time.Millisecond
		m.late.Go(func() {
			<-time.After(wait)
			m.apply(r, body)
		})
		return nil, context.Cause(r.Context())
	case 3:
		refusal := answer(429, "")
		refusal.Header.Set("Retry-After", fmt.Sprint(m.n(3)))
		return refusal, nil
	case 4:
		return answer([]int{500, 502, 503, 504}[m.n(4)], ""), nil
	case 5:
		return answer([]int{401, 404}[m.n(2)], ""), nil
	}
	m.apply(r, body)
	return answer(200, ""), nil
}

func (m *illGateway) begin(path string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight[path]++
	m.doubled = m.doubled || m.inFlight[path] > 1
	sum := 0
	for _, n := range m.inFlight {
		sum += n
	}
	m.most = max(m.most, sum)
}

func (m *illGateway) end(path string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight[path]--
}

func (m *illGateway) apply(r *http.Request, body string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Method == http.MethodDelete {
		delete(m.stored, r.URL.Path)
		return
	}
	m.stored[r.URL.Path] = body
}

// TestNewestStateWins whatever the gateway does meanwhile: what each group has
// at the end is what was offered last, the last word said after an illness that
// a proxy may still hold requests of. Nothing is sent twice at once, or beyond
// the bound, and each offer is stored, superseded or dropped.
func TestNewestStateWins(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			m := &illGateway{random: rand.New(rand.NewPCG(seed, 2)), ill: true, stored: make(map[string]string), inFlight: make(map[string]int)}
			b := newRetrying(t, m)
			b.Timeout = time.Second
			b.run(t)
			want := make(map[string]string)
			offers := 0
			offer := func(i int, last bool) {
				offers++
				path := "/metrics/job/test/instance/" + fmt.Sprint(i)
				if m.n(4) == 0 {
					delete(want, path)
					Gateways{{b.Gateway}}.Delete(groupOf(fmt.Sprint(i)))
					return
				}
				body := strings.Repeat("x", offers)
				want[path] = body
				r := cyclic(fmt.Sprint(i), body, 5*time.Second)
				if last {
					r.interval = 0
				}
				b.offer(r)
			}
			for range 200 {
				offer(m.n(12), false)
				<-time.After(time.Duration(m.n(500)) * time.Millisecond)
			}
			for i := range 12 {
				offer(i, true)
			}
			<-time.After(time.Duration(m.n(2000)) * time.Millisecond)
			m.mu.Lock()
			m.ill = false
			m.mu.Unlock()
			<-time.After(time.Hour)
			b.drain(t)
			m.late.Wait()

			for path := range m.stored {
				if _, found := want[path]; !found {
					t.Errorf("seed %d: %s is there, want it gone", seed, path)
				}
			}
			for path, body := range want {
				if m.stored[path] != body {
					t.Errorf("seed %d: %s has %d bytes, want the newest of %d", seed, path, len(m.stored[path]), len(body))
				}
			}
			if m.doubled || m.most > b.MaxConcurrentPushes {
				t.Errorf("seed %d: got doubled %v, %d at once; want no, and %d at most", seed, m.doubled, m.most, b.MaxConcurrentPushes)
			}
			sum := 0.0
			for _, metric := range []string{"promferry_pushes_total", "promferry_pushes_superseded_total", "promferry_pushes_dropped_total"} {
				sum += b.count(t, metric, "")
			}
			if sum < float64(offers) || b.Budget.Used() != 0 || b.leaving.Len() != 0 {
				t.Errorf("seed %d: got %v of %d offers counted, %d bytes and %d deletes left", seed, sum, offers, b.Budget.Used(), b.leaving.Len())
			}
		})
	}
}
