package push

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/promferry/promferry/convert"
)

func TestGatewayPutsWhatWaitsTogetherWithPost(t *testing.T) {
	const (
		families = "# TYPE up gauge\nup 1\n# HELP a A.\n# TYPE a gauge\na 1\na{b=\"c\"} 2\n"
		down     = "# TYPE up gauge\nup 0\n"
		rest     = "# HELP a A.\n# TYPE a gauge\na 1\na{b=\"c\"} 2\n"
	)
	check := func(method, body, wantMethod, wantBody string, wantSeries int) {
		t.Helper()
		older := &request{method: method, body: bodyOf(body, 1)}
		post := &request{method: http.MethodPost, body: bodyOf(down, 1)}
		got := post.over(older, nil)
		if got.method != wantMethod || string(got.body.decode()) != wantBody || got.series() != wantSeries {
			t.Errorf("over %s %q: got %s %q, %d series, want %s %q, %d", method, body, got.method, got.body.decode(), got.series(), wantMethod, wantBody, wantSeries)
		}
	}
	check("PUT", families, "PUT", down+rest, 3)
	check("PUT", down, "PUT", down, 1)
	check("POST", families, "POST", down+rest, 3)
	check("DELETE", "", "PUT", down, 1)
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		r := &request{method: method}
		if got := r.over(&request{method: http.MethodPost, body: bodyOf(families, 1)}, nil); got != r {
			t.Errorf("%s: got %v, want it as it is", method, got)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var f fake
		b := newBench(t, &f)
		b.offer(put("a", families))
		b.offer(&request{group: groupOf("a"), method: http.MethodPost, body: bodyOf(down, 1)})
		b.run(t)
		b.drain(t)
		wantSent(t, &f, strings.TrimSpace("PUT "+down+rest))
	})
}

// TestPostJoinsWhatWaitsInAnotherEncoding: what the gateway is known to take has
// changed while a body waited.
func TestPostJoinsWhatWaitsInAnotherEncoding(t *testing.T) {
	var buffers Buffers
	bodyIn := func(p profile, families ...*convert.Family) *body {
		b := newBody(&buffers, p)
		for _, f := range families {
			b.Append(p.format.AppendFamily(nil, f), len(f.Series))
		}
		b.seal()
		return b
	}
	profiles := []profile{
		plainText, {convert.Text, CompressionGzip, false}, {convert.Protobuf, CompressionNone, false}, {convert.Protobuf, CompressionSnappy, false},
	}
	for _, before := range profiles {
		for _, after := range profiles {
			older := &request{method: http.MethodPut, body: bodyIn(before, gauge("up", 1), gauge("a", 1))}
			post := &request{method: http.MethodPost, body: bodyIn(after, gauge("up", 0))}
			got := post.over(older, &buffers)
			text, err := contentOf(got.body).in(convert.Text)
			const want = "# TYPE up gauge\nup 0\n# TYPE a gauge\na 1\n"
			if err != nil || string(text) != want || got.body.profile != after || got.series() != 2 {
				t.Errorf("%v over %v: got %q, %v, %d series as %v, want %q", after, before, text, err, got.series(), got.body.profile, want)
			}
			for _, r := range []*request{older, post, got} {
				r.end()
			}
		}
	}
	wantAllBack(t, &buffers)
}

// TestPostGoesAloneWhereTheOtherCannotBeRead: no body of convert's, but no loss
// of the newest state.
func TestPostGoesAloneWhereTheOtherCannotBeRead(t *testing.T) {
	var buffers Buffers
	post := &request{method: http.MethodPost, body: newBody(&buffers, profile{convert.Protobuf, CompressionNone, false})}
	older := &request{method: http.MethodPut, body: bodyOf("no exposition", 1)}
	if got := post.over(older, &buffers); got != post {
		t.Errorf("got %v, want the newer alone", got)
	}
	post.end()
	wantAllBack(t, &buffers)
}
