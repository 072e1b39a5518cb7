package push

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	stdgzip "compress/gzip"

	"github.com/klauspost/compress/snappy"

	"github.com/promferry/promferry/convert"
)

var compressions = []Compression{CompressionNone, CompressionGzip, CompressionSnappy}

// unpacked decodes what a gateway got, as it would.
func unpacked(t testing.TB, encoding string, b []byte) string {
	t.Helper()
	var from io.Reader = bytes.NewReader(b)
	switch encoding {
	case "gzip":
		var err error
		if from, err = stdgzip.NewReader(from); err != nil {
			t.Fatal(err)
		}
	case "snappy":
		from = snappy.NewReader(from)
	}
	plain, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// someText returns n bytes that pack.
func someText(n int) string {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	var b strings.Builder
	for b.Len() < n {
		b.WriteString([]string{"node_cpu_seconds_total", `{cpu="1"}`, " 12345\n", "x", "mode"}[random.IntN(5)])
	}
	return b.String()[:n]
}

func TestBodyKeepsWhatIsAppended(t *testing.T) {
	var buffers Buffers
	for _, pool := range []*Buffers{nil, &buffers} {
		for _, c := range compressions {
			for _, n := range []int{0, 1, smallPiece, smallPiece + 1, chunkSize - 1, chunkSize, chunkSize + 1, 3 * chunkSize, 740_000} {
				text := someText(n)
				b := newBody(pool, profile{convert.Text, c, false})
				for rest, step := text, 1; rest != ""; step = step*3 + 1 {
					part := rest[:min(step, len(rest))]
					b.Append([]byte(part), 2)
					rest = rest[len(part):]
				}
				b.seal()
				wantBody(t, b, text)
				if (b.size() == 0) != (n == 0) || c == CompressionNone && b.size() != n {
					t.Errorf("%s of %d: got %d bytes to send", c, n, b.size())
				}
				b.release()
			}
		}
	}
	wantAllBack(t, &buffers)
}

// wantBody checks a body's contents both ways.
func wantBody(t testing.TB, b *body, want string) {
	t.Helper()
	if got := string(b.decode()); got != want {
		t.Errorf("%s: got %d bytes decoded, want the %d appended", b.compression, len(got), len(want))
	}
	r, err := b.reader()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	sent, err := io.ReadAll(iotest.HalfReader(r))
	if err != nil || len(sent) != b.size() {
		t.Errorf("%s: got %d bytes read, %v, want %d", b.compression, len(sent), err, b.size())
	}
	if len(want) > 0 && unpacked(t, string(b.compression), sent) != want {
		t.Errorf("%s: got other bytes than appended", b.compression)
	}
}

func TestBodyHoldsCompressedBytesOnly(t *testing.T) {
	var buffers Buffers
	for _, c := range compressions[1:] {
		b := newBody(&buffers, profile{convert.Text, c, false})
		b.Append([]byte(someText(10*chunkSize)), 1)
		b.seal()
		if want := (b.size() + chunkSize - 1) / chunkSize; buffers.outstanding() > want || want > 5 {
			t.Errorf("%s: got %d chunks for %d bytes, want at most %d", c, buffers.outstanding(), b.size(), want)
		}
		b.release()
	}
	wantAllBack(t, &buffers)
}

func TestSmallBodyHoldsNoChunk(t *testing.T) {
	var buffers Buffers
	for _, c := range compressions {
		b := newBody(&buffers, profile{convert.Text, c, false})
		b.Append([]byte(someText(smallPiece)), 1)
		b.seal()
		wantAllBack(t, &buffers)
		b.release()
		wantAllBack(t, &buffers)
	}
}

func TestRewriteReplacesTheBody(t *testing.T) {
	var buffers Buffers
	for _, c := range compressions {
		before, after := someText(100_000), "# TYPE a gauge\n"
		b := newBody(&buffers, profile{convert.Text, c, false})
		b.Append([]byte(before), 7)
		b.Rewrite(func(body []byte, series int) ([]byte, int) {
			if string(body) != before || series != 7 {
				t.Errorf("%s: got %d bytes, %d series, want what was appended", c, len(body), series)
			}
			return append(body[:0], after...), series - 6
		})
		b.Append([]byte("a 1\n"), 1)
		b.seal()
		wantBody(t, b, after+"a 1\n")
		if b.series != 2 {
			t.Errorf("%s: got %d series, want 2", c, b.series)
		}
		b.release()
	}
	wantAllBack(t, &buffers)
}

func TestBodyLivesAsLongAsItIsHeld(t *testing.T) {
	var buffers Buffers
	text := someText(2 * chunkSize)
	b := newBody(&buffers, plainText)
	b.Append([]byte(text), 1)
	b.seal()
	first, err := b.reader()
	if err != nil {
		t.Fatal(err)
	}
	b.release()
	second, err := b.reader() // as net/http's GetBody, while the first is open
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	first.Close() // counts once
	if got, err := io.ReadAll(second); err != nil || string(got) != text {
		t.Errorf("got %d bytes, %v, want the body while a reader is open", len(got), err)
	}
	if _, err := first.Read(make([]byte, 1)); !errors.Is(err, errReleased) {
		t.Errorf("read after Close: got %v, want %v", err, errReleased)
	}
	second.Close()
	wantAllBack(t, &buffers)
	if _, err := b.reader(); !errors.Is(err, errReleased) {
		t.Errorf("reader of a released body: got %v, want %v", err, errReleased)
	}
	defer func() {
		if recover() == nil {
			t.Error("got no panic of a second release, want one")
		}
	}()
	b.release()
}

func TestUnsealedBodyGivesAllBack(t *testing.T) {
	var buffers Buffers
	for _, c := range compressions {
		b := newBody(&buffers, profile{convert.Text, c, false})
		b.Append([]byte(someText(3*chunkSize+10)), 1)
		b.release()
		wantAllBack(t, &buffers)
	}
}

func TestCompressorsServeAgain(t *testing.T) {
	var buffers Buffers
	for _, c := range compressions[1:] {
		for range 3 {
			half := newBody(&buffers, profile{convert.Text, c, false}) // is given up within its stream
			half.Append([]byte(someText(2*chunkSize)), 1)
			half.release()
			b := newBody(&buffers, profile{convert.Text, c, false})
			b.Append([]byte(someText(chunkSize+1)), 1)
			b.seal()
			wantBody(t, b, someText(chunkSize+1))
			b.release()
		}
	}
}
