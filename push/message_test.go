package push

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/promferry/promferry/convert"
)

const (
	twice = "# TYPE a gauge\na 1\na 2\na{b=\"c\"} 3\n"
	once  = "PUT # TYPE a gauge\na 1\na{b=\"c\"} 3"
)

// refuseTwice is a gateway that checks.
func refuseTwice(_ int, s sent) (int, string) {
	switch {
	case s.method == http.MethodGet:
		return 200, ""
	case strings.Contains(s.body, "a 2"):
		return 400, inconsistent + "collected before with the same name and label values"
	}
	return 200, ""
}

func TestDuplicatesAreLeftOutAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: refuseTwice}
		b := newBench(t, &f)
		var last Outcome
		b.OnDone = func(out Outcome) { last = out }
		b.run(t)
		send := func(body string, series int) {
			b.offer(&request{group: groupOf("a"), method: http.MethodPut, body: bodyOf(body, series)})
			b.drain(t)
		}
		send("# TYPE z gauge\nz 1\n", 1) // now it is known to check
		send(twice, 3)
		if last.Err != nil || last.Duplicates != 1 || last.Series != 2 {
			t.Errorf("got %+v, want one duplicate of three series", last)
		}
		send(twice, 3) // is known to have some
		wantSent(t, &f, "PUT # TYPE z gauge\nz 1", strings.TrimSpace("PUT "+twice), once, once)
		if got := b.Group(groupOf("a")); got.Duplicates != 1 || got.LastError != nil {
			t.Errorf("got %+v, want one duplicate", got)
		}
		send("# TYPE a gauge\na 1\n", 1)
		send(twice, 3)
		if got := f.sent()[5]; got != strings.TrimSpace("PUT "+twice) {
			t.Errorf("got %q, want no look before the refusal", got)
		}
		b.wantCount(t, "promferry_duplicates_dropped_total", "", 3)
		b.wantLog(t, `level=WARN msg="series stand more than once; the first is kept" gateway=gw group="{instance=\"a\",job=\"test\"}" err="1 series left out"`, 2)
		b.wantLog(t, `level=INFO msg="no series stands more than once any more" gateway=gw group="{instance=\"a\",job=\"test\"}"`, 1)
	})
}

// TestDuplicatesAndTypesAreFittedTogether, with one question only.
func TestDuplicatesAndTypesAreFittedTogether(t *testing.T) {
	for _, format := range []convert.Format{convert.Text, convert.Protobuf} {
		synctest.Test(t, func(t *testing.T) {
			var f fake
			f.answer = func(_ int, s sent) (int, string) {
				text, _ := s.text()
				switch {
				case s.method == http.MethodGet:
					return 200, "# TYPE a counter\n# TYPE h gauge\n"
				case strings.Contains(text, "a 2"), strings.Contains(text, "gauge"), strings.Contains(text, "histogram"):
					return 400, inconsistent + "no"
				}
				return 200, ""
			}
			b := newBench(t, &f)
			b.Encoding, b.Buffers = Encoding(format), new(Buffers)
			b.reception.learn(facts{checks: checked}, nil)
			var last Outcome
			b.OnDone = func(out Outcome) { last = out }
			b.run(t)
			batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
			(&convert.Family{Name: "a", Type: convert.Gauge, Series: []convert.Series{
				{Name: "a", Value: 1}, {Name: "a", Value: 2}, {Name: "a", Labels: labelsOf("b", "c"), Value: 3},
			}}).AppendTo(batch, groupOf("a"))
			(&convert.Family{Name: "h", Type: convert.Histogram, Series: []convert.Series{
				{Name: "h_bucket", Labels: labelsOf("le", "+Inf"), Value: 1}, {Name: "h_sum", Value: 1}, {Name: "h_count", Value: 1},
			}}).AppendTo(batch, groupOf("a"))
			batch.Commit()
			b.drain(t)
			got := f.sent()
			if len(got) != 4 || !strings.HasSuffix(got[3], "# TYPE a counter\na 1\na{b=\"c\"} 3") {
				t.Errorf("%s: got %q, want the body fitted in the end", format, got)
			}
			if last.Err != nil || last.Duplicates != 1 || last.Retyped != 1 || len(last.Refused) != 1 || last.Series != 2 {
				t.Errorf("%s: got %+v, want a duplicate, a family retyped and one refused", format, last)
			}
			wantAllBack(t, b.Buffers)
		})
	}
}

// TestGatewayThatDoesNotCheckNeverGetsDuplicates: it would store them.
func TestGatewayThatDoesNotCheckNeverGetsDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		code := 202
		f := fake{stores: func() string { return "" }}
		f.answer = func(n int, s sent) (int, string) {
			if code == 200 {
				return refuseTwice(n, s)
			}
			return code, ""
		}
		b := newBench(t, &f)
		b.run(t)
		other := 0
		send := func(c int, body string) { // to a new group, of which nothing is known
			code = c
			other++
			b.offer(put(strings.Repeat("x", other), body))
			b.drain(t)
		}
		send(202, twice) // not known yet
		send(202, twice) // known not to
		Gateways{{b.Gateway}}.Delete(groupOf("x"))
		b.drain(t)                       // says nothing of the check, with its 202 or 200
		send(200, "# TYPE a gauge\na 9") // turns out to
		send(200, twice)                 // is tried
		send(202, "# TYPE a gauge\na 8") // and not any more
		send(202, twice)
		wantSent(t, &f, once, once, "DELETE", "PUT # TYPE a gauge\na 9", strings.TrimSpace("PUT "+twice), once, "PUT # TYPE a gauge\na 8", once)
		b.wantLog(t, "gateway answers 202", 1)
	})
}

func TestStatusTellsThatItDoesNotCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{says: strings.Replace(says("1.11.3"), `"false"`, `"true"`, 1)}
		b := auto(t, &f)
		b.Learn(t.Context())
		if got := b.reception.facts().checks; got != unchecked {
			t.Errorf("got %q, want %q", got, unchecked)
		}
	})
}
