package remote

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/prometheus/prompb"
)

// received returns what a receiver gets of records, joined as one request.
func received(records []*record) []prompb.TimeSeries {
	plain, bodies := 0, []*body(nil)
	for _, r := range records {
		plain += int(r.plain)
		bodies = append(bodies, r.body)
	}
	reader, err := newMessage(plain, bodies).reader()
	if err != nil {
		panic(err)
	}
	defer reader.Close()
	all, _ := io.ReadAll(reader) // of memory
	return decode(all)
}

// sealed returns the records of a batch.
func sealed(b *Batch) []*record {
	b.cut(&b.common)
	b.cut(&b.timed)
	return b.records
}

// FuzzBatch: whatever is appended, in whatever pieces, is received as the same
// series in the same order, in records within their bounds.
func FuzzBatch(f *testing.F) {
	f.Add(uint64(1), uint16(100), uint16(10))
	f.Add(uint64(2), uint16(5000), uint16(2000))
	f.Add(uint64(3), uint16(3), uint16(1))
	f.Fuzz(func(t *testing.T, seed uint64, series, most uint16) {
		random := rand.New(rand.NewPCG(seed, 0))
		most = max(most, 1)
		b := newBench(t, &fake{}, nil, func(s *Settings, _ *Options) { s.MaxSamplesPerSend = int(most) }).Begin("a", time.UnixMilli(1))
		var want []string
		for i := 0; i < int(series%6000); {
			var piece []byte
			n := random.IntN(1<<random.IntN(10)) + 1
			for range n {
				target := fmt.Sprintf("%x", random.Uint64N(1<<random.IntN(60)))
				if random.IntN(500) == 0 {
					target = string(bytes.Repeat([]byte(target), 20_000)) // more than a block
				}
				piece = append(piece, encode(target, i, time.UnixMilli(int64(i)))...)
				want = append(want, fmt.Sprintf("%s/metric_%d", target, i))
				i++
			}
			b.Append(piece, n)
		}
		records := sealed(b)
		var got []string
		for _, s := range received(records) {
			got = append(got, nameOf(s))
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %d series, want %d, the same in the same order", len(got), len(want))
		}
		for _, r := range records {
			if one := received([]*record{r}); len(one) != int(r.samples) || r.samples > int32(most) || int(r.plain) > maxPlain && len(one) > 1 {
				t.Errorf("got a record of %d samples that says %d, in %d bytes", len(one), r.samples, r.plain)
			}
		}
	})
}

// What is larger than any request makes one of its own.
func TestLargeField(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{}, nil, nil)
		b.run(t)
		batch := b.Begin("a", time.Now())
		large := string(bytes.Repeat([]byte("x"), maxPlain))
		for i, target := range []string{"small", large, "small"} {
			batch.Append(encode(target, i, time.Now()), 1)
		}
		batch.Commit()
		b.drain(t)
		b.wantStored(t, 3)
		if n := len(b.fake.all()); n != 3 {
			t.Errorf("got %d requests, want 3", n)
		}
	})
}

// Nothing is sent of a batch without contents, nor of one that is discarded; the
// memory of such a one serves the next, empty.
func TestNothingToSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{}, nil, nil)
		b.run(t)
		b.Begin("a", time.Now()).Commit()
		discarded := b.Begin("a", time.Now())
		discarded.Append(encode("discarded", 0, time.Now()), 1)
		discarded.Discard()
		b.Begin("a", time.Now()).Discard()
		b.scrape("a", 1)
		b.drain(t)
		b.wantStored(t, 1)
		b.wantCount(t, "requests_total", "", 1)
	})
}

// Metadata has no samples, and goes with those that it stands behind.
func TestMetadataGoesAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{}, nil, nil)
		b.run(t)
		batch := b.Begin("a", time.Now())
		for i := range 2000 {
			batch.Append(encode("a", i, time.Now()), 1)
		}
		metadata, err := (&prompb.WriteRequest{Metadata: []prompb.MetricMetadata{{MetricFamilyName: "metric_0"}}}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		batch.Append(metadata, 0)
		batch.Commit()
		b.drain(t)
		b.wantStored(t, 2000)
		b.wantCount(t, "requests_total", "", 1)
	})
}

// Targets are committed from many goroutines, with a spool and without, while
// requests go and settings change.
func TestCommitsAtOnce(t *testing.T) {
	for name, config := range map[string]*Spool{"memory": nil, "spool": testSpool} {
		var on fakeSpool
		b := newBench(t, &fake{takes: time.Millisecond}, config, func(s *Settings, _ *Options) {
			s.BatchSendDeadline, s.Capacity = time.Millisecond, 1_000_000
		})
		if config != nil {
			on.use(b.Store)
		}
		b.Open()
		stop := b.run(t)
		var group sync.WaitGroup
		for target := range 20 {
			group.Go(func() {
				for at := range 50 {
					b.scrapeAt(fmt.Sprint(target), 20, time.UnixMilli(int64(1000+at)))
					b.Set(b.current())
					_ = b.Status()
				}
			})
		}
		group.Wait()
		b.drain(t)
		stop()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		b.wantStored(t, 20_000)
		if n := on.samples(); n != 0 {
			t.Errorf("%s: got %d samples in the spool at the end, want 0", name, n)
		}
		if config != nil && on.appends == 1000 {
			t.Logf("no two of %d commits shared a write", on.appends)
		}
	}
}

// BenchmarkBatch is a scrape of 2,000 series, from the encoded series to the
// record: what each sample costs beside its encoding.
func BenchmarkBatch(b *testing.B) {
	s := New("store", nil, Settings{MaxSamplesPerSend: 2000, Capacity: 10_000}, Options{})
	at := time.Now()
	var series [][]byte
	size := 0
	for i := range 2000 {
		series = append(series, encode(fmt.Sprintf("host-%d.example:9100", i%7), i, at))
		size += len(series[i])
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		batch := s.Begin("a", at)
		for _, encoded := range series {
			batch.Append(encoded, 1)
		}
		batch.cut(&batch.common)
		batch.Discard()
	}
}
