package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
)

// wantAllBackSoon waits for what net/http closes on its own time.
func wantAllBackSoon(t testing.TB, b *Buffers) {
	t.Helper()
	deadline := time.After(time.Minute)
	for b.outstanding() != 0 {
		select {
		case <-deadline:
			wantAllBack(t, b)
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// A chaos is a gateway that does anything, and closes bodies when it likes.
type chaos struct {
	mu     sync.Mutex
	random *rand.Rand
	late   sync.WaitGroup
	well   atomic.Bool // takes all in good time
}

func (c *chaos) n(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.IntN(n)
}

func (c *chaos) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if c.n(10) == 0 && r.GetBody != nil { // as net/http on a dead connection
		r.Body.Close()
		r.Body, _ = r.GetBody()
	}
	body, takes := r.Body, time.Duration(c.n(3000))*time.Millisecond
	c.late.Go(func() {
		_, _ = io.CopyN(io.Discard, body, int64(c.n(3*chunkSize)))
		<-time.After(takes)
		body.Close()
	})
	if r.URL.Path == "/metrics" { // others wait for it with a mutex, while no time passes in a bubble
		return answer(http.StatusOK, "# TYPE a counter\n"), nil
	}
	if c.well.Load() {
		return answer(http.StatusOK, ""), nil
	}
	select {
	case <-time.After(time.Duration(c.n(2000)) * time.Millisecond):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if r.Method == http.MethodGet {
		return answer(http.StatusOK, []string{says("1.11.3"), says("1.5.1"), ""}[c.n(3)]), nil
	}
	if c.n(8) == 0 {
		return nil, errors.New("reset")
	}
	return answer([]int{200, 200, 202, 400, 415, 500}[c.n(6)], []string{"", inconsistent + "no"}[c.n(2)]), nil
}

// TestAllMemoryComesBack whatever becomes of the requests: superseded, joined,
// evicted, too large, refused, fitted, sent uncompressed, interrupted.
func TestAllMemoryComesBack(t *testing.T) {
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			var buffers Buffers
			c := &chaos{random: rand.New(rand.NewPCG(seed, 1))}
			budget := NewBudget(int64(3+c.n(10)) * chunkSize)
			var gateways Gateways
			var stops []func()
			for i, compression := range []Compression{CompressionAuto, CompressionNone, CompressionGzip, CompressionSnappy} {
				b := newBench(t, c)
				b.Budget, b.Buffers, b.Timeout = budget, &buffers, time.Second
				b.GiveUp = []time.Duration{0, 2 * time.Second}[i%2]
				b.Encoding, b.Compression = []Encoding{EncodingAuto, EncodingText, EncodingProtobuf}[i%3], compression
				gateways, stops = append(gateways, Shards{b.Gateway}), append(stops, b.run(t))
			}
			for range 40 {
				c.offer(gateways)
				<-time.After(time.Duration(c.n(1000)) * time.Millisecond)
			}
			for i, stop := range stops {
				stop()
				gateways.All()[i].Abandon()
			}
			c.well.Store(true)
			for _, g := range gateways.All() {
				b := &bench{Gateway: g}
				b.run(t)
				b.drain(t)
			}
			c.late.Wait()
			wantAllBack(t, &buffers)
			if used := budget.Used(); used != 0 {
				t.Errorf("got %d bytes in use, want 0", used)
			}
		})
	}
}

// offer makes a batch of any kind, and sends it or not.
func (c *chaos) offer(gateways Gateways) {
	batch := gateways.Begin([]Mode{Replace, Merge}[c.n(2)], []Origin{{}, {groupOf("0"), time.Second}}[c.n(2)])
	for range 1 + c.n(3) {
		group := groupOf(fmt.Sprint(c.n(4)))
		f := convert.Family{Name: []string{"a", "b"}[c.n(2)], Type: convert.Gauge, Series: []convert.Series{{Name: "a", Value: 1}}}
		for i := range c.n(100) { // some of them twice
			f.Series = append(f.Series, convert.Series{Name: f.Name, Labels: labelsOf("n", fmt.Sprint(i%97, strings.Repeat("x", 3000))), Value: 1})
		}
		f.AppendTo(batch, group)
	}
	switch c.n(6) {
	case 0:
		batch.Discard()
	case 1:
		gateways.Delete(groupOf(fmt.Sprint(c.n(4))))
		batch.Discard()
	default:
		batch.Commit()
	}
}

// TestDiscardSendsNothing, and the batch can be used again.
func TestDiscardSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		b := newBench(t, &f)
		b.Buffers, b.Compression = new(Buffers), CompressionGzip
		b.run(t)
		batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
		gauge("a", 1).AppendTo(batch, groupOf("a"))
		batch.Discard()
		wantAllBack(t, b.Buffers)
		gauge("b", 1).AppendTo(batch, groupOf("b"))
		batch.Commit()
		b.drain(t)
		wantSent(t, &f, "PUT gzip # TYPE b gauge\nb 1")
		wantAllBack(t, b.Buffers)
	})
}

// TestFewChunksWhileGatewaysAnswer: memory is for what is under way, not for
// each target.
func TestFewChunksWhileGatewaysAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			_, err := io.Copy(io.Discard, r.Body)
			r.Body.Close()
			return answer(http.StatusOK, ""), err
		}))
		b.Buffers = new(Buffers)
		b.reception.learn(facts{checks: checked}, nil)
		b.run(t)
		text := someText(740_000)
		for target := range 100 {
			batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
			batch.Outputs(groupOf(fmt.Sprint(target)))[0].Append([]byte(text), 2000)
			batch.Commit()
			b.drain(t)
		}
		wantFree(t, b.Buffers, (len(text)+chunkSize-1)/chunkSize)
		wantAllBack(t, b.Buffers)
	})
}

// TestInterruptedBodyIsKept for the next Run.
func TestInterruptedBodyIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second}
		b := newBench(t, &f)
		b.Buffers = new(Buffers)
		ctx, cancel := context.WithCancel(t.Context())
		batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
		text := someText(2 * chunkSize)
		batch.Outputs(groupOf("a"))[0].Append([]byte(text), 1)
		batch.Commit()
		time.AfterFunc(time.Millisecond, cancel)
		b.Run(ctx)
		if b.Buffers.outstanding() != 2 {
			t.Errorf("got %d chunks outstanding, want 2", b.Buffers.outstanding())
		}
		b.run(t)
		b.drain(t)
		wantSent(t, &f, "PUT "+strings.TrimSpace(text), "PUT "+strings.TrimSpace(text))
		wantAllBack(t, b.Buffers)
	})
}

// TestJoinWithoutRoomGivesItsMemoryBack, and the part goes alone.
func TestJoinWithoutRoomGivesItsMemoryBack(t *testing.T) {
	b := newBench(t, nil)
	b.Buffers, b.Budget = new(Buffers), NewBudget(5*chunkSize)
	for _, mode := range []Mode{Replace, Merge} {
		batch := Gateways{{b.Gateway}}.Begin(mode, Origin{})
		batch.Outputs(groupOf("a"))[0].Append([]byte("# TYPE "+string(mode)+" gauge\n"+strings.Repeat(string(mode)+" 1\n", chunkSize/2)), 1)
		batch.Commit()
	}
	_, r := b.take(t.Context())
	if held := len(r.body.held.pieces); r.method != http.MethodPost || b.Buffers.outstanding() != held {
		t.Errorf("got a %s, %d chunks outstanding, want a POST that holds all %d", r.method, b.Buffers.outstanding(), held)
	}
}
