package discovery

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// canary is a secret in the query and the userinfo of each URL.
const canary = "canary"

// newHTTP asks a server that lives as long as t.
func newHTTP(t testing.TB, handler http.HandlerFunc) *HTTP {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL + "/targets?token=" + canary)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("user", canary)
	return &HTTP{URL: u, Client: server.Client(), Refresh: time.Minute}
}

func answerJSON(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, body)
	}
}

func TestHTTPGivesGroupsItsURL(t *testing.T) {
	h := newHTTP(t, answerJSON(`[{"targets": ["a:1"], "labels": {"env": "dev"}}, {"targets": ["b:1"]}]`))
	shown := "http://" + h.URL.Host + "/targets?…"
	checkAnswer(t, h, shown, fmt.Sprintf("%[1]s:0 {__meta_url=%[2]q, env=\"dev\"} a:1\n%[1]s:1 {__meta_url=%[2]q} b:1\n", shown, h.URL))
}

func TestHTTPAsksAsPrometheusDoes(t *testing.T) {
	headers := make(chan http.Header, 1)
	h := newHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		headers <- r.Header
		if r.Method != http.MethodGet || r.URL.Query().Get("token") != canary {
			t.Errorf("got %s %s", r.Method, r.URL)
		}
		answerJSON("[]")(w, r)
	})
	h.UserAgent, h.Refresh = "promferry/test", 90*time.Second
	if a := h.Discover(t.Context())[0]; a.Err != nil {
		t.Fatal(a.Err)
	}
	got := <-headers
	for name, want := range map[string]string{
		"Accept":                                "application/json",
		"User-Agent":                            "promferry/test",
		"X-Prometheus-Refresh-Interval-Seconds": "90",
	} {
		if got.Get(name) != want {
			t.Errorf("got %s: %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestHTTPWantsJSON(t *testing.T) {
	answer := func(contentType string) *HTTP {
		return newHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{contentType}
			io.WriteString(w, "[]")
		})
	}
	for _, good := range []string{
		"application/json", "Application/JSON", " application/json ", "application/json; charset=utf-8",
		"application/json;charset=UTF-8", `application/json; charset="utf-8"`,
	} {
		if a := answer(good).Discover(t.Context())[0]; a.Err != nil {
			t.Errorf("Content-Type %q: %v", good, a.Err)
		}
	}
	for _, bad := range []string{
		"", "text/plain", "application/json; charset=latin1", "application/json; version=1",
		"application/json; charset=utf-8; version=1", "application/vnd.api+json", "application/json; charset",
	} {
		checkFailure(t, answer(bad), fmt.Sprintf("Content-Type %q, want application/json", bad))
	}
}

func TestHTTPRefusesOtherAnswers(t *testing.T) {
	check := func(handler http.HandlerFunc, texts ...string) {
		t.Helper()
		h := newHTTP(t, handler)
		checkFailure(t, h, append(texts, "discover targets in http://"+h.URL.Host+"/targets?…: ")...)
	}

	check(http.NotFound, "HTTP status 404 Not Found")
	check(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "HTTP status 204")
	check(answerJSON(""), "line 1: unexpected end of JSON input")
	check(answerJSON("[{\"targets\": [\"a\"]},\n{\"targets\": [3]}]"), "line 2: field \"targets\" cannot be a number")
	check(answerJSON(`[null]`), "a group is null")
	check(answerJSON(`[{"target": ["a"]}]`), `unknown field "target"`)
	check(answerJSON(`{}`), "want a list of groups")
	check(answerJSON(strings.Repeat(" ", maxBytes)+"[]"), "more than 16777216 bytes")
	check(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		answerJSON("[")(w, r)
	}, "unexpected EOF")
	check(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }, "stopped after 10 redirects")
	check(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, "EOF")
}

// TestHTTPLimitsWhatABodyUnfoldsTo: some kilobytes of gzip are gigabytes.
func TestHTTPLimitsWhatABodyUnfoldsTo(t *testing.T) {
	h := newHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		spaces := []byte(strings.Repeat(" ", 1<<20))
		for range 2 * maxBytes / len(spaces) {
			if _, err := z.Write(spaces); err != nil {
				return
			}
		}
	})
	checkFailure(t, h, "more than 16777216 bytes")
}

func TestHTTPFollowsARedirect(t *testing.T) {
	h := newHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/targets" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		}
		answerJSON(`[{"targets": ["a:1"]}]`)(w, r)
	})
	a := h.Discover(t.Context())[0]
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	if got := string(a.Groups[0].Labels[urlLabel]); got != h.URL.String() {
		t.Errorf("got %s=%q, want the URL that was set", urlLabel, got)
	}
}

func TestHTTPDoesNotWaitWithoutEnd(t *testing.T) {
	slow := func(first string) *HTTP {
		h := newHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			answerJSON(first)(w, r)
			if first != "" {
				w.(http.Flusher).Flush()
			}
			<-r.Context().Done()
		})
		h.Refresh = 50 * time.Millisecond
		return h
	}
	checkFailure(t, slow(""), "no whole answer within 50ms")
	checkFailure(t, slow("["), "no whole answer within 50ms")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := newHTTP(t, answerJSON("[]"))
	checkError(t, h.Discover(ctx)[0].Err, "context canceled")
}

// TestHTTPKeepsSecrets: no error and no source has the query, or the userinfo.
func TestHTTPKeepsSecrets(t *testing.T) {
	check := func(h *HTTP) {
		t.Helper()
		a := h.Discover(t.Context())[0]
		text := fmt.Sprint(a.From, a.Err)
		for _, g := range a.Groups {
			text += g.Source
		}
		if strings.Contains(text, canary) {
			t.Errorf("got %q with the secret", text)
		}
	}

	check(newHTTP(t, answerJSON(`[{"targets": ["a"]}]`)))
	check(newHTTP(t, answerJSON(`[`)))
	check(newHTTP(t, http.NotFound))
	check(newHTTP(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }))
	gone := newHTTP(t, http.NotFound)
	gone.URL.Host = "127.0.0.1:1"
	check(gone)
	gone.URL.Scheme = "gopher"
	check(gone)
	slow := newHTTP(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	slow.Refresh = 50 * time.Millisecond
	check(slow)
}

// TestHTTPErrorsAreOneLine: a server may write part of them.
func TestHTTPErrorsAreOneLine(t *testing.T) {
	h := newHTTP(t, answerJSON(`[{"`+strings.Repeat("x\u2028", 1000)+`": 1}]`))
	err := h.Discover(t.Context())[0].Err
	checkError(t, err, "unknown field")
	if text := err.Error(); len(text) > 700 || strings.ContainsAny(text, "\n\u2028") {
		t.Errorf("got %d bytes: %q", len(text), text)
	}
}

func TestHTTPDoesNotDecodeTheSameBodyAgain(t *testing.T) {
	h := newHTTP(t, answerJSON(`[{"targets": ["a:1"]}]`))
	first, second := h.Discover(t.Context())[0], h.Discover(t.Context())[0]
	if first.Err != nil || second.Err != nil {
		t.Fatal(first.Err, second.Err)
	}
	if first.Groups[0] != second.Groups[0] {
		t.Error("got a new group of the same body")
	}
}
