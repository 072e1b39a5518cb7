package convert

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protodelim"
)

// Messages of all sizes around those at which their length needs a byte more.
func TestProtobufLengths(t *testing.T) {
	for _, size := range []int{1, 1 << 7, 1 << 14, 1 << 21} {
		step := 1
		if size > 1<<14 {
			step = 4 // two lengths that follow each other are further apart
		}
		for n := max(1, size-40); n < size+5; n += step {
			f := Family{Name: "a", Type: Gauge, Series: []Series{{"a", Labels{{"b", strings.Repeat("c", n)}}, 1, nil}, {"a", nil, 2, nil}}}
			body := Protobuf.AppendFamily([]byte("before"), &f)
			var got dto.MetricFamily
			if err := protodelim.UnmarshalFrom(bytes.NewReader(body[len("before"):]), &got); err != nil {
				t.Fatal(err)
			}
			if value := got.Metric[0].Label[0].GetValue(); len(value) != n || got.Metric[1].Gauge.GetValue() != 2 {
				t.Errorf("got %d bytes, %v, want %d", len(value), got.Metric[1], n)
			}
		}
	}
}

// BenchmarkAppendFamily/<format>: the encoders over a large body, whose memory
// is there already.
func BenchmarkAppendFamily(b *testing.B) {
	families := decoded(b, convertedBody(b, Text, 50_000))
	for _, format := range formats {
		body := encode(format, families)
		b.Run(fmt.Sprint(format), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				body = body[:0]
				for i := range families {
					body = format.AppendFamily(body, &families[i])
				}
			}
		})
	}
}

func decoded(t testing.TB, body []byte) (families []Family) {
	t.Helper()
	for b := range Text.Blocks(bytes.Clone(body)) {
		f, err := b.Family()
		if err != nil {
			t.Fatal(err)
		}
		families = append(families, f)
	}
	return families
}

// BenchmarkFamily/<format>: bodies decoded.
func BenchmarkFamily(b *testing.B) {
	for _, format := range formats {
		body := convertedBody(b, format, 50_000)
		b.Run(fmt.Sprint(format), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				for block := range format.Blocks(body) {
					if _, err := block.Family(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
