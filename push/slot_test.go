package push

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
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
