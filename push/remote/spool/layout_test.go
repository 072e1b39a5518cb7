package spool

import (
	"bytes"
	"testing"
)

// FuzzHeader: what is accepted is written the same, and what is written is read.
func FuzzHeader(f *testing.F) {
	f.Add(uint64(3), appendHeader(nil, recordOf(3, 10).Header, 7), "target", int64(-5), uint32(3), uint64(1))
	f.Add(uint64(0), []byte{}, "", int64(0), uint32(0), uint64(0))
	f.Fuzz(func(t *testing.T, id uint64, value []byte, target string, at int64, n uint32, body uint64) {
		if h, sum, ok := parseHeader(id, value); ok && !bytes.Equal(appendHeader(nil, h, sum), value) {
			t.Errorf("%x is accepted, and written %x", value, appendHeader(nil, h, sum))
		}
		n >>= 1
		want := Header{ID: id, Target: target, Time: at, Samples: int(n), Plain: int(n / 2), Size: int(n / 3)}
		text := appendHeader([]byte("x"), want, body)[1:]
		if got, sum, ok := parseHeader(id, text); !ok || got != want || sum != body {
			t.Errorf("got %+v, %d, %t, want %+v, %d", got, sum, ok, want, body)
		}
		if _, _, ok := parseHeader(id+1, text); ok {
			t.Error("a header of another record is accepted")
		}
		text[int(n)%len(text)] ^= 1 << (id % 8)
		if _, _, ok := parseHeader(id, text); ok {
			t.Errorf("%x is accepted, although a bit of it is wrong", text)
		}
	})
}

func TestSequence(t *testing.T) {
	for _, records := range []int{0, 1, 1<<31 - 1} {
		s := sequence(formatVersion, records)
		version, got, ok := parseSequence(s)
		if version != formatVersion || got != records || !ok {
			t.Errorf("got version %d, %d records, %t, want version %d, %d records", version, got, ok, formatVersion, records)
		}
		for bit := range 64 {
			if _, _, ok := parseSequence(s ^ 1<<bit); ok {
				t.Errorf("%x is accepted, although bit %d is wrong", s, bit)
			}
		}
	}
}

// FuzzPage: no page makes the check read outside of it.
func FuzzPage(f *testing.F) {
	f.Add(make([]byte, pageHead))
	f.Add([]byte{1: 0, 8: leafPage, 10: 1, 16: 0, 20: 16, 24: 1, 28: 1, 32: 'k', 33: 'v'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < pageHead {
			return
		}
		p := page(b)
		for i := range p.count() {
			e, ok := p.entry(i)
			if ok && (len(e.key) == 0 || len(e.key)+len(e.value) > len(b)) {
				t.Errorf("entry %d has %d and %d bytes, of %d", i, len(e.key), len(e.value), len(b))
			}
		}
		_ = new(checker).leaf(p, nil, nil, new(census).add)
	})
}
