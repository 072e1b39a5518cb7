package remote

import (
	"testing"
	"time"
)

// BenchmarkDropBehindRequest drops a long backlog of one target while its first
// record is under way: what is gone in between is not looked at for each.
func BenchmarkDropBehindRequest(b *testing.B) {
	const backlog = 20_000
	for b.Loop() {
		s := newBench(b, &fake{}, nil, nil).Store
		for i := range backlog {
			s.queue.add("a", &record{at: int64(i), body: new(memory).newBody()})
		}
		first := s.queue.all.first
		s.queue.take(first.lane, []*record{first})
		for r := s.queue.all.after(first); r != nil; {
			next := s.queue.all.after(r)
			s.dropFrom(r, DropMaxSize)
			r = next
		}
		if first.lane.waiting != 0 {
			b.Fatal("something is left")
		}
	}
	b.ReportMetric(float64(b.Elapsed()/time.Duration(b.N))/backlog, "ns/record")
}
