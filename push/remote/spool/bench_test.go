package spool

import (
	"fmt"
	"testing"
)

// BenchmarkAppend is of one caller, and of several, who share transactions: what
// a record costs in the processor, and on the disk where the directory is.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{500, 50_000} {
		for _, at := range []int{1, 10} {
			b.Run(fmt.Sprintf("size=%d/at_once=%d", size, at), func(b *testing.B) {
				s := openAt(b, b.TempDir(), Options{MaxSize: 256 << 20})
				body := recordOf(1, size).Body
				b.SetBytes(int64(at * size))
				b.ReportAllocs()
				id := uint64(0)
				for b.Loop() {
					records := make([]Record, at)
					for i := range records {
						id++
						records[i] = Record{Header{ID: id, Target: "job/instance"}, body}
					}
					add(b, s, records...)
					if s.Used() > 200<<20 {
						if err := s.Delete(idsOf(s)); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}

func BenchmarkBody(b *testing.B) {
	const count, size = 200, 50_000
	s := openAt(b, b.TempDir(), Options{})
	add(b, s, recordsOf(0, count, size)...)
	b.SetBytes(size)
	b.ReportAllocs()
	for id := uint64(0); b.Loop(); id++ {
		if _, err := s.Body(id % count); err != nil {
			b.Fatal(err)
		}
	}
}
