package push

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestParseTypes(t *testing.T) {
	check := func(text string, want types) {
		t.Helper()
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			got, err := parseTypes(r)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%.80q, %s: got %v, %v, want %v", text, name, got, err, want)
			}
		}
	}
	long := strings.Repeat("x", 10_000)
	check("", types{})
	check("# TYPE a counter\na 1\n# HELP b B.\n# TYPE b histogram\nb_sum 1\n", types{"a": "counter", "b": "histogram"})
	check("# TYPE a counter\r\n", types{"a": "counter"})
	check("a 1\n# TYPE\n# TYPE a\n# TYPE a b c\n#TYPE a gauge\n # TYPE a gauge\n", types{})
	check("a{b=\""+long+"\"} 1\n# TYPE a gauge\n", types{"a": "gauge"})
	check("# HELP a "+strings.Repeat("# TYPE b gauge ", 1000)+"\n# TYPE a gauge\n", types{"a": "gauge"})
	check(strings.Repeat("x", 4096)+"# TYPE a gauge\n# TYPE b gauge\n", types{"b": "gauge"}) // in the middle of a line
	check("# TYPE "+long+" gauge\n# TYPE a gauge\n", types{"a": "gauge"})
	check("# TYPE "+strings.Repeat("x", 4096-len("# TYPE  gau"))+" gauge\n", types{}) // cut in the type
	check("# TYPE a gauge\n# TYPE b gau", types{"a": "gauge"})                        // cut body
}

func TestParseTypesReturnsReadError(t *testing.T) {
	broken := errors.New("broken")
	if _, err := parseTypes(io.MultiReader(strings.NewReader("# TYPE a gauge\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func TestReadTypesErrors(t *testing.T) {
	check := func(transport roundTrip, want string) {
		t.Helper()
		b := newBench(t, transport)
		if _, err := b.readTypes(t.Context()); err == nil || err.Error() != "get http://gateway.example:9091/metrics: "+want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	check(func(r *http.Request) (*http.Response, error) { return answer(500, r.URL.Path[1:]), nil },
		`status 500, want 200: "metrics"; get http://gateway.example:9091/api/v1/metrics: status 500, want 200: "api/v1/metrics"`)
	check(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }, "no route")
	check(func(*http.Request) (*http.Response, error) {
		resp := answer(200, "")
		resp.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
		return resp, nil
	}, "unexpected EOF")
}

// TestTypesAreReadFromTheStore where /metrics does not say them.
func TestTypesAreReadFromTheStore(t *testing.T) {
	const store = `{"data":[{"a":{"type":"COUNTER"},"labels":{"job":"x"}},{"h":{"type":"HISTOGRAM"}}]}`
	for _, exposition := range []func() *http.Response{
		func() *http.Response { return answer(500, "poison") },
		func() *http.Response { return answer(401, "") },
		func() *http.Response { return answer(403, "") },
		func() *http.Response { return answer(404, "") },
		func() *http.Response { return answer(200, "") }, // contract C43
	} {
		b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/metrics" {
				return exposition(), nil
			}
			return answer(200, store), nil
		}))
		got, err := b.readTypes(t.Context())
		if want := (types{"a": "counter", "h": "histogram"}); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d: got %v, %v, want %v", exposition().StatusCode, got, err, want)
		}
	}
}
