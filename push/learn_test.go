package push

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseStatus(t *testing.T) {
	check := func(code int, text string, want facts) {
		t.Helper()
		want.answered = true
		if got := parseStatus(code, []byte(text)); got != want {
			t.Errorf("%d %.60q: got %+v, want %+v", code, text, got, want)
		}
	}
	flag := func(value string) string {
		return `{"data":{"build_information":{"version":"1.11.3","x":"y"},"flags":{"a":"b","push.disable-consistency-check":"` + value + `"}}}`
	}
	check(200, says("1.5.1"), facts{version: version{1, 5}, checks: checked})
	check(200, flag("true"), facts{version: version{1, 11}, checks: unchecked})
	check(200, flag("false"), facts{version: version{1, 11}, checks: checked})
	check(200, flag("?"), facts{version: version{1, 11}})
	check(200, says("devel"), facts{checks: checked})
	check(200, says(""), facts{checks: checked})
	check(200, `{"data":{"build_information":{"version":"1.8.0"}}}`, facts{version: version{1, 8}})
	check(200, saysUTF8("true"), facts{version: version{1, 11}, utf8: true, checks: checked})
	check(200, saysUTF8("false"), facts{version: version{1, 11}, checks: checked})
	check(404, saysUTF8("true"), facts{foreign: true})
	check(404, says("1.8.0"), facts{foreign: true})
	check(301, "", facts{foreign: true})
	check(401, "Unauthorized", facts{})
	for _, text := range []string{
		"", "OK", "{}", "null", "[]", "<html>", `{"data":null}`, `{"data":[]}`, `{"data":{"build_information":"1.8.0"}}`,
		`{"data":{"build_information":{"version":1.8}}}`, `{"status":"success","version":"1.8.0"}`, says("1.8.0")[:60], says("1.8.0") + "x",
	} {
		check(200, text, facts{foreign: true})
	}
}

func TestEndlessStatusIsCut(t *testing.T) {
	f := fake{says: says("1.8.0") + strings.Repeat(" ", 2*statusLimit) + "x"}
	b := newBench(t, &f)
	if got, err := b.readStatus(t.Context()); err != nil || got.version != (version{1, 8}) {
		t.Errorf("got %+v, %v, want what stands in the first MiB", got, err)
	}
}

// saysUTF8 is the status of a gateway with a flag for UTF-8 names.
func saysUTF8(value string) string {
	return strings.Replace(says("1.11.3"), `"flags":{`, `"flags":{"push.enable-utf8-names":"`+value+`",`, 1)
}

// auto returns a gateway that asks a fake one.
func auto(t testing.TB, f *fake) *bench {
	t.Helper()
	b := newBench(t, f)
	b.Encoding, b.Compression = EncodingAuto, CompressionAuto
	return b
}

// wantAsked checks how often a fake gateway was asked for its status.
func wantAsked(t testing.TB, f *fake, want int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked != want {
		t.Errorf("got asked %d times, want %d", f.asked, want)
	}
}

// commit pushes one gauge and waits for the answer.
func (b *bench) commit(t testing.TB, value float64) {
	t.Helper()
	batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
	gauge("a", value).AppendTo(batch, groupOf("a"))
	batch.Commit()
	b.drain(t)
}

func TestRunAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{says: says("1.11.3")}
		b := auto(t, &f)
		batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
		b.run(t)
		synctest.Wait()
		gauge("a", 1).AppendTo(batch, groupOf("a")) // begun before the answer
		batch.Commit()
		b.drain(t)
		b.commit(t, 2)
		<-time.After(time.Hour)
		b.commit(t, 3)
		wantSent(t, &f, "PUT # TYPE a gauge\na 1", "PUT protobuf snappy # TYPE a gauge\na 2", "PUT protobuf snappy # TYPE a gauge\na 3")
		wantAsked(t, &f, 1)
		b.wantLog(t, `msg="gateway was asked for its version" gateway=gw version=1.11 encoding=protobuf compression=snappy`, 1)
	})
}

func TestLearnIsForTheFirstBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{says: says("1.5.1")}
		b := auto(t, &f)
		b.Learn(t.Context())
		b.run(t)
		b.commit(t, 1)
		wantSent(t, &f, "PUT protobuf gzip # TYPE a gauge\na 1")
		wantAsked(t, &f, 1)
	})
}

func TestExplicitProfileIsNeverAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(int, sent) (int, string) { return 500, "" }}
		b := newBench(t, &f)
		b.Encoding, b.Compression = EncodingProtobuf, CompressionSnappy
		b.Learn(t.Context())
		b.run(t)
		for range 3 {
			b.commit(t, 1)
			<-time.After(time.Minute)
		}
		wantAsked(t, &f, 0)
		const want = "PUT protobuf snappy # TYPE a gauge\na 1"
		wantSent(t, &f, want, want, want)
	})
}

func TestGatewayIsAskedAgainAfterErrors(t *testing.T) {
	check := func(code int, body string, want int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			fails := true
			f := fake{says: says("1.11.3")}
			f.answer = func(_ int, s sent) (int, string) {
				if fails && s.method == http.MethodPut {
					return code, body
				}
				return 200, ""
			}
			b := auto(t, &f)
			b.Compression = CompressionNone
			b.run(t)
			synctest.Wait()
			b.commit(t, 1)
			b.commit(t, 1)
			wantAsked(t, &f, 1) // not within the interval
			<-time.After(askInterval)
			f.mu.Lock()
			f.says = says("1.4.0")
			f.mu.Unlock()
			fails = false
			b.commit(t, 1)
			b.commit(t, 1)
			wantAsked(t, &f, want)
			puts := slices.DeleteFunc(f.sent(), func(s string) bool { return !strings.HasPrefix(s, http.MethodPut) })
			last := puts[len(puts)-1]
			if isText := !strings.Contains(last, "protobuf"); isText != (want == 2) {
				t.Errorf("%d: got %q, asked %d times", code, last, want)
			}
		})
	}
	for _, code := range []int{301, 400, 401, 404, 405, 415, 500, 503} {
		check(code, "", 2)
	}
	check(400, inconsistent+"no", 1)
	check(200, "", 1)
}

// TestLookAlikeNeverGetsAHeldProtobufBody: while the gateway was away something
// took its place that would answer 200 and lose it (contract V1).
func TestLookAlikeNeverGetsAHeldProtobufBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away, asked := false, 0
		f := fake{says: says("1.11.3")}
		b := auto(t, &f)
		b.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if away {
				if r.Method == http.MethodGet {
					asked++
				}
				return nil, errors.New("no route")
			}
			return f.RoundTrip(r)
		})
		b.run(t)
		synctest.Wait()
		away = true
		b.commit(t, 1)
		<-time.After(askInterval)
		batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
		gauge("a", 2).AppendTo(batch, groupOf("a"))
		if got := batch.order[0].bodies[0].profile; got.compression != CompressionSnappy {
			t.Errorf("got %v, want what the last answer says", got)
		}
		f.says, away = "", false
		batch.Commit()
		b.drain(t)
		wantSent(t, &f, "PUT # TYPE a gauge\na 2")
		if asked != 0 {
			t.Errorf("got asked %d times while away, want 0 within the interval", asked)
		}
	})
}

// TestUnansweredQuestionIsAskedAgain: the gateway is down at the start.
func TestUnansweredQuestionIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fails error = errors.New("no route")
		f := fake{says: says("1.11.3")}
		b := auto(t, &f)
		b.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if fails != nil {
				return nil, fails
			}
			return f.RoundTrip(r)
		})
		b.run(t)
		synctest.Wait()
		fails = nil
		b.commit(t, 1)
		<-time.After(askInterval)
		b.commit(t, 2)
		b.commit(t, 3)
		wantAsked(t, &f, 1)
		wantSent(t, &f, "PUT # TYPE a gauge\na 1", "PUT # TYPE a gauge\na 2", "PUT protobuf snappy # TYPE a gauge\na 3")
	})
}

func TestQuestionEndsWithTimeoutAndSurvivesPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := auto(t, nil)
		b.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		start := time.Now()
		b.Learn(t.Context())
		if took := time.Since(start); took != b.Timeout {
			t.Errorf("got an end after %v, want %v", took, b.Timeout)
		}
		<-time.After(askInterval)
		b.Transport = roundTrip(func(*http.Request) (*http.Response, error) { panic("torn") })
		b.Learn(t.Context())
		if got := b.profile(); got != plainText {
			t.Errorf("got %v, want %v", got, plainText)
		}
	})
}
