package push

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// packed returns a gateway that gets its bodies in gzip.
func packed(t testing.TB, f *fake) *bench {
	t.Helper()
	b := newBench(t, f)
	b.Compression = CompressionGzip
	return b
}

const (
	gaugeText   = "# TYPE a gauge\na 1"
	sentPlain   = "PUT " + gaugeText
	sentPacked  = "PUT gzip " + gaugeText
	noPackedLog = `level=WARN msg="gateway does not take this compression, its bodies go uncompressed" gateway=gw compression=gzip`
)

func TestRefusedCompressionIsLeftOff(t *testing.T) {
	for _, code := range []int{http.StatusBadRequest, http.StatusUnsupportedMediaType} {
		synctest.Test(t, func(t *testing.T) {
			f := fake{answer: func(_ int, s sent) (int, string) {
				if s.packed != "" {
					return code, "text format parsing error in line 1"
				}
				return 200, ""
			}}
			b := packed(t, &f)
			var last Outcome
			b.OnDone = func(out Outcome) { last = out }
			b.run(t)
			waiting := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
			gauge("a", 1).AppendTo(waiting, groupOf("a"))
			b.commit(t, 1)
			if last.Err != nil || last.Bytes != len(gaugeText)+1 {
				t.Errorf("got %+v, want success with the bytes as they were sent", last)
			}
			b.commit(t, 1)
			waiting.Commit() // was packed before the refusal
			b.drain(t)
			wantSent(t, &f, sentPacked, sentPlain, sentPlain, sentPlain)
			b.wantLog(t, noPackedLog, 1)
			b.wantCount(t, "promferry_pushes_total", "", 3)
			b.wantCount(t, "promferry_push_errors_total", "", 0)
		})
	}
}

// TestCompressionComesBack after an error: another gateway may be there.
func TestCompressionComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(n int, _ sent) (int, string) { return []int{415, 200, 503, 200, 200}[n], "" }}
		b := packed(t, &f)
		b.run(t)
		for range 4 {
			b.commit(t, 1)
			<-time.After(askInterval)
		}
		wantSent(t, &f, sentPacked, sentPlain, sentPlain, sentPlain, sentPacked)
	})
}

// TestBadBodyIsNotSentTwiceForEver: it is not the compression that is refused.
func TestBadBodyIsNotSentTwiceForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(n int, s sent) (int, string) {
			if s.packed == "" {
				return 400, "second"
			}
			return 400, "first"
		}}
		b := packed(t, &f)
		b.run(t)
		b.commit(t, 1)
		if err := b.Group(groupOf("a")).LastError; !strings.Contains(err.Error(), "second") {
			t.Errorf("got %v, want the error of the second", err)
		}
		b.commit(t, 1)
		<-time.After(plainInterval - 1)
		b.commit(t, 1)
		wantSent(t, &f, sentPacked, sentPlain, sentPacked, sentPacked)
		<-time.After(1)
		b.commit(t, 1)
		wantSent(t, &f, sentPacked, sentPlain, sentPacked, sentPacked, sentPacked, sentPlain)
		b.wantLog(t, noPackedLog, 0)
	})
}

func TestOtherErrorsAreNotOfTheCompression(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		codes := []int{401, 404, 405, 413, 500, 503}
		f := fake{answer: func(n int, _ sent) (int, string) { return codes[n], "" }}
		b := packed(t, &f)
		b.run(t)
		for range codes {
			b.commit(t, 1)
		}
		if got := len(f.sent()); got != len(codes) {
			t.Errorf("got %d requests, want %d", got, len(codes))
		}
	})
}

// TestUnderstoodBodyShowsThatCompressionIsRefused although it is inconsistent,
// and goes out again without it.
func TestUnderstoodBodyShowsThatCompressionIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(_ int, s sent) (int, string) {
			switch {
			case s.packed != "":
				return 400, "text format parsing error in line 1"
			case s.method == http.MethodGet:
				return 200, "# TYPE a counter\n"
			case strings.Contains(s.body, "gauge"):
				return 400, inconsistent + "no"
			}
			return 200, ""
		}}
		b := packed(t, &f)
		b.run(t)
		b.commit(t, 1)
		wantSent(t, &f, sentPacked, sentPlain, "GET", "PUT # TYPE a counter\na 1")
		b.wantLog(t, noPackedLog, 1)
	})
}

// TestFittedBodyIsPackedToo: a clash that stays must not cost the compression.
func TestFittedBodyIsPackedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{}
		f.answer = func(_ int, s sent) (int, string) {
			text, _ := s.text()
			switch {
			case s.method == http.MethodGet:
				return 200, "# TYPE a counter\n"
			case strings.Contains(text, "gauge"):
				return 400, inconsistent + "no"
			}
			return 200, ""
		}
		b := packed(t, &f)
		b.Encoding, b.Buffers = EncodingProtobuf, new(Buffers)
		b.run(t)
		b.commit(t, 1)
		b.commit(t, 1)
		const fits = "PUT protobuf gzip # TYPE a counter\na 1"
		wantSent(t, &f, "PUT protobuf gzip "+gaugeText, "GET", fits, fits)
		wantAllBack(t, b.Buffers)
	})
}
