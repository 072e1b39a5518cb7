package remote

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// An allOrNone takes a request as a whole or not at all, and has an error for what
// it has already, even where it is the same.
type allOrNone struct {
	newest map[string]int64
	says   func() *http.Response
}

func (s *allOrNone) take(g got) *http.Response {
	for _, series := range g.series {
		if s.newest[targetOf(series)] >= series.Samples[0].Timestamp {
			return s.says()
		}
	}
	for _, series := range g.series {
		defer func() { s.newest[targetOf(series)] = series.Samples[0].Timestamp }()
	}
	return says(204, "")
}

// What was stored by a try whose answer was lost is not lost when the next is
// refused for that, and what goes with it is stored.
func TestAnswerLost(t *testing.T) {
	for name, answer := range map[string]struct {
		lost, echo func() *http.Response
	}{
		"Prometheus": {func() *http.Response { return nil }, func() *http.Response { return says(400, "out of order sample") }},
		"same time":  {func() *http.Response { return says(504, "") }, func() *http.Response { return says(400, "duplicate sample for timestamp") }},
		"Mimir":      {func() *http.Response { return nil }, func() *http.Response { return says(422, "… (err-mimir-sample-out-of-order)") }},
		"Thanos":     {func() *http.Response { return says(502, "") }, func() *http.Response { return says(409, "store: Out of order sample") }},
	} {
		synctest.Test(t, func(t *testing.T) {
			store := &allOrNone{make(map[string]int64), answer.echo}
			f := &fake{answer: func(n int, g got) *http.Response {
				if resp := store.take(g); n != 1 {
					return resp
				}
				return answer.lost()
			}}
			b := newBench(t, f, nil, nil)
			b.run(t)
			for range 5 {
				b.scrape("a", 10)
				b.scrape("b", 10)
				time.Sleep(15 * time.Second)
			}
			b.drain(t)
			b.wantStored(t, 80)
			if got := b.Status(); got.State != StateAnswering || got.Dropped[DropAnswerLost] != 20 || got.Dropped[DropRefused] != 0 || got.LastError != nil || !got.LastDrop.IsZero() {
				t.Errorf("%s: got %+v, want one that answers and 20 samples whose answer was lost", name, got)
			}
			b.wantLog(t, "level=INFO msg=\""+hasAlready, 1)
			b.wantLog(t, "level=WARN", 0)
			b.wantLog(t, "level=ERROR", 0)
		})
	}
}

// Without an earlier try the same words mean that samples are lost, and so do other
// words after one, or an answer that the receiver did give.
func TestRefusalIsNoLostAnswer(t *testing.T) {
	for name, answers := range map[string][2]*http.Response{
		"first try":   {says(400, "out of order sample"), says(204, "")},
		"other words": {nil, says(400, "out of bounds")},
		"other code":  {nil, says(403, "out of order sample")},
		"an answer":   {says(503, "overloaded"), says(400, "out of order sample")},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, &fake{answer: func(n int, _ got) *http.Response { return answers[min(n, 1)] }}, nil, nil)
			b.run(t)
			b.scrape("a", 10)
			b.drain(t)
			if got := b.Status().Dropped; got[DropRefused] != 10 || got[DropAnswerLost] != 0 {
				t.Errorf("%s: got %v, want 10 samples refused", name, got)
			}
		})
	}
}

// What a restart finds in the spool may have been sent by the process before.
func TestAnswerLostByARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		first := newSpooled(t, &fake{}, &on, testSpool, nil)
		first.Open()
		first.scrape("a", 10)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		b := newSpooled(t, &fake{answer: func(int, got) *http.Response { return says(400, "out of order sample") }}, &on, testSpool, nil)
		b.Open()
		b.run(t)
		b.drain(t)
		b.wantCount(t, "samples_dropped_total", "answer_lost", 10)
		b.wantCount(t, "up", "", 1)
	})
}
